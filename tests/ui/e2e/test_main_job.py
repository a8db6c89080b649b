"""The main job as a user does it: new project, paint, propose, submit, accept, train, export, kill, open again.

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
import time

from PIL import Image

from desktop import Desktop, NotFound, Program, wait_for

WIDTH, HEIGHT = 480, 360
FRAMES = 20


class Canvas:
    """Where the picture is on the screen at 100 %: one pixel of it is one of the screen's. The program itself says
    which pixel is under the pointer."""

    def __init__(self, program):
        x, y, width, height = program.rectangle(program.find(role="image", test=lambda n: "Canvas" in n.get_name()))
        px, py = round(x + width / 2), round(y + height / 2)
        program.desktop.move(px - 3, py - 3)
        time.sleep(0.2)
        program.desktop.move(px, py)
        time.sleep(0.5)
        text = program.find(test=lambda n: re.match(r"\d+, \d+", n.get_name() or "")).get_name()
        column, row = map(int, re.match(r"(\d+), (\d+)", text).groups())
        self.left, self.top = px - column, py - row

    def at(self, *points):
        return [(self.left + x, self.top + y) for x, y in points]


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


class MainJob:
    def __init__(self, program_path, frames, screenshots):
        self.path = os.path.abspath(program_path)
        self.program = None
        self.frames = sorted(frames)
        self.shots = screenshots
        self.desktop = Desktop(1280, 800)
        self.project = os.path.join(self.desktop.home, "Drive")
        self.media = os.path.join(self.desktop.home, "frames")
        os.mkdir(self.media)
        for frame in self.frames:
            shutil.copy(frame, self.media)

    def shot(self, name):
        if self.shots:
            time.sleep(0.6)
            self.desktop.screenshot(os.path.join(self.shots, name + ".png"))

    def start(self, *arguments):
        self.program = Program(self.desktop, [self.path, *arguments], "labelwright")

    def choose_in_file_dialog(self, path):
        """GTK's own file dialog: a slash opens the entry for a path."""
        time.sleep(1)
        self.desktop.type(path)
        time.sleep(0.5)
        self.desktop.key("Return")
        time.sleep(1.5)

    def wait_frame(self, ordinal):
        self.program.find(test=lambda n: f"{ordinal} of {len(self.frames)}" in (n.get_name() or ""))
        time.sleep(0.5)

    # The steps of the user guide

    def make_project(self):
        self.start()
        self.shot("start")
        self.program.click("New Project…")
        self.program.find("Made In")
        time.sleep(1)
        self.desktop.type("Drive")
        self.program.click("Add Folder…")
        self.choose_in_file_dialog(self.media)
        self.program.find("frames", "label")
        self.shot("new-project")
        self.program.click("Create")
        self.program.wait_title("Drive")
        self.wait_frame(1)
        self.shot("workspace")

    def paint(self):
        """Sky with the brush, a car as a polygon, the rest by filling with road. Returns what was painted."""
        self.desktop.key("ctrl+1")
        time.sleep(0.5)
        canvas = Canvas(self.program)
        sky = [(40, 40), (200, 60), (420, 45)]
        car = [(200, 200), (300, 190), (320, 260), (210, 270)]
        self.desktop.key("b", "1")
        fine = [p for a, b in zip(sky, sky[1:]) for p in
                [(a[0] + (b[0] - a[0]) * i / 20, a[1] + (b[1] - a[1]) * i / 20) for i in range(21)]]
        self.desktop.drag(canvas.at(*[(round(x), round(y)) for x, y in fine]))
        self.shot("brush")
        self.desktop.key("p", "9")
        for point in canvas.at(*car):
            self.desktop.click(*point)
            time.sleep(0.4)  # two clicks in quick succession would be a double click, which closes the polygon
        self.shot("polygon")
        self.desktop.key("Return")
        time.sleep(0.3)
        self.desktop.key("f", "4")
        self.desktop.click(*canvas.at((20, 340))[0])
        time.sleep(0.5)
        self.shot("painted")
        return sky, car

    def undo_and_redo(self):
        self.desktop.key("ctrl+z", "ctrl+z", "ctrl+z")
        self.program.find(test=lambda n: "100.0 % not labelled" in (n.get_name() or ""))
        self.desktop.key("ctrl+shift+z", "ctrl+shift+z", "ctrl+shift+z")
        self.program.wait_gone(test=lambda n: "not labelled yet" in (n.get_name() or "") and "100.0 %" in n.get_name())

    def submit_and_accept(self):
        self.desktop.key("ctrl+Return")
        self.program.find("Submitted", "label")
        self.desktop.key("ctrl+shift+Return")
        self.wait_accepted(1)

    def wait_accepted(self, count):
        self.program.find(test=lambda n: f"· {count} accepted" in (n.get_name() or ""))

    def propose_and_accept_the_others(self):
        """Lets the network label every other frame, applies it all and accepts it. Returns its answer for the second one."""
        for ordinal in range(2, len(self.frames) + 1):
            self.desktop.key("Page_Down")
            self.wait_frame(ordinal)
            self.desktop.key("q")
            # The first answer waits for the engine to start and to read the model.
            self.program.find("Apply All", "push button", test=Program.is_sensitive, timeout=90)
            if ordinal == 2:
                self.shot("proposal")
            self.desktop.key("a")
            self.program.wait_gone(test=lambda n: "100.0 % not labelled" in (n.get_name() or ""))
            self.desktop.key("ctrl+shift+Return")
            self.wait_accepted(ordinal)

    def train(self):
        self.desktop.key("alt+2")
        self.program.find("Start Training")
        time.sleep(0.5)
        # GTK 4.8 gives a spin button's entry no name: it is the field right of the label, before its two buttons.
        x, y, width, height = self.program.rectangle(self.program.find("Epochs", "list item"))
        self.desktop.click(x + width - 102, y + height / 2, times=2)
        self.desktop.key("ctrl+a")
        self.desktop.type("12")
        self.program.click("Start Training")
        time.sleep(4)  # likewise
        self.program.find(test=lambda n: re.match(r"Epoch \d+ of", n.get_name() or ""), timeout=60)
        self.shot("training")
        # Painting goes on meanwhile.
        self.desktop.key("alt+1")
        self.desktop.key("ctrl+1", "b", "4")
        time.sleep(0.5)
        self.desktop.drag(Canvas(self.program).at((100, 300), (150, 305), (220, 310)))
        self.shot("painting-while-training")
        self.desktop.key("alt+2")
        self.program.find(test=lambda n: "stands beside the old one" in (n.get_name() or ""), timeout=600)
        self.shot("trained")
        self.program.click("Use for Proposals")
        self.program.find("Back to the Old Model")
        self.shot("switched")
        self.program.click("Back to the Old Model")
        self.desktop.key("alt+3")
        self.shot("models")
        self.desktop.key("alt+1", "ctrl+shift+Return")  # the stroke took the frame back into progress
        self.wait_accepted(len(self.frames))

    def export(self):
        """Returns the folder."""
        self.desktop.key("ctrl+e")
        self.program.find("CamVid Layout")
        time.sleep(1)
        self.shot("export")
        self.program.click(role="push button", test=lambda n: (n.get_name() or "").startswith("Export"))
        folder = os.path.join(self.desktop.home, "Drive-camvid")
        wait_for(lambda: os.path.exists(os.path.join(folder, "default.txt")), "the exported folder", 60)
        time.sleep(2)  # the progress window is being torn down: see Program.wait_title
        self.program.find("Show in Files", timeout=60)
        self.shot("exported")
        return folder

    def kill_and_open_again(self):
        self.program.kill()
        self.start()
        self.program.find("Drive", "label")
        self.shot("recent")
        self.program.click("Drive", "label")
        self.program.wait_title("Drive")
        self.program.find(test=lambda n: f"of {len(self.frames)}" in (n.get_name() or ""))


