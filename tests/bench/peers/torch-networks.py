#!/usr/bin/env python3
"""PyTorch's time for what our backends do: FCN-8s and its light form, from the bytes of pictures to their labels, and a step of training.

A line of JSON for each measurement: the median of many runs, from the pictures in the host's memory (pinned, on a GPU) to the labels and the
confidence of each 4x4 block there; copies are counted in. Weights are random: the time doesn't depend on them. Pictures are 480x360 unless told
otherwise. On a GPU: bfloat16, channels last; eager, as a CUDA graph, and compiled with max-autotune where that is done in two minutes. On a CPU: float32
and bfloat16, with two threads.

  torch-networks.py [--network fcn8s] [--network fcn8s-lite] [--batch 1] [--batch 16] [--mode eager] [--mode graph] [--mode compile] [--train-batch 4]
"""

import argparse
import json
import signal
import statistics
import sys
import time
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

CLASSES = 12
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
COMPILE_SECONDS = 120
# Channels of the five stages and of fc6 and fc7; fc6's kernel; dropout; the factors of the skips.
WIDTHS = {
    "fcn8s": ((64, 128, 256, 512, 512), 4096, 7, 0.5, (0.01, 0.0001)),
    "fcn8s-lite": ((16, 32, 64, 128, 128), 512, 3, 0.1, (1, 1)),
}


class Fcn8s(nn.Module):
    """FCN-8s at once on VGG-16, every layer padded to its input's size; the last upsampling is left to the caller."""

    def __init__(self, name):
        super().__init__()
        widths, hidden, kernel, dropout, self.factors = WIDTHS[name]
        channels, stages = 3, []
        for width, layers in zip(widths, (2, 2, 3, 3, 3)):
            stage = []
            for _ in range(layers):
                stage += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
                channels = width
            stages.append(nn.Sequential(*stage, nn.MaxPool2d(2, 2, ceil_mode=True)))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Sequential(nn.Conv2d(channels, hidden, kernel, padding=kernel // 2), nn.ReLU(inplace=True), nn.Dropout(dropout),
                                  nn.Conv2d(hidden, hidden, 1), nn.ReLU(inplace=True), nn.Dropout(dropout), nn.Conv2d(hidden, CLASSES, 1))
        self.score4, self.score3 = nn.Conv2d(widths[3], CLASSES, 1), nn.Conv2d(widths[2], CLASSES, 1)
        row = 1 - (torch.arange(4) - 1.5).abs() / 2
        self.register_buffer("kernel", (row[:, None] * row[None, :]).expand(CLASSES, 1, 4, 4).contiguous())

    def fuse(self, coarse, skip):
        up = F.conv_transpose2d(coarse, self.kernel.to(coarse.dtype), stride=2, padding=1, groups=CLASSES)
        return up[:, :, :skip.shape[2], :skip.shape[3]] + skip

    def forward(self, x):
        x = self.stages[1](self.stages[0](x))
        pool3 = self.stages[2](x)
        pool4 = self.stages[3](pool3)
        x = self.head(self.stages[4](pool4))
        x = self.fuse(x, self.score4(pool4 * self.factors[0]))
        return self.fuse(x, self.score3(pool3 * self.factors[1]))


class Prediction(nn.Module):
    """From bytes (n, h, w, 3) to labels (n, h, w) and confidence (n, h / 4, w / 4), both bytes."""

    def __init__(self, network, dtype):
        super().__init__()
        self.network, self.dtype = network, dtype
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1) * 255)
        self.register_buffer("scale", 1 / (torch.tensor(DEVIATION).view(1, 3, 1, 1) * 255))

    def forward(self, rgb):
        # (n, h, w, 3) seen as (n, 3, h, w) is channels last already.
        x = ((rgb.permute(0, 3, 1, 2).float() - self.mean) * self.scale).to(self.dtype)
        grid = self.network(x).float()
        height, width = rgb.shape[1:3]
        labels = F.interpolate(grid, scale_factor=8, mode="bilinear", align_corners=False)[:, :, :height, :width].argmax(1).to(torch.uint8)
        centres = F.interpolate(grid, scale_factor=2, mode="bilinear", align_corners=False)[:, :, :(height + 3) // 4, :(width + 3) // 4]
        return labels, (F.softmax(centres, 1).amax(1) * 255 + 0.5).to(torch.uint8)


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def median_ms(run, device, seconds):
    """Warm, then for about so many seconds, at least three times."""
    for _ in range(3):
        run()
    synchronize(device)
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        synchronize(device)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times), len(times)


def report(device, **values):
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    print(json.dumps({"torch": torch.__version__, "device": name, **values}), flush=True)


