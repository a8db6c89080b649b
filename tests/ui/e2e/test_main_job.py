"""The main job as a user does it: new project, paint, propose, submit, accept, train, kill, open again, export.

    test_main_job.py PROGRAM FRAMES [SCREENSHOTS]

Drives the installed PROGRAM on real frames (a folder of PNG files) by pointer and keys alone. What was exported is
read by Pillow, not by us, and compared with what was painted.
"""

import glob
import math
import os
import re
import shutil
import sys

from PIL import Image

from annotator import Canvas, fine, run
from desktop import Program, rest, wait_for

WIDTH, HEIGHT = 480, 360
FRAMES = 20
SKY = [(40, 40), (200, 60), (420, 45)]
CAR = [(200, 200), (300, 190), (320, 260), (210, 270)]


# The steps of the user guide

def make_project(person, frames):
    media = os.path.join(person.desktop.home, "frames")
    os.mkdir(media)
    for frame in frames:
        shutil.copy(frame, media)
    person.start()
    person.shot("start")
    person.program.click("New Project…")
    person.asked("Made In")
    rest(1)
    person.desktop.type("Drive")
    person.program.find(test=lambda n: (n.get_name() or "").endswith("/Drive"))
    person.program.click("Add Folder…")
    person.choose_file("Add Folders of Images", media)
    person.program.find("frames", "label")
    person.shot("new-project")
    person.program.click("Create")
    person.program.wait_title("Drive")
    person.opened(1, len(frames))
    person.shot("workspace")


def paint(person):
    """Sky with the brush, a car as a polygon, the rest by filling with road."""
    desktop = person.desktop
    desktop.key("ctrl+1")
    person.text("100 %")
    canvas = Canvas(person.program)
    desktop.key("b", "1")
    desktop.drag(canvas.at(*fine(SKY)))
    canvas.point(*SKY[1], "Sky")
    person.shot("brush")
    desktop.key("p", "9")
    for point in canvas.at(*CAR):
        desktop.click(*point)
        rest(0.4)  # two clicks in quick succession would be a double click, which closes the polygon
    person.shot("polygon")
    desktop.key("Return")
    canvas.point(250, 230, "Car")
    desktop.key("f", "4")
    desktop.click(*canvas.at((20, 340))[0])
    person.text("Every pixel is labelled")
    person.shot("painted")


def undo_and_redo(person):
    person.desktop.key("ctrl+z", "ctrl+z", "ctrl+z")
    person.text("100.0 % not labelled")
    person.desktop.key("ctrl+shift+z", "ctrl+shift+z", "ctrl+shift+z")
    person.text("Every pixel is labelled")


def submit_and_accept(person):
    person.desktop.key("ctrl+Return")
    person.program.find("Submitted", "label")
    person.desktop.key("ctrl+shift+Return")
    person.text("· 1 accepted")


def propose_and_accept_the_others(person, count):
    """Lets the network label every other frame, applies it all and accepts it."""
    for ordinal in range(2, count + 1):
        person.desktop.key("Page_Down")
        person.frame(ordinal, count)
        person.desktop.key("q")
        # The first answer waits for the engine to start and to read the model.
        person.program.find("Apply All", "push button", test=Program.is_sensitive, timeout=90)
        if ordinal == 2:
            person.shot("proposal")
        person.desktop.key("a")
        person.program.wait_gone(test=lambda n: "100.0 % not labelled" in (n.get_name() or ""))
        person.desktop.key("ctrl+shift+Return")
        person.text(f"· {ordinal} accepted")


def train(person, count):
    desktop, program = person.desktop, person.program
    desktop.key("alt+2")
    program.find("Start Training")
    rest(0.5)
    person.set_epochs(12)
    program.click("Start Training")
    rest(4)  # pages are exchanged: see Program.wait_title
    program.find(test=lambda n: re.match(r"Epoch \d+ of", n.get_name() or ""), timeout=300)
    person.shot("training")
    # Painting goes on meanwhile.
    desktop.key("alt+1")
    desktop.key("ctrl+1", "b", "9")
    person.text("100 %")
    desktop.drag(Canvas(program).at((100, 300), (150, 305), (220, 310)))
    program.find("In progress", "label")
    person.shot("painting-while-training")
    desktop.key("alt+2")
    program.find(test=lambda n: "stands beside the old one" in (n.get_name() or ""), timeout=600)
    person.shot("trained")
    program.click("Use for Proposals")
    program.find("Back to the Old Model")
    person.shot("switched")
    program.click("Back to the Old Model")
    desktop.key("alt+3")
    person.shot("models")
    desktop.key("alt+1", "ctrl+shift+Return")  # the stroke took the frame back into progress
    person.text(f"· {count} accepted")


