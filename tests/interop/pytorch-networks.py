#!/usr/bin/env python3
"""Our networks beside PyTorch's arithmetic: the same layers, weights and batch through both, forward and two steps of training, in float32.

What float32 can do depends on the network: a ReLU or a pool that switches on the last bit moves whole gradients. So PyTorch computes everything in
float64 as well, and we may be as far from that as a few times what PyTorch's own float32 is; of the weights, what it is for the worst of them, since
chance decides which of them a switch meets.

pytorch-networks.py EXCHANGE [NETWORK ...]     (the program network-exchange; NETWORK: a name out of CASES, all of them without)
Exit status 77 where PyTorch is not installed: tests/interop/setup installs it.
"""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import torch
    import torch.nn.functional as F
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

# Pictures of odd sizes, so that pools round up and crops cut.
CASES = {
    "fcn8s-lite": (2, 61, 90),
    "fcn8s-lite-bn": (2, 61, 90),
    "fcn8s": (1, 50, 71),
    "fcn8s-original": (1, 33, 46),
    "fcn8s-resnet50-bn": (2, 65, 70),
    "segnet-bn": (2, 64, 75),
    "segnet-basic-bn": (2, 64, 80),
    "unet-bn": (2, 64, 80),
}
UNLABELLED = 255
LABELS = 1e-3                   # share of pixels whose two best classes may be as good as equal
# Relative distances from float64: always allowed, times the distance of PyTorch's float32, and never allowed.
ALWAYS, TIMES, NEVER = 1e-5, 5, 0.05


def tensors(path):
    """A safetensors file, all float32."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    result = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        assert entry["dtype"] == "F32", name
        result[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    return result


# ---- dropout: lw_dropout_keep's hash, in 64-bit integers that wrap ----

def signed(value):
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def shift(z, n):
    return (z >> n) & ((1 << (64 - n)) - 1)


def mix(z):
    z = (z ^ shift(z, 30)) * signed(0xBF58476D1CE4E5B9)
    z = (z ^ shift(z, 27)) * signed(0x94D049BB133111EB)
    return z ^ shift(z, 31)


def dropped(x, rate, node, step):
    key = mix(mix(torch.tensor(step["seed"])) + step["step"] * 4096 + node)
    index = torch.arange(x.numel(), dtype=torch.int64)
    random = shift(mix(key + index * signed(0x9E3779B97F4A7C15)), 40).double() * 2.0 ** -24
    return x * (random >= rate).reshape(x.shape) / (1 - rate)


# ---- layers, as graph.h defines them ----

def bilinear(x, stride, pad):
    """A transposed convolution of each channel by itself with the kernel of Long et al."""
    row = 1 - (torch.arange(2 * stride) - stride + 0.5).abs() / stride
    kernel = (row[:, None] * row[None, :]).to(x.dtype).expand(x.shape[1], 1, -1, -1)
    return F.conv_transpose2d(x, kernel, stride=stride, padding=pad, groups=x.shape[1])


def crop(x, like, offset):
    return x[:, :, offset:offset + like.shape[2], offset:offset + like.shape[3]]


class Network:
    def __init__(self, layers, weights, dtype):
        self.layers = layers
        self.weights = {name: value.to(dtype, copy=True).requires_grad_("running" not in name) for name, value in weights.items()}

    def layer(self, number, values, step):
        """@step: None: inference."""
        node = self.layers[number]
        inputs = [values[i] for i in node["inputs"]]
        x = inputs[0]
        weight, bias, mean, variance = (self.weights.get(f"{node['name']}.{part}") for part in ("weight", "bias", "running_mean", "running_var"))
        match node["kind"]:
            case "conv":
                return F.conv2d(x, weight, bias, node["stride"], node["pad"])
            case "up-conv":
                return F.conv_transpose2d(x, weight, bias, node["stride"])
            case "deconv":
                return bilinear(x, node["stride"], node["pad"])
            case "batch-norm":
                return F.batch_norm(x, mean, variance, weight, bias, step is not None, 0.1, node["value"])
            case "max-pool":
                x, self.winners[number] = F.max_pool2d(x, node["kernel"], node["stride"], node["pad"], ceil_mode=node["ceil_mode"], return_indices=True)
                return x
            case "unpool":
                like = values[self.layers[node["pool"]]["inputs"][0]]
                return F.max_unpool2d(x, self.winners[node["pool"]], 2, 2, 0, like.shape[2:])
            case "lrn":
                return F.local_response_norm(x, node["kernel"], node["alpha"], node["beta"], node["value"])
            case "relu":
                return F.relu(x)
            case "dropout":
                return x if step is None else dropped(x, node["value"], number, step)
            case "scale":
                return x * node["value"]
            case "crop":
                return crop(x, inputs[1], node["offset"])
            case "add":
                return inputs[0] + inputs[1]
            case "concat":
                return torch.cat(inputs, 1)
            case "score":
                return x
        raise ValueError(node["kind"])

    def grid(self, picture, step=None):
        values = [picture]
        self.winners = {}
        for number in range(1, len(self.layers)):
            values.append(self.layer(number, values, step))
        return values[-1]

    def logits(self, picture, step=None):
        """The grid, upsampled by half-pixel centres, its edges repeated where it is too small, and cut to the picture."""
        score = self.layers[-1]
        large = F.interpolate(self.grid(picture, step), scale_factor=score["stride"], mode="bilinear", align_corners=False)
        missing = [max(0, picture.shape[side] + score["offset"] - large.shape[side]) for side in (3, 2)]
        return crop(F.pad(large, (0, missing[0], 0, missing[1]), mode="replicate"), picture, score["offset"])

    def optimizer(self, step):
        groups = []
        for name, value in self.weights.items():
            if value.requires_grad:
                vector, normalises = value.dim() == 1, f"{name.rsplit('.', 1)[0]}.running_mean" in self.weights
                rate = step["rate"] * (step["bias_rate_factor"] if vector and not normalises else 1)
                groups.append({"params": [value], "lr": rate, "weight_decay": 0 if vector else step["weight_decay"]})
        return torch.optim.SGD(groups, momentum=step["momentum"])

    def train(self, batch, steps):
        """The loss and the gradient's norm of each step."""
        trained = [value for value in self.weights.values() if value.requires_grad]
        optimizer, losses, norms = self.optimizer(steps[0]), [], []
        for step in steps:
            optimizer.zero_grad()
            loss = F.cross_entropy(self.logits(batch["input"], step), batch["labels"].long(), batch["class_weights"], ignore_index=UNLABELLED)
            loss.backward()
            norms.append(torch.nn.utils.clip_grad_norm_(trained, step["clip_norm"] or float("inf")))
            optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses), torch.stack(norms)


