#!/usr/bin/env python3
"""One table of our networks on the CPU beside PyTorch, ONNX Runtime and OpenVINO: the same weights, the same picture, the same run.

Each runs in a process of its own, which is asked in turn for a few runs, so that what the computer does besides hits all alike; a time is the median of the rounds'
medians. All go from a normalised float32 picture to the grid of scores; ours also goes on to labels and confidence. Beside each stands how it computes,
how far its scores are from ours in float32, and which share it reaches of the rate at which the processor multiplies between registers, measured in the same rounds (counting
the multiplications of the direct algorithm, of which Winograd's does fewer); and the memory that it takes beside the weights: ours by its own count, of the peers what is resident at most while they
run, less what was there when their libraries were loaded and less the weights once (and in training their gradients and moments).
Training steps: forward, backward, gradient's norm, SGD with momentum and decay; PyTorch and ours.

  network-peers.py --build BUILD [--network fcn8s] [--precision float32] [--precision bfloat16] [--train] [--rounds 5] [--pause]

BUILD is a release build of this repository. Needs torch, onnx, onnxruntime, openvino; what is missing is left out of the table. --pause waits for a line
of input when all the peers are compiled, so that the computer can be made quiet before ours choose their algorithms and all are measured.
"""

import argparse
import importlib
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

HEIGHT, WIDTH = 360, 480
SETTLE_SECONDS = 0.3            # until the threads of the one before have stopped waiting actively
RUNS = 4                        # a round, the first of which warms the caches and doesn't count

# ---- the peers, each in a process of its own: prepare (folder, precision, threads, train) → what it says of itself, a function that runs once, its scores ----


def torch_input(folder):
    from network_layers import read_tensors
    return read_tensors(pathlib.Path(folder) / "batch.safetensors")


def prepare_torch(folder, precision, threads, train, compiled=False):
    import torch
    from network_layers import Layers
    torch.set_num_threads(threads)
    batch = torch_input(folder)
    picture = batch["input"].to(memory_format=torch.channels_last)
    network = Layers(folder).to(memory_format=torch.channels_last)
    if train:
        return torch_training(torch, network, picture, batch["labels"].long(), precision, compiled)
    network.eval()
    if precision == "bfloat16":
        network, picture = network.to(torch.bfloat16), picture.to(torch.bfloat16)
    how = "channels last, weights in bfloat16" if precision == "bfloat16" else "channels last"
    if compiled:
        import torch._inductor.config
        torch._inductor.config.freezing = True
        network, how = torch.compile(network), f"torch.compile with frozen weights, {how}"

    def run():
        with torch.inference_mode() if not compiled else torch.no_grad():
            return network(picture).float()

    return f"PyTorch {torch.__version__}", how, run, lambda: run().contiguous().numpy()


def torch_training(torch, network, picture, labels, precision, compiled):
    import torch.nn.functional as F
    network.train()
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=1e-6, momentum=0.9, weight_decay=5e-4)
    stride = network.layers[-1]["stride"]

    def loss():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            grid = network(picture)
        logits = F.interpolate(grid.float(), scale_factor=stride, mode="bilinear", align_corners=False)[:, :, :HEIGHT, :WIDTH]
        return F.cross_entropy(logits, labels, ignore_index=255)

    if compiled:
        loss = torch.compile(loss)

    def run():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1e9)
        optimizer.step()

    how = "channels last, autocast" if precision == "bfloat16" else "channels last"
    return f"PyTorch {torch.__version__}", f"{'torch.compile of the loss and its gradient, ' if compiled else ''}{how}, SGD foreach", run, None


def export_onnx(folder):
    import torch
    from network_layers import Layers
    path = pathlib.Path(folder) / "network.onnx"
    if not path.exists():
        with torch.no_grad():
            torch.onnx.export(Layers(folder).eval(), torch_input(folder)["input"], path, opset_version=17, dynamo=False)
    return path


def prepare_onnxruntime(folder, precision, threads, train):
    import onnxruntime
    if precision != "float32":
        raise RuntimeError("ONNX Runtime's CPU provider has no convolutions in bfloat16")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(str(export_onnx(folder)), options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: torch_input(folder)["input"].numpy()}

    def run():
        return session.run(None, feed)[0]

    return f"ONNX Runtime {onnxruntime.__version__}", "all graph optimizations (NCHWc)", run, run