def kill_and_open_again(person, count):
    """The first frame is shown then; what was painted there can still be undone."""
    person.program.kill()
    person.start()
    person.program.find("Drive", "label")
    person.shot("recent")
    person.program.click("Drive", "label")
    person.program.wait_title("Drive")
    person.opened(1, count)
    person.text("Every pixel is labelled")
    person.desktop.key("ctrl+z")
    person.program.find(test=lambda n: re.match(r"\d\d\.\d % not labelled", n.get_name() or ""))
    person.shot("undone-after-kill")
    person.desktop.key("ctrl+shift+z")
    person.text("Every pixel is labelled")
    person.desktop.key("ctrl+shift+Return")
    person.text(f"· {count} accepted")


def export(person):
    """Returns the folder, which a file manager was asked to show."""
    file_manager = person.desktop.helper("file_manager.py")
    assert file_manager.stdout.readline() == "ready\n"
    person.desktop.key("ctrl+e")
    person.asked("CamVid Layout")
    rest(1)
    person.shot("export")
    person.program.click(role="push button", test=lambda n: (n.get_name() or "").startswith("Export"))
    folder = os.path.join(person.desktop.home, "Drive-camvid")
    wait_for(lambda: os.path.exists(os.path.join(folder, "default.txt")), "the exported folder", 60)
    rest(2)  # the progress window is being torn down: see Program.wait_title
    person.program.find("Show in Files", timeout=60)
    person.shot("exported")
    person.program.click("Show in Files")
    assert file_manager.stdout.readline() == f"file://{folder}\n"
    return folder


# What was painted, and what came out

def distance_to_segment(px, py, a, b):
    (ax, ay), (bx, by) = a, b
    dx, dy = bx - ax, by - ay
    t = 0 if dx == dy == 0 else max(0, min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)))
    return math.hypot(px - ax - t * dx, py - ay - t * dy)


def distance_to_polyline(px, py, points):
    return min(distance_to_segment(px, py, a, b) for a, b in zip(points, points[1:]))


def inside(px, py, polygon):
    result = False
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1]):
        if (ay > py) != (by > py) and px < (bx - ax) * (py - ay) / (by - ay) + ax:
            result = not result
    return result


def check_painted(folder, name, radius=12):
    """Every pixel further than a pixel and a half from an outline has the class that was painted there."""
    picture = Image.open(os.path.join(folder, "defaultannot", name))
    assert picture.size == (WIDTH, HEIGHT), picture.size
    colours = read_colours(os.path.join(folder, "label_colors.txt"))
    pixels = picture.convert("RGB").load()
    counts = {}
    for y in range(HEIGHT):
        for x in range(WIDTH):
            px, py = x + 0.5, y + 0.5
            to_sky = distance_to_polyline(px, py, SKY) - radius
            to_car = distance_to_polyline(px, py, CAR + CAR[:1])
            if abs(to_sky) < 1.5 or to_car < 1.5:
                continue
            expected = "Car" if inside(px, py, CAR) else "Sky" if to_sky < 0 else "Road"
            found = colours.get(pixels[x, y], "an undeclared colour")
            assert found == expected, f"{name} at {x}, {y}: {found}, painted as {expected}"
            counts[expected] = counts.get(expected, 0) + 1
    assert min(counts.get(c, 0) for c in ("Sky", "Road", "Car")) > 1000, counts
    print(f"{name}: {sum(counts.values())} pixels are as they were painted: {counts}")


def read_colours(path):
    colours = {}
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if len(words) == 4 and not line.startswith("#"):
                colours[tuple(map(int, words[:3]))] = words[3]
    return colours


def check_export(folder, names):
    with open(os.path.join(folder, "default.txt")) as lines:
        listed = [line.split()[0].split("/")[-1] for line in lines if line.strip()]
    assert sorted(listed) == sorted(names), (listed, names)
    for name in names:
        assert Image.open(os.path.join(folder, "default", name)).size == (WIDTH, HEIGHT)


def main_job(person, folder):
    frames = sorted(glob.glob(os.path.join(folder, "*.png")))[:FRAMES]
    names = [os.path.basename(frame) for frame in frames]
    person.do(make_project, frames)
    person.do(paint)
    person.do(undo_and_redo)
    person.do(submit_and_accept)
    person.do(propose_and_accept_the_others, len(frames))
    person.do(train, len(frames))
    person.do(kill_and_open_again, len(frames))
    exported = person.do(export)
    check_export(exported, names)
    check_painted(exported, names[0])


if __name__ == "__main__":
    run(lambda person: main_job(person, sys.argv[2]), sys.argv[1], *sys.argv[3:])
