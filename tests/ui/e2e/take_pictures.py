"""Takes the pictures of the tools and of the ways to look in docs/images, by hand and keys; no test.

    take_pictures.py PROGRAM OUTPUT [--frame FILE] [--at NAME] [--only STEP...] [--whole] [--size 1280x800] [--scale 2] [--dark] [--language de]

On the sample, whose pictures may be shown to everybody. With --frame on any picture of your own; what is drawn on it is SCENES[NAME].
--whole keeps the whole window of each step, too: to be looked at. PROGRAM is an installed labelwright, with labelwright-cli beside it.
"""

import argparse
import math
import os
import re
import subprocess
import sys
import time

from PIL import Image, ImageDraw

from annotator import Annotator, fine
from desktop import wait_for

BROAD = 300                      # pixels of the screen that a crop of a picture has at most
STEP = 2 ** 0.25                 # of the zoom, for a notch of the wheel
GAP = 6                          # pixels between what a tool is shown to do and what comes of it
RULER = 20                       # pixels
BESIDE = (222, 221, 218)         # what a popover is shown on
COLOURS = 200                    # of a palette: nobody sees the difference, and the files are a third as large
WIDTH, HEIGHT = 480, 360         # of the picture that the scenes are drawn on

# Where things are in the picture. A crop is x, y, width, height.
SCENES = {
    "sample": {
        "road": ([(150, 285), (230, 300), (330, 290)], (100, 240, 250, 110)),
        "pole": ([(131, 20), (131, 239)], (60, 10, 140, 240)),
        "house": ([(0, 82), (51, 108), (51, 228), (0, 238)], [(33, 108), (43, 113), (43, 143), (33, 140)], (0, 70, 160, 180)),
        "tree": ([(106, 150), (112, 112), (128, 103), (150, 107), (172, 134), (168, 150), (180, 160), (178, 172), (150, 178), (120, 192), (106, 190)], (80, 90, 150, 120)),
        "car": ([(299, 213), (302, 196), (312, 191), (348, 191), (363, 212), (363, 229), (314, 234), (300, 222)], (280, 175, 110, 75)),
        "box": ((292, 186), (369, 238)),
        "sky": ((240, 60), (60, 0, 330, 170)),
        "reveal": ([(205, 205), (240, 212), (330, 212)], (180, 160, 210, 110)),
        "styles": (90, 90, 180, 140),
    },
    "camvid": {       # val/0016E5_08005.png
        "road": ([(160, 300), (230, 330), (320, 290)], (100, 230, 250, 120)),
        "pole": ([(370, 140), (370, 200)], (310, 120, 140, 110)),
        "house": ([(68, 115), (148, 136), (148, 217), (68, 243)], [(106, 140), (117, 142), (117, 222), (106, 226)], (20, 90, 180, 170)),
        "tree": ([(300, 120), (330, 80), (352, 20), (400, 5), (440, 40), (440, 120), (400, 160), (330, 165)], (280, 0, 190, 190)),
        "car": ([(291, 206), (292, 190), (308, 179), (330, 179), (344, 193), (344, 214), (316, 215)], (260, 160, 110, 75)),
        "box": ((284, 173), (351, 222)),
        "sky": ((240, 50), (120, 0, 250, 150)),
        "reveal": ([(230, 220), (265, 190), (318, 195)], (180, 150, 210, 120)),
        "styles": (180, 130, 180, 140),
    },
}
NUMBER = {"Sky": "1", "Building": "2", "Pole": "3", "Road": "4", "Pavement": "5", "Tree": "6", "Car": "9"}


def middle_of(crop):
    return crop[0] + crop[2] / 2, crop[1] + crop[3] / 2


