#!/usr/bin/env python3
"""Trains the networks on CamVid with several seeds, and prints what they reach.

  camvid-networks.py --build BUILD --camvid CAMVID --out FOLDER [--resnet50 FILE] [--vgg16 FILE] [--device cuda] [--jobs 6] [--seeds 1 2 3]
      [--size 160x120 --epochs 20] [NAME...]

Two splits. `val`: learnt from the 367 training frames, the epoch chosen and the score taken on the 101 of val. `drive`: learnt from the sequences 0001TP and
0006R0 alone, the last epoch scored on all 305 frames of 0016E5, a drive that it never saw. Each training has a log, a checkpoint and a report in FOLDER;
those with a report aren't done again, so that a table can grow over several calls. A network that is taught needs its teacher's models of the same split
and seed there: call for the teacher first. --table only prints it, as Markdown.

A processor takes weeks for that. --size scales all frames first and --epochs shortens the recipes, to whole frames throughout: what comes out compares starts
and networks with one another, and with nothing else; give it a FOLDER of its own.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAUGHT = 0.5      # the share of pixels whose class is drawn from the teacher
Network = namedtuple("Network", "arch start recipe what teacher", defaults=[None])
NETWORKS = {
    "fcn8s-resnet50": Network("fcn8s-resnet50", "resnet50", "best", "FCN-8s on ResNet-50, ImageNet's weights"),
    "fcn8s-resnet50-lite": Network("fcn8s-resnet50-lite", "resnet50", "best", "the same without its last stage"),
    "fcn8s-resnet50-lite-new": Network("fcn8s-resnet50-lite", None, "scratch", "the same without its last stage, from nothing"),
    "unet": Network("unet", None, "scratch", "U-Net, from nothing"),
    "segnet": Network("segnet", None, "scratch", "SegNet, from nothing"),
    "segnet-blocks": Network("segnet", "vgg16", "scratch", "SegNet, the first two blocks of ImageNet's VGG-16"),
    "segnet-basic": Network("segnet-basic", None, "scratch", "SegNet-Basic, from nothing"),
    "fcn8s": Network("fcn8s", None, "scratch", "FCN-8s, from nothing"),
    "fcn8s-blocks": Network("fcn8s", "vgg16", "scratch", "FCN-8s, the first two blocks of ImageNet's VGG-16"),
    "fcn8s-taught": Network("fcn8s", None, "scratch", "FCN-8s, from nothing, taught by FCN-8s on ResNet-50", "fcn8s-resnet50"),
    "fcn8s-lite": Network("fcn8s-lite", None, "scratch", "FCN-8s lite, from nothing"),
}
SPLITS = ("val", "drive")


def link(folder, camvid, parts):
    """A folder of links to the frames and labels of `parts`, pairs of a split's name and a pattern."""
    for kind, suffix in (("frames", ""), ("labels", "annot")):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for split, pattern in parts:
            for file in sorted((camvid / (split + suffix)).glob(pattern + ".png")):
                place = folder / kind / file.name
                if not place.is_symlink():
                    place.symlink_to(file.resolve())
    return [str(folder / "frames"), str(folder / "labels")]


def make_folders(options):
    data, camvid = options.out / "data", options.camvid
    return {
        "val": (link(data / "train", camvid, [("train", "*")]), link(data / "val", camvid, [("val", "*")])),
        "drive": (link(data / "two-drives", camvid, [("train", "0001TP_*"), ("train", "0006R0_*")]),
                  link(data / "third-drive", camvid, [("train", "0016E5_*"), ("val", "0016E5_*")])),
    }


def call(options, log, *arguments):
    environment = dict(os.environ, LABELWRIGHT_LIB_DIR=str(options.build / "core/nn/backends"), LABELWRIGHT_DATA_DIR=str(ROOT / "data"))
    command = [str(options.build / "tests/bench/train-folder"), "--device", options.device, *arguments]
    with open(log, "a") as output:
        return subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=environment).returncode == 0