def run(graph, before, batch, dtype):
    """Everything that is compared, by PyTorch in @dtype. Scores and logits first: training moves the weights."""
    network = Network(graph["layers"], before, dtype)
    batch = {name: value.to(dtype) for name, value in batch.items()}
    with torch.no_grad():
        result = {"scores": network.grid(batch["input"]), "logits": network.logits(batch["input"])}
    result["loss"], result["gradient_norm"] = network.train(batch, graph["steps"])
    for name, value in network.weights.items():
        result[f"change of {name}"] = value.detach() - before[name]
    return result


# ---- comparison ----

def distance(a, b):
    return float((a.double() - b.double()).norm() / b.double().norm().clamp(min=1e-30))


def check(what, value, most):
    print(f"  {what}: {value:.2e} of {most:.2e}")
    return value <= most


def check_final_pass(logits, result):
    """Labels of all pixels; the confidence of whole 4x4 blocks, whose centre is the mean of the four pixels around it."""
    differ = float((logits.argmax(1) != result["labels"].long()).double().mean())
    top, left = logits.shape[2] // 4, logits.shape[3] // 4
    centres = logits[:, :, :4 * top, :4 * left].unflatten(3, (left, 4)).unflatten(2, (top, 4))[:, :, :, 1:3, :, 1:3].mean((3, 5))
    confidence = (F.softmax(centres, 1).amax(1) * 255 - result["confidence"][:, :top, :left]).abs().max()
    return check("labels that differ", differ, LABELS) & check("confidence, in steps", float(confidence), 0.51)


def check_values(ours, single, double):
    """Prints the worst of the weights only."""
    apart, own = ({name: distance(side[name], double[name]) for name in ours} for side in (ours, single))
    changes = [name for name in ours if name.startswith("change of")]
    worst, good = max(changes, key=apart.get), True
    own[worst] = max(own[name] for name in changes)
    for name in [name for name in ours if name not in changes] + [worst]:
        good &= check(name, apart[name], min(NEVER, max(ALWAYS, TIMES * own[name])))
    return good


def check_network(exchange, name, shape):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        status = subprocess.run([exchange, name, *map(str, shape), folder]).returncode
        if status == 77:
            print("skipped: no CPU backend")
            sys.exit(77)
        assert status == 0, f"network-exchange: status {status}"
        graph = json.loads((folder / "graph.json").read_text())
        before, after, batch, result = (tensors(folder / f"{part}.safetensors") for part in ("before", "after", "batch", "result"))
    print(f"{name}: relative distance of what is allowed")
    single, double = (run(graph, before, batch, dtype) for dtype in (torch.float32, torch.float64))
    ours = {part: result[part] for part in ("scores", "loss", "gradient_norm")}
    ours.update({f"change of {tensor}": after[tensor] - before[tensor] for tensor in before})
    return check_final_pass(double["logits"], result) & check_values(ours, single, double)


def main():
    results = [check_network(sys.argv[1], name, CASES[name]) for name in sys.argv[2:] or CASES]
    sys.exit(0 if all(results) else 1)


main()
