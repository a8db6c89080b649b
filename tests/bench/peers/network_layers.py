"""A network of ours, as network-exchange writes it, as a PyTorch module: for what else is measured beside it, and for ONNX."""

import json
import pathlib
import struct

import torch
import torch.nn.functional as F
from torch import nn


def read_tensors(path):
    """A safetensors file, all float32."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    result = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        if end > begin:
            result[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    return result


def bilinear_kernel(channels, stride):
    row = 1 - (torch.arange(2 * stride) - stride + 0.5).abs() / stride
    return (row[:, None] * row[None, :]).expand(channels, 1, -1, -1).contiguous()


class Layers(nn.Module):
    """From the picture, float32 and normalised, to the grid of scores. Layers that need no weights are kept as functions."""

    def __init__(self, folder):
        super().__init__()
        folder = pathlib.Path(folder)
        self.layers = json.loads((folder / "graph.json").read_text())["layers"]
        weights = read_tensors(folder / "before.safetensors")
        self.modules_by_number = nn.ModuleDict()
        self.channels = [3]
        for number, layer in enumerate(self.layers[1:], 1):
            self.channels.append(sum(self.channels[i] for i in layer["inputs"]) if layer["kind"] == "concat" else self.channels[layer["inputs"][0]])
            module = self.module_of(layer, number, weights)
            if module is not None:
                self.modules_by_number[str(number)] = module

    def module_of(self, layer, number, weights):
        weight, bias = (weights.get(f"{layer['name']}.{part}") for part in ("weight", "bias"))
        channels = self.channels[number]
        if layer["kind"] in ("conv", "up-conv"):
            kind = nn.Conv2d if layer["kind"] == "conv" else nn.ConvTranspose2d
            self.channels[number] = weight.shape[0 if layer["kind"] == "conv" else 1]
            module = kind(channels, self.channels[number], layer["kernel"], layer["stride"], layer["pad"] if layer["kind"] == "conv" else 0, bias=bias is not None)
            module.weight.data = weight
            if bias is not None:
                module.bias.data = bias
            return module
        if layer["kind"] == "deconv":
            module = nn.ConvTranspose2d(channels, channels, 2 * layer["stride"], layer["stride"], layer["pad"], groups=channels, bias=False)
            module.weight.data = bilinear_kernel(channels, layer["stride"])
            module.weight.requires_grad_(False)
            return module
        if layer["kind"] == "max-pool":
            unpooled = any(other["pool"] == number for other in self.layers if other["kind"] == "unpool")
            return nn.MaxPool2d(layer["kernel"], layer["stride"], layer["pad"], ceil_mode=layer["ceil_mode"], return_indices=unpooled)
        if layer["kind"] == "dropout":
            return nn.Dropout(layer["value"])
        return None

    def forward(self, picture):
        values, winners = [picture], {}
        for number, layer in enumerate(self.layers[1:], 1):
            inputs = [values[i] for i in layer["inputs"]]
            module = self.modules_by_number[str(number)] if str(number) in self.modules_by_number else None
            values.append(self.value(layer, number, inputs, module, values, winners))
        return values[-1]

    def value(self, layer, number, inputs, module, values, winners):
        kind, x = layer["kind"], inputs[0]
        if module is not None:
            result = module(x)
            if isinstance(result, tuple):
                result, winners[number] = result
            return result
        if kind == "relu":
            return F.relu(x)
        if kind == "scale":
            return x * layer["value"]
        if kind == "crop":
            offset = layer["offset"]
            return x[:, :, offset:offset + inputs[1].shape[2], offset:offset + inputs[1].shape[3]]
        if kind == "add":
            return inputs[0] + inputs[1]
        if kind == "concat":
            return torch.cat(inputs, 1)
        if kind == "unpool":
            height, width = (int(side) for side in values[self.layers[layer["pool"]]["inputs"][0]].shape[2:])
            if torch.onnx.is_in_onnx_export():          # which has no max_unpool2d
                flat = torch.zeros(*(int(side) for side in x.shape[:2]), height * width)
                return flat.scatter(2, winners[layer["pool"]].flatten(2), x.flatten(2)).unflatten(2, (height, width))
            return F.max_unpool2d(x, winners[layer["pool"]], 2, 2, 0, (height, width))
        if kind == "lrn":
            return F.local_response_norm(x, layer["kernel"], layer["alpha"], layer["beta"], layer["value"])
        if kind == "score":
            return x
        raise ValueError(f"{layer['name']}: no {kind} here")