def recipe_file(options, network):
    """The network's recipe, or another one that is written beside the reports: with --epochs a shorter one, for a teacher one that is taught."""
    file = ROOT / f"data/recipes/{network.recipe}.json"
    recipe = json.loads(file.read_text())
    if options.epochs is not None:
        recipe |= {"scale": recipe.pop("stages", [recipe])[-1]["scale"], "epochs": options.epochs, "crop": [0, 0]}
        recipe |= {"name": f"{network.recipe}-{options.epochs}", "warmup_steps": min(recipe["warmup_steps"], 20), "validate_every": max(1, options.epochs // 4)}
    if network.teacher:
        recipe |= {"name": recipe["name"] + "-taught", "taught": TAUGHT}
    if recipe["name"] == network.recipe:
        return file
    own = options.out / f"{recipe['name']}.recipe"
    if not own.exists():
        own.write_text(json.dumps(recipe, indent=2) + "\n")
    return own


def train(options, folders, name, split, seed):
    """Learns and scores; the report of the score is what says that it is done."""
    network, base = NETWORKS[name], options.out / f"{name}-{split}-{seed}"
    report, model, log = base.with_suffix(".json"), base.with_suffix(".safetensors"), base.with_suffix(".log")
    if report.exists():
        return True
    learn, score = folders[split]
    size = ["--size", options.size] if options.size else []
    arguments = [*size, "--arch", network.arch, "--classes", str(ROOT / "data/palettes/camvid11.json"), "--recipe", str(recipe_file(options, network)),
                 "--train", *learn, "--seed", str(seed), "--checkpoint", str(base.with_suffix(".checkpoint")), "--out", str(model), "--f16",
                 "--loader-threads", str(options.loader_threads)]
    if network.start:
        arguments += ["--init", str(getattr(options, network.start))]
    if network.teacher:
        arguments += ["--teacher", str(options.out / f"{network.teacher}-{split}-{seed}.safetensors")]
    if split == "val":
        arguments += ["--val", *score]
    if not call(options, log, *arguments, "--report", str(base) + ".training.json"):
        return False
    return call(options, log, *size, "--evaluate", "--init", str(model), "--val", *score, "--report", str(report))


def run_all(options, names):
    """Highest priority first, `jobs` at a time."""
    folders, lock = make_folders(options), threading.Lock()
    left = [(name, split, seed) for split in options.splits for name in names for seed in options.seeds]
    failed = []

    def work():
        while True:
            with lock:
                if not left:
                    return
                job = left.pop(0)
            if not train(options, folders, *job):
                failed.append(job)
                print("failed: %s-%s-%d" % job, file=sys.stderr)

    threads = [threading.Thread(target=work) for _ in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return not failed


def cell(values):
    if not values:
        return ""
    mean = statistics.mean(values)
    return f"{mean:.3f} ± {statistics.stdev(values):.3f}" if len(values) > 1 else f"{mean:.3f}"


def print_table(options, names):
    print("| network, start | seeds | val mIoU | global | BF | unseen drive mIoU | global | BF |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        cells, seeds = [], []
        for split in SPLITS:
            reports = [json.loads(file.read_text()) for file in sorted(options.out.glob(f"{name}-{split}-[0-9]*.json")) if ".training" not in file.name]
            seeds.append(str(len(reports)))
            cells += [cell([r[key] for r in reports if r.get(key) is not None]) for key in ("mean_iou", "global_accuracy", "mean_bf")]
        print(f"| {NETWORKS[name].what} | {', '.join(seeds)} | " + " | ".join(cells) + " |")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--camvid", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resnet50", type=Path, help="ImageNet's weights of ResNet-50")
    parser.add_argument("--vgg16", type=Path, help="the first blocks of a VGG-16")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--loader-threads", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=list(SPLITS))
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", help="scale all frames to this size first")
    parser.add_argument("--epochs", type=int, help="instead of the recipes', on whole frames")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NETWORKS))
    options = parser.parse_args()
    for name in options.names:
        if name not in NETWORKS:
            parser.error(f"{name} is none of {', '.join(NETWORKS)}")
    for name in options.names or NETWORKS:
        start = NETWORKS[name].start
        if not options.table and start and getattr(options, start) is None:
            parser.error(f"{name} starts from pretrained weights: give --{start} FILE")
    if not options.table and options.camvid is None:
        parser.error("--camvid FOLDER is needed")
    return options


def main():
    options = read_options()
    names = options.names or list(NETWORKS)
    options.out.mkdir(parents=True, exist_ok=True)
    done = options.table or run_all(options, names)
    print_table(options, names)
    return 0 if done else 1


sys.exit(main())