def openvino_options(precision, threads):
    return {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "EXECUTION_MODE_HINT": "PERFORMANCE",
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "bfloat16" else "f32"}


def prepare_openvino(folder, precision, threads, train):
    import openvino
    core = openvino.Core()
    model = core.compile_model(openvino.convert_model(str(export_onnx(folder))), "CPU", openvino_options(precision, threads))
    request = model.create_infer_request()
    request.set_input_tensor(openvino.Tensor(torch_input(folder)["input"].numpy()))
    kinds = {}
    for node in model.get_runtime_model().get_ops():
        info = {name: str(value.astype(str)) for name, value in node.get_rt_info().items() if name in ("primitiveType", "layerType")}
        if "onvolution" in info.get("layerType", ""):
            kinds[info["primitiveType"]] = kinds.get(info["primitiveType"], 0) + 1

    def run():
        request.infer()
        return request.get_output_tensor(0).data

    how = ", ".join(f"{count}x {kind}" for kind, count in sorted(kinds.items(), key=lambda item: -item[1])) or "its own choice"
    return f"OpenVINO {openvino.__version__.split('-')[0]}", how, run, lambda: run().copy()


PREPARE = {
    "pytorch": prepare_torch,
    "pytorch-compiled": lambda *arguments: prepare_torch(*arguments, compiled=True),
    "onnxruntime": prepare_onnxruntime,
    "openvino": prepare_openvino,
}
LIBRARIES = {
    "pytorch": ["network_layers"],
    "pytorch-compiled": ["network_layers", "torch._dynamo", "torch._inductor.compile_fx"],
    "onnxruntime": ["network_layers", "onnxruntime"],
    "openvino": ["network_layers", "openvino"],
}


def resident_megabytes(field):
    """VmRSS: now; VmHWM: at most since reset_resident ()."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(field + r":\s*(\d+) kB", status).group(1)) * 1024e-6


def reset_resident():
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def weights_megabytes(folder, precision, train):
    """As the peer holds them: in training float32, with gradients and moments."""
    size = (pathlib.Path(folder) / "before.safetensors").stat().st_size * 1e-6
    return size * 3 if train else size / 2 if precision == "bfloat16" else size


def serve(peer, folder, precision, threads, train):
    """In the peer's own process: a line of JSON, then times for each line read."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)                       # what libraries print goes elsewhere
    try:
        for library in LIBRARIES[peer]:
            importlib.import_module(library)
        libraries = resident_megabytes("VmRSS")
        name, how, run, scores = PREPARE[peer](folder, precision, threads, train)
        run()
        reset_resident()
        run()
        megabytes = resident_megabytes("VmHWM") - libraries - weights_megabytes(folder, precision, train)
        if scores is not None:
            scores().astype("float32").tofile(pathlib.Path(folder) / f"{peer}.f32")
    except Exception as error:          # the others are worth having without this one
        print(json.dumps({"error": f"{type(error).__name__}: {error}".splitlines()[0][:150]}), file=out, flush=True)
        return
    print(json.dumps({"name": name, "how": how, "megabytes": megabytes}), file=out, flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) * 1e3)
        print(*times, file=out, flush=True)


# ---- the comparison ----


class Contestant:
    def __init__(self, label, command, environment):
        self.label, self.medians, self.fastest = label, [], float("inf")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        self.info = json.loads(line) if line.strip() else {"error": f"ended with status {self.process.wait()}"}

    @property
    def error(self):
        return self.info.get("error")

    def measure(self):
        time.sleep(SETTLE_SECONDS)
        self.process.stdin.write(f"{RUNS}\n")
        self.process.stdin.flush()
        times = [float(word) for word in self.process.stdout.readline().split()][1:]
        self.medians.append(statistics.median(times))
        self.fastest = min(self.fastest, *times)

    @property
    def ms(self):
        return statistics.median(self.medians)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours_how(info):
    """The plan's key in short: how often each code runs forward."""
    counts = {}
    for code in re.findall(r"forward=(\S+?)(?:;|\s|$)", info["key"]):
        counts[code] = counts.get(code, 0) + 1
    return ", ".join(f"{count}x {code}" for code, count in sorted(counts.items(), key=lambda item: -item[1]))