# What was painted, and what came out

def check_painted(folder, name, sky, car, radius=12):
    """Every pixel further than a pixel and a half from an outline has the class that was painted there."""
    picture = Image.open(os.path.join(folder, "defaultannot", name))
    assert picture.size == (WIDTH, HEIGHT), picture.size
    colours = read_colours(os.path.join(folder, "label_colors.txt"))
    pixels = picture.convert("RGB").load()
    counts = {}
    for y in range(HEIGHT):
        for x in range(WIDTH):
            px, py = x + 0.5, y + 0.5
            to_sky = distance_to_polyline(px, py, sky) - radius
            to_car = distance_to_polyline(px, py, car + car[:1])
            if abs(to_sky) < 1.5 or to_car < 1.5:
                continue
            expected = "Car" if inside(px, py, car) else "Sky" if to_sky < 0 else "Road"
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


def run(program, frames, screenshots):
    """Returns False where GTK itself crashed while its accessibility tree was read (GTK 4.8: Program.wait_title)."""
    job = MainJob(program, frames, screenshots)
    names = [os.path.basename(frame) for frame in job.frames]
    try:
        job.make_project()
        sky, car = job.paint()
        job.undo_and_redo()
        job.submit_and_accept()
        job.propose_and_accept_the_others()
        job.train()
        job.kill_and_open_again()
        folder = job.export()
        check_export(folder, names)
        check_painted(folder, names[0], sky, car)
        return True
    except NotFound:
        if screenshots:
            job.desktop.screenshot(os.path.join(screenshots, "failed.png"))
        if job.program.process.poll() == -11 and "g_variant_is_object_path" in job.program.output():
            return False
        raise
    finally:
        if job.program is not None:
            sys.stderr.write(job.program.output())
        job.desktop.close()


def main():
    program, folder = sys.argv[1:3]
    frames = sorted(glob.glob(os.path.join(folder, "*.png")))[:FRAMES]
    screenshots = sys.argv[3] if len(sys.argv) > 3 else None
    if not any(run(program, frames, screenshots) for _ in range(3)):
        sys.exit("GTK crashed three times while its accessibility tree was read")


if __name__ == "__main__":
    main()
