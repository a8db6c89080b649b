#!/usr/bin/env python3
"""CamVid label sets to and from datumaro, which CVAT uses too: it reads ours, we read its, every pixel equal.

datumaro-camvid.py EXCHANGE     (the program camvid-exchange). Exit status 77 where datumaro is not installed: tests/interop/setup installs it.
"""

import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from datumaro.components.annotation import AnnotationType, LabelCategories, Mask, MaskCategories
    from datumaro.components.dataset import Dataset
    from datumaro.components.dataset_base import DatasetItem
    from datumaro.components.media import Image
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

WIDTH, HEIGHT, UNLABELLED = 48, 32, 255
# The palette camvid11, in the order of its class ids.
CLASSES = {
    "Sky": (128, 128, 128), "Building": (128, 0, 0), "Pole": (192, 192, 128), "Road": (128, 64, 128), "Pavement": (0, 0, 192),
    "Tree": (128, 128, 0), "SignSymbol": (192, 128, 128), "Fence": (64, 64, 128), "Car": (64, 0, 128), "Pedestrian": (64, 64, 0),
    "Bicyclist": (0, 128, 192), "Void": (0, 0, 0),
}


def exchange(*arguments):
    subprocess.run([sys.argv[1], *map(str, arguments)], check=True)


def read_ours(folder):
    """datumaro reads what we exported."""
    exchange("write", folder)
    dataset = Dataset.import_from(str(folder / "set"), "camvid")
    names = [label.name for label in dataset.categories()[AnnotationType.label]]
    assert sorted(names) == sorted(CLASSES), names
    assert names[0] == "Void", "datumaro wants the black class first"
    ids = {name: number for number, name in enumerate(CLASSES)}
    items = list(dataset)
    assert len(items) == 3 and {item.subset for item in items} == {"train"}, items
    for item in items:
        truth = np.fromfile(folder / "truth" / f"{item.id}.bin", np.uint8).reshape(HEIGHT, WIDTH)
        assert item.media.data.shape[:2] == (HEIGHT, WIDTH), "the picture"
        read = np.full((HEIGHT, WIDTH), UNLABELLED, np.uint8)
        for mask in item.annotations:
            read[np.asarray(mask.image, bool)] = ids[names[mask.label]]
        assert np.array_equal(read, truth), item.id


def labels_and_masks(random, classes):
    """A label map of rectangles with some of it left open, and its masks: datumaro's index of a class is its place in `classes`."""
    labels = np.full((HEIGHT, WIDTH), UNLABELLED, np.uint8)
    for number in range(len(classes)):
        y, x = random.integers(0, HEIGHT - 4), random.integers(0, WIDTH - 4)
        labels[y : y + random.integers(2, HEIGHT), x : x + random.integers(2, WIDTH)] = number
    return labels, [Mask(labels == number, label=number) for number in range(len(classes)) if (labels == number).any()]


def write_theirs(folder, with_void, colormap):
    """We read what datumaro exported."""
    random = np.random.default_rng(7)
    classes = {name: color for name, color in CLASSES.items() if with_void or name != "Void"}
    truth = folder / "truth"
    truth.mkdir(parents=True)
    items = []
    for number in range(3):
        labels, masks = labels_and_masks(random, classes)
        picture = Image.from_numpy(random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8))
        items.append(DatasetItem(id=f"frame {number}", subset="train" if number else "default", media=picture, annotations=masks))
        # datumaro has no "not labelled": open pixels become index 0, which is Void, or the background that it adds. That class is nobody's, so we leave them open.
        labels[labels == UNLABELLED] = list(CLASSES).index("Void") if with_void else UNLABELLED
        labels.tofile(truth / f"frame {number}.bin")
    categories = {
        AnnotationType.label: LabelCategories.from_iterable(list(classes)),
        AnnotationType.mask: MaskCategories(dict(enumerate(classes.values()))),
    }
    dataset = Dataset.from_iterable(items, categories=categories, media_type=Image)
    dataset.export(str(folder / "set"), "camvid", save_media=True, image_ext=".png", apply_colormap=colormap)
    exchange("check", folder / "set", truth)


def main():
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        read_ours(root / "ours")
        for with_void in (True, False):
            for colormap in (True, False):
                write_theirs(root / f"theirs-{with_void}-{colormap}", with_void, colormap)
                print(f"read: {'with' if with_void else 'without'} void, as {'colours' if colormap else 'numbers'}")


main()