class Painter:
    """A person at a desktop, with the picture of one frame before them."""

    def __init__(self, options):
        self.options = options
        self.scene = SCENES[options.at]
        self.person = Annotator(options.program, None, options.size, options.scale)
        self.desktop = self.person.desktop
        if options.dark:
            self.desktop.environment["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"
        if options.language:
            self.desktop.environment["LANGUAGE"] = options.language

    # The frame

    def open(self):
        self.person.start(*([self.make_project()] if self.options.frame else ["--sample"]))
        self.program = self.person.program
        wait_for(lambda: self.program.find_now(role="image", test=lambda n: n.get_name().rstrip("”“").endswith(self.frame_name())), "the frame")
        time.sleep(2)
        self.fit()

    def make_project(self):
        project = os.path.join(self.desktop.home, "Drive")
        for words in (["create", project, "--classes", "camvid11"], ["add", project, self.options.frame]):
            subprocess.run([self.options.program + "-cli", *words], check=True, stdout=subprocess.DEVNULL)
        return project

    def frame_name(self):
        return os.path.splitext(os.path.basename(self.options.frame))[0] if self.options.frame else "street_000000"

    def canvas(self):
        return self.program.rectangle(self.program.find(role="image", test=lambda n: self.frame_name() in n.get_name()))

    def fit(self):
        """The picture lies in the middle of the canvas, all of it."""
        self.keys("ctrl+0")
        time.sleep(0.5)
        x, y, width, height = self.canvas()
        self.zoom = min(width / WIDTH, height / HEIGHT)
        self.left, self.top = x + (width - WIDTH * self.zoom) / 2, y + (height - HEIGHT * self.zoom) / 2

    def zoom_to(self, crop):
        """As large as fits, and not larger than BROAD pixels of the screen."""
        self.fit()
        x, y, width, height = self.canvas()
        steps = math.floor(math.log(min(BROAD / crop[2], width / crop[2], height / crop[3]) / self.zoom, STEP))
        if steps <= 0:
            return
        middle = (crop[0] + crop[2] / 2, crop[1] + crop[3] / 2)
        self.point(middle)
        self.desktop.xdotool("click", "--repeat", steps, "--delay", 60, 4)
        time.sleep(1)
        at = round(x + width / 2), round(y + height / 2)
        self.drag_view(self.at(middle)[0], at)
        self.zoom *= STEP ** steps
        self.desktop.move(*at)
        time.sleep(0.6)
        said = self.program.find(test=lambda n: re.match(r"\d+, \d+", n.get_name() or "")).get_name()
        column, row = map(int, re.match(r"(\d+), (\d+)", said).groups())
        self.left, self.top = at[0] - (column + 0.5) * self.zoom, at[1] - (row + 0.5) * self.zoom

    def drag_view(self, start, end):
        self.desktop.drag([start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end], button=2)
        time.sleep(0.5)

    def at(self, *points):
        return [(self.left + (x + 0.5) * self.zoom, self.top + (y + 0.5) * self.zoom) for x, y in points]

    def look_at(self, crop):
        x, y, width, height = (round(v * self.zoom) for v in crop)
        return self.desktop.picture(round(self.left) + x, round(self.top) + y, width, height)

    # The hand

    def keys(self, *keys):
        self.desktop.key(*keys)

    def drag(self, points, **how):
        self.desktop.drag(self.at(*fine(points, 6)), **how)

    def hold(self, points):
        """A drag whose button is still down."""
        line = self.at(*fine(points, 6))
        self.desktop.move(*line[0])
        self.desktop.xdotool("mousedown", 1)
        for x, y in line[1:]:
            self.desktop.move(x, y)
            time.sleep(0.02)

    def let_go(self):
        self.desktop.xdotool("mouseup", 1)

    def click(self, *points):
        for x, y in self.at(*points):
            self.desktop.click(x, y)
            time.sleep(0.5)                  # two quick clicks are another thing than two

    def point(self, point):
        self.desktop.move(*self.at(point)[0])
        time.sleep(0.6)

    def put_aside(self):
        """Where the pointer means nothing."""
        self.desktop.move(5, self.options.size[1] - 5)
        time.sleep(0.6)

    def size(self, wanted):
        """Of the brush, as near as its keys come to it."""
        last = None
        for _ in range(40):
            now = int(re.match(r"(\d+)", self.program.find(role="label", test=lambda n: re.fullmatch(r"\d+ px", n.get_name() or "")).get_name()).group(1))
            if now == wanted or (last is not None and (now < wanted) != (last < wanted)):
                return
            self.keys("bracketright" if now < wanted else "bracketleft")
            last = now

    def paint(self, points, cls, size):
        self.keys("b", NUMBER[cls])
        self.size(size)
        self.drag(points)

    def undo(self, times=1):
        for _ in range(times):
            self.keys("ctrl+z")
        time.sleep(0.3)

    def propose(self):
        """Until it lies over the picture."""
        self.fit()
        self.put_aside()
        everything = (0, 0, WIDTH, HEIGHT)
        before = self.look_at(everything).tobytes()
        self.keys("q")
        wait_for(lambda: self.look_at(everything).tobytes() != before, "a proposal", 90, 0.5)
        time.sleep(1)

    # The pictures

    def whole(self, name):
        if self.options.whole:
            self.desktop.screenshot(os.path.join(self.options.output, "whole-" + name + ".png"))

    def save(self, name, *pictures):
        """Beside each other, from left to right."""
        width = sum(p.width for p in pictures) + GAP * (len(pictures) - 1)
        whole = Image.new("RGB", (width, max(p.height for p in pictures)), "white")
        x = 0
        for picture in pictures:
            whole.paste(picture, (x, 0))
            x += picture.width + GAP
        if whole.size != self.options.size:      # the whole window has too many colours for a palette
            whole = whole.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        path = os.path.join(self.options.output, name + ".png")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        whole.save(path, optimize=True)


# ---- the tools: what the hand does, and what comes of it ----

def during_and_after(painter, name, crop, finish):
    """One picture now, one after `finish`."""
    time.sleep(0.6)
    now = painter.look_at(crop)
    painter.whole(name)
    finish()
    time.sleep(0.3)
    painter.put_aside()
    painter.save("tools/" + name, now, painter.look_at(crop))


def brush(painter):
    line, crop = painter.scene["road"]
    painter.zoom_to(crop)
    painter.keys("b", NUMBER["Road"])
    painter.size(40)
    painter.hold(line)
    time.sleep(0.6)
    painter.whole("brush")
    painter.save("tools/brush", painter.look_at(crop))
    painter.let_go()


def eraser(painter):
    """In what the brush has left."""
    line, crop = painter.scene["road"]
    painter.zoom_to(crop)
    painter.keys("e")
    painter.size(16)
    painter.hold(line[1:])
    time.sleep(0.6)
    painter.whole("eraser")
    painter.save("tools/eraser", painter.look_at(crop))
    painter.let_go()
    painter.undo(2)


def line(painter):
    ends, crop = painter.scene["pole"]
    painter.zoom_to(crop)
    painter.keys("i", NUMBER["Pole"])
    painter.size(5)
    painter.hold(ends)
    during_and_after(painter, "line", crop, painter.let_go)
    painter.undo()


def polygon(painter):
    outer, hole, crop = painter.scene["house"]
    painter.zoom_to(crop)
    painter.keys("p", NUMBER["Building"])
    painter.click(*outer)
    painter.keys("shift+Return")
    painter.click(*hole)
    during_and_after(painter, "polygon", crop, lambda: painter.keys("Return"))
    painter.undo()


def lasso(painter):
    around, crop = painter.scene["tree"]
    painter.zoom_to(crop)
    painter.keys("l", NUMBER["Tree"])
    painter.hold(around)
    during_and_after(painter, "lasso", crop, painter.let_go)
    painter.undo()


def superpixels(painter):
    around, crop = painter.scene["car"]
    painter.zoom_to(crop)
    painter.keys("s", NUMBER["Car"])
    painter.point(middle_of(crop))
    time.sleep(2)
    now = painter.look_at(crop)
    painter.hold([around[0], middle_of(crop), around[4], middle_of(crop)])
    time.sleep(0.6)
    painter.whole("superpixels")
    painter.save("tools/superpixels", now, painter.look_at(crop))
    painter.let_go()
    painter.undo()


def scissors(painter):
    around, crop = painter.scene["car"]
    painter.zoom_to(crop)
    painter.keys("w", NUMBER["Car"])
    for corner in around[:-1]:
        painter.click(corner)
        time.sleep(0.5)
    painter.point(around[-1])
    time.sleep(1)
    during_and_after(painter, "scissors", crop, lambda: (painter.click(around[-1]), painter.keys("Return")))
    painter.undo()


def box_cut(painter):
    start, end = painter.scene["box"]
    crop = painter.scene["car"][1]
    painter.zoom_to(crop)
    painter.keys("x", NUMBER["Car"])
    painter.drag([start, end])
    time.sleep(3)
    painter.put_aside()
    during_and_after(painter, "box-cut", crop, lambda: painter.keys("Return"))
    painter.undo()


def fill(painter):
    """A car that was called a building."""
    around, crop = painter.scene["car"]
    painter.zoom_to(crop)
    painter.keys("l", NUMBER["Building"])
    painter.drag(around)
    painter.keys("f", NUMBER["Car"])
    painter.point(middle_of(crop))
    during_and_after(painter, "fill", crop, lambda: painter.click(middle_of(crop)))
    painter.undo(2)


def fill_by_colour(painter):
    middle, crop = painter.scene["sky"]
    painter.zoom_to(crop)
    painter.keys("t", NUMBER["Sky"])
    painter.point(middle)
    during_and_after(painter, "fill-by-colour", crop, lambda: painter.click(middle))
    painter.undo()


def reveal(painter):
    stroke, crop = painter.scene["reveal"]
    painter.propose()
    painter.zoom_to(crop)
    painter.keys("v")
    painter.size(40)
    painter.hold(stroke)
    during_and_after(painter, "reveal", crop, painter.let_go)
    painter.undo()
    painter.keys("Delete")


def apply_region(painter):
    stroke, crop = painter.scene["reveal"]
    painter.propose()
    painter.zoom_to(crop)
    painter.keys("r")
    painter.point(stroke[1])
    during_and_after(painter, "apply-region", crop, lambda: painter.click(stroke[1]))
    painter.undo()
    painter.keys("Delete")


def popover_in(picture):
    """Nothing composes windows here: around a popover the screen is black where its shadow would be. On the right classes may be black, too."""
    picture = picture.crop((0, 0, picture.width // 2, picture.height))
    black = picture.convert("L").point(lambda value: 255 if value == 0 else 0)
    around = black.getbbox()
    part = picture.crop(around)
    part = part.crop(part.convert("L").point(lambda value: 255 if value > 0 else 0).getbbox())
    body = sum(part.getpixel((part.width // 2, 3)))
    for corner in (0, 0), (0, part.height - 1), (part.width - 1, 0), (part.width - 1, part.height - 1):
        ImageDraw.floodfill(part, corner, BESIDE, thresh=body * 3 // 4)      # with the pixels of the edge, which are mixed with black
    return part


def adjust(painter):
    """While it tells how many pixels would change."""
    painter.propose()
    painter.keys("a")
    painter.fit()
    painter.put_aside()
    painter.keys("j")
    time.sleep(2)
    painter.whole("adjust")
    painter.save("tools/adjust", popover_in(painter.desktop.picture(0, 0, *painter.options.size)))
    painter.keys("Escape")
    painter.undo()
    painter.keys("Delete")


def protection(painter):
    """A brush that paints over unlabelled pixels only, beside a house that is painted already."""
    outer, _, crop = painter.scene["house"]
    painter.zoom_to(crop)
    painter.keys("l", NUMBER["Building"])
    painter.drag([*outer, outer[0]])
    painter.keys("b", NUMBER["Sky"], "shift+p")
    painter.size(40)
    corner = outer[1]
    painter.hold([(corner[0] - 40, corner[1] - 20), (corner[0] + 15, corner[1] + 10)])
    during_and_after(painter, "protection", crop, painter.let_go)
    painter.undo(2)
    painter.keys("shift+p", "shift+p")


# ---- the window, and the ways to look at a frame ----

def window(painter):
    """A proposal, and the frame with all of it applied."""
    painter.fit()
    painter.keys("b")
    painter.propose()
    painter.point((240, 150))
    painter.save("proposal", painter.desktop.picture(0, 0, *painter.options.size))
    painter.keys("a")
    time.sleep(6)                # until the message is gone
    painter.save("window", painter.desktop.picture(0, 0, *painter.options.size))


def styles(painter):
    """Outlines, patterns, heat: a part of the picture each. The proposal that `window` left shows where the model is unsure."""
    crop = painter.scene["styles"]
    painter.fit()
    seen = []
    for name, on, off in ("outlines", ["F2"], []), ("patterns", ["F2"], ["F2"]), ("heat", ["F3", "shift+v"], ["F3", "shift+v"]):
        painter.keys(*on)
        painter.put_aside()
        time.sleep(1)
        painter.whole("view-" + name)
        seen.append(painter.look_at(crop))
        painter.keys(*off)
    painter.save("view-styles", *seen)


def splits(painter):
    """Two views, and one with a divider: to be looked at only."""
    for name in "beside", "divider":
        painter.keys("F4")
        time.sleep(1)
        painter.whole("view-" + name)
    painter.keys("F4")
    for name, key in ("proposal", "d"), ("revision", "y"), ("picture", "h"):
        painter.desktop.xdotool("keydown", key)
        time.sleep(0.8)
        painter.whole("view-held-" + name)
        painter.desktop.xdotool("keyup", key)


def overview(painter):
    painter.fit()
    painter.keys("shift+F2")
    time.sleep(0.5)
    painter.fit()
    painter.point(middle_of(painter.scene["car"][1]))
    painter.desktop.xdotool("click", "--repeat", 6, "--delay", 60, 4)
    time.sleep(2)
    painter.whole("view-overview")
    x, y, width, height = map(round, painter.canvas())
    painter.save("view-overview", painter.desktop.picture(x - RULER, y - RULER, width + RULER, height + RULER).resize(((width + RULER) * 2 // 3, (height + RULER) * 2 // 3)))
    painter.keys("shift+F2")
    painter.fit()


def popovers(painter):
    """Options of the tools, ways to look, what is left: to be looked at only."""
    for name, key in ("options", "alt+t"), ("looks", "alt+v"), ("left", "alt+l"):
        painter.keys(key)
        time.sleep(1.5)
        painter.whole("popover-" + name)
        painter.keys("Escape")
        time.sleep(0.5)


STEPS = [brush, eraser, line, polygon, lasso, superpixels, scissors, box_cut, fill, fill_by_colour, reveal, apply_region, adjust, protection, window, styles,
         splits, overview, popovers]



def run(options):
    painter = Painter(options)
    os.makedirs(options.output, exist_ok=True)
    try:
        painter.open()
        for step in STEPS:
            if not options.only or step.__name__ in options.only:
                step(painter)
                print(step.__name__.replace("_", " "), flush=True)
    finally:
        painter.person.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("output", type=os.path.abspath)
    parser.add_argument("--frame", type=os.path.abspath)
    parser.add_argument("--at", choices=SCENES, default="sample")
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--size", type=lambda text: tuple(map(int, text.split("x"))), default=(1280, 800))
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--language")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