def distance_of(folder, peer):
    import numpy
    ours, theirs = (numpy.fromfile(folder / f"{name}.f32", "float32").astype("float64") for name in ("reference", peer))
    return numpy.linalg.norm(theirs - ours) / numpy.linalg.norm(ours)


def start_peers(options, precision, folder):
    mode = "train" if options.train else "infer"
    peers = options.peer or [peer for peer in PREPARE if not options.train or peer.startswith("pytorch")]
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    return [Contestant(peer, [sys.executable, __file__, "--serve", peer, folder, precision, str(options.threads), mode], environment) for peer in peers]


def start_ours(options, network, precision, folder):
    """They time their algorithms when they start, so the computer should be quiet by then. The last one is the peak."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads), OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="5000", LABELWRIGHT_LIB_DIR=str(options.build / "core/nn/backends"),
                       LABELWRIGHT_DATA_DIR="data")
    runner = options.build / "tests/bench/network-runner"
    classes = {"float32": ["float32", "winograd"], "bfloat16": ["bfloat16", "mixed"]}[precision]
    contestants = []
    for name in classes[:1] if options.train else classes:
        contestants.append(Contestant(f"ours, {name}", [runner, network, "train" if options.train else "infer", name, folder], environment))
        if (folder / "ours.f32").exists():
            (folder / "ours.f32").rename(folder / f"ours, {name}.f32")
    return [*contestants, Contestant("peak", [runner, "peak", precision], environment)]


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def compare(options, network, precision, folder):
    peers = start_peers(options, precision, folder)
    if options.pause:
        print("ready", file=sys.stderr, flush=True)
        input()
    ours = start_ours(options, network, precision, folder)
    contestants = [*ours[:-1], *peers, ours[-1]]
    running = [c for c in contestants if not c.error]
    for i in range(options.rounds):             # in another order each time: who makes the processor hot slows down the next one
        for contestant in random.Random(i).sample(running, len(running)):
            contestant.measure()
    gflop = 2 * contestants[0].info["gmac"] * (3 if options.train else 1)
    peak = 2e3 * contestants[-1].info["gmac"] / contestants[-1].fastest
    what = f"{network}, training step" if options.train else network
    for contestant in contestants:
        mine = contestant.label.startswith("ours")
        if contestant.error:
            print_row([what, precision, contestant.label, "", "", "", "", "", contestant.error])
        elif contestant.label == "peak":
            print_row(["", precision, "peak", "", f"{peak:.0f} GFLOP/s", "1", "", "", "multiplications between registers"])
        else:
            how = ours_how(contestant.info) if mine else contestant.info["how"]
            away = "" if options.train else f"{distance_of(folder, contestant.label):.1e}"
            name = contestant.label if mine else f"{contestant.info['name']}{', compiled' if contestant.label.endswith('compiled') else ''}"
            rate = gflop / contestant.ms * 1e3
            print_row([what, precision, name, f"{contestant.ms:.1f}", f"{rate:.0f} GFLOP/s", f"{rate / peak:.2f}", f"{contestant.info['megabytes']:.0f} MB", away, how])
    for contestant in contestants:
        contestant.close()


def compare_all(options):
    print_row(["network", "precision", "program", "ms", "rate", "of peak", "beside the weights", "away from float32", "how"])
    print_row(["---"] * 9)
    for network in options.network or ["fcn8s", "fcn8s-resnet50", "segnet", "unet"]:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            folder = pathlib.Path(folder)
            environment = dict(os.environ, LABELWRIGHT_LIB_DIR=str(options.build / "core/nn/backends"), LABELWRIGHT_DATA_DIR="data")
            exchange = [options.build / "tests/interop/network-exchange", "cpu", network, "1", str(HEIGHT), str(WIDTH), "0", "1", folder]
            subprocess.run(exchange, check=True, env=environment)
            (folder / "after.safetensors").unlink()
            from network_layers import read_tensors
            read_tensors(folder / "result.safetensors")["scores"].numpy().tofile(folder / "reference.f32")
            for precision in options.precision or ["float32", "bfloat16"]:
                compare(options, network, precision, folder)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--network", action="append")
    parser.add_argument("--precision", action="append", choices=["float32", "bfloat16"])
    parser.add_argument("--peer", action="append", choices=list(PREPARE))
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", help="where weights and exported networks are written; some GB")
    parser.add_argument("--pause", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]), sys.argv[6] == "train")
    else:
        compare_all(read_options())
