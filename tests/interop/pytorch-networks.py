#!/usr/bin/env python3
"""Our networks beside PyTorch's arithmetic in float64: the same layers, weights and batch through both, forward and steps of training.

First our reference, in double precision, too: the networks are the same to what a float32 file keeps. Then the CPU backend in float32. There a ReLU or a
pool that switches on the last bit moves the gradients of everything before it, and SegNet's unpooling its scores: hence its wide limits for weights, and
another try with other numbers where they don't do.

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

# Batch, height, width (odd, so that pools round up and crops cut), steps of training; and how far a weight's way may be off in float32. Deep networks with
# normalisation run away from their own rounding after one step.
CASES = {
    "fcn8s-lite": ((2, 61, 90, 2), 2e-3),
    "fcn8s-lite-bn": ((2, 61, 90, 1), 5e-2),
    "fcn8s": ((1, 50, 71, 2), 2e-3),
    "fcn8s-original": ((1, 33, 46, 2), 2e-3),
    "fcn8s-resnet50-bn": ((2, 129, 150, 1), 5e-2),
    "segnet-bn": ((2, 64, 75, 1), 5e-2),
    "segnet-basic-bn": ((2, 64, 80, 2), 2e-3),
    "unet-bn": ((2, 64, 80, 2), 5e-2),
}
UNLABELLED = 255
LABELS = 1e-3                   # share of pixels whose two best classes may be as good as equal
# Relative distances. `ref`: what a result loses that is kept in float32, and a weight's change by that the weight is.
LIMITS = {
    "ref": {"scores": 1e-6, "loss": 1e-6, "gradient_norm": 1e-6},
    "cpu": {"scores": 1e-5, "loss": 1e-4, "gradient_norm": 2e-3},
}
REFERENCE_CHANGE = 1e-5
ROUNDING = 2.0 ** -23           # of a weight that hardly moves
TRIES = {"ref": 1, "cpu": 3}


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
    def __init__(self, layers, weights):
        self.layers = layers
        self.weights = {name: value.double().requires_grad_("running" not in name) for name, value in weights.items()}

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


def run(graph, before, batch):
    """Everything that is compared, by PyTorch. Scores and logits first: training moves the weights."""
    network = Network(graph["layers"], before)
    batch = {name: value.double() for name, value in batch.items()}
    with torch.no_grad():
        result = {"scores": network.grid(batch["input"]), "logits": network.logits(batch["input"])}
    result["loss"], result["gradient_norm"] = network.train(batch, graph["steps"])
    for name, value in network.weights.items():
        result[name] = value.detach() - before[name]
    return result


# ---- comparison ----

def distance(a, b):
    return float((a.double() - b.double()).norm() / b.double().norm().clamp(min=1e-30))


def check(what, value, most):
    print(f"  {what}: {value:.2e} of {most:.2e}")
    return value <= most


def check_final_pass(logits, result, scores_off):
    """Labels of all pixels; the confidence of whole 4x4 blocks, whose centre is the mean of the four pixels around it: rounded to steps, and moved by at most
    half of what scores are off (between two classes by p (1 - p) times the change of their difference)."""
    differ = float((logits.argmax(1) != result["labels"].long()).double().mean())
    top, left = logits.shape[2] // 4, logits.shape[3] // 4
    centres = logits[:, :, :4 * top, :4 * left].unflatten(3, (left, 4)).unflatten(2, (top, 4))[:, :, :, 1:3, :, 1:3].mean((3, 5))
    confidence = (F.softmax(centres, 1).amax(1) * 255 - result["confidence"][:, :top, :left]).abs().max()
    return check("labels that differ", differ, LABELS) & check("confidence, in steps", float(confidence), 0.5001 + 255 / 2 * scores_off)


def check_weights(moved, expected, before, most):
    """Less what the weights' rounding explains. Prints the worst."""
    def excess(name):
        return distance(moved[name], expected[name]) - ROUNDING * float(before[name].norm() / expected[name].norm().clamp(min=1e-30))

    worst = max(before, key=excess)
    return check(f"change of {worst}", excess(worst), most)


def exchange_files(program, backend, name, seed):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        status = subprocess.run([program, backend, name, *map(str, CASES[name][0]), str(seed), folder]).returncode
        if status == 77:
            return None
        assert status == 0, f"network-exchange: status {status}"
        graph = json.loads((folder / "graph.json").read_text())
        return graph, *(tensors(folder / f"{part}.safetensors") for part in ("before", "after", "batch", "result"))


def check_network(program, backend, name, seed):
    files = exchange_files(program, backend, name, seed)
    if files is None:
        print(f"{name}: there is no backend {backend}")
        return True
    graph, before, after, batch, result = files
    print(f"{name}, {backend}, seed {seed}: relative distance of what is allowed")
    expected = run(graph, before, batch)
    good = check_final_pass(expected["logits"], result, float((expected["scores"] - result["scores"]).abs().max()))
    for part, limit in LIMITS[backend].items():
        good &= check(part, distance(result[part], expected[part]), limit)
    most = REFERENCE_CHANGE if backend == "ref" else CASES[name][1]
    return good & check_weights({name: after[name] - before[name] for name in before}, expected, before, most)


def main():
    results = [any(check_network(sys.argv[1], backend, name, seed) for seed in range(1, TRIES[backend] + 1))
               for name in sys.argv[2:] or CASES for backend in LIMITS]
    sys.exit(0 if all(results) else 1)


main()