@contextmanager
def limited(seconds):
    def stop(number, frame):
        raise TimeoutError(f"not done in {seconds} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def host_bytes(shape, device):
    return torch.randint(0, 256, shape, dtype=torch.uint8, pin_memory=device.type == "cuda")


def plain_run(predict, rgb, device):
    """The results' place on the host is pinned, too, and made once."""
    labels, confidence = predict(rgb.to(device))
    places = [torch.empty(result.shape, dtype=torch.uint8, pin_memory=device.type == "cuda") for result in (labels, confidence)]

    def run():
        for place, result in zip(places, predict(rgb.to(device, non_blocking=True))):
            place.copy_(result, non_blocking=True)

    return run


def graph_run(predict, rgb, device):
    """Copies, network and final pass as one CUDA graph."""
    run = plain_run(predict, rgb, device)
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    static, places = torch.empty_like(rgb, device=device), [torch.empty_like(result, device="cpu").pin_memory() for result in predict(rgb.to(device))]
    with torch.cuda.graph(graph):
        static.copy_(rgb, non_blocking=True)
        for place, result in zip(places, predict(static)):
            place.copy_(result, non_blocking=True)
    return graph.replay


def measure_prediction(options, name, dtype, batch, mode, device):
    predict = Prediction(Fcn8s(name).to(dtype), dtype).eval().to(device, memory_format=torch.channels_last)
    rgb = host_bytes((batch, options.height, options.width, 3), device)
    what = {"what": f"{name}, prediction", "mode": mode, "batch": batch, "height": options.height, "width": options.width, "dtype": str(dtype)[6:]}
    start = time.perf_counter()
    try:
        with torch.inference_mode(), limited(COMPILE_SECONDS):
            if mode == "compile":
                predict = torch.compile(predict, mode="max-autotune", dynamic=False)
            run = (graph_run if mode == "graph" else plain_run)(predict, rgb, device)
            run()
            synchronize(device)
        ready = time.perf_counter() - start
        with torch.inference_mode():
            ms, runs = median_ms(run, device, options.seconds)
    except Exception as error:              # the other measurements are worth having without this one
        report(device, **what, error=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:200])
        return
    report(device, **what, ms=round(ms, 3), ms_per_picture=round(ms / batch, 4), runs=runs, seconds_to_first=round(ready, 1))


def training_run(network, device, dtype, rgb, labels):
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-4, momentum=0.9, weight_decay=5e-4, fused=device.type == "cuda")
    mean = torch.tensor(MEAN, device=device).view(1, 3, 1, 1) * 255
    scale = 1 / (torch.tensor(DEVIATION, device=device).view(1, 3, 1, 1) * 255)
    height, width = rgb.shape[1:3]

    def run():
        x = (rgb.to(device, non_blocking=True).permute(0, 3, 1, 2).float() - mean) * scale
        wanted = labels.to(device, non_blocking=True).long()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            grid = network(x)
        logits = F.interpolate(grid.float(), scale_factor=8, mode="bilinear", align_corners=False)[:, :, :height, :width]
        loss = F.cross_entropy(logits, wanted, ignore_index=255)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1e9)      # ours gives the gradient's norm, too
        optimizer.step()
        return loss.detach()

    return run


def measure_training(options, name, dtype, device):
    network = Fcn8s(name).train().to(device, memory_format=torch.channels_last)
    batch = options.train_batch
    rgb = host_bytes((batch, options.height, options.width, 3), device)
    labels = torch.randint(0, CLASSES, (batch, options.height, options.width), dtype=torch.uint8, pin_memory=device.type == "cuda")
    ms, runs = median_ms(training_run(network, device, dtype, rgb, labels), device, options.seconds)
    report(device, what=f"{name}, step of training", mode="eager", batch=batch, height=options.height, width=options.width,
           dtype="bfloat16 autocast" if dtype == torch.bfloat16 else "float32", ms=round(ms, 3), ms_per_picture=round(ms / batch, 3), runs=runs)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--network", action="append", choices=list(WIDTHS))
    parser.add_argument("--batch", action="append", type=int)
    parser.add_argument("--mode", action="append", choices=["eager", "graph", "compile"])
    parser.add_argument("--dtype", action="append", choices=["float32", "bfloat16"])
    parser.add_argument("--train-batch", type=int, default=4, help="0: don't train")
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--width", type=int, default=480)
    parser.add_argument("--seconds", type=float, default=2, help="about so long a measurement")
    parser.add_argument("--threads", type=int, default=2, help="of a CPU")
    return parser.parse_args()


def main():
    options = read_options()
    device = torch.device(options.device)
    gpu = device.type == "cuda"
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    if not gpu:
        torch.set_num_threads(options.threads)
    dtypes = [getattr(torch, name) for name in options.dtype or (["bfloat16"] if gpu else ["float32", "bfloat16"])]
    for name in options.network or WIDTHS:
        for dtype in dtypes:
            for mode in options.mode or (["eager", "graph", "compile"] if gpu else ["eager"]):
                for batch in options.batch or ([1, 16, 32] if gpu else [1]):
                    measure_prediction(options, name, dtype, batch, mode, device)
            if options.train_batch > 0:
                measure_training(options, name, dtype, device)
    return 0


sys.exit(main())
