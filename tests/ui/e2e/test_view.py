"""Every way to look at a frame of the sample, by its key: style of the labels, heat, the picture's adjustment, comparisons, splits, map and rulers; what is set is there
again after the program was closed.

    test_view.py PROGRAM FRAMES [SCREENSHOTS]

What the canvas shows is judged by the pixels on the screen. FRAMES are not used.
"""

import re
import sys
import time

from PIL import ImageChops, ImageStat

from annotator import Canvas, difference, fine, run
from desktop import Program, rest, wait_for
from test_sample import N, import_labels, open_sample

CROP = (60, 60, 360, 240)       # most of the picture, clear of messages over its lower edge
INSIDE = (220, 300, 60, 20)     # road alone: its labels have no borders here


def prepare(person):
    """A frame with labels, at 100 %, and a proposal that isn't shown."""
    desktop = person.desktop
    desktop.key("Home", "ctrl+1")
    person.text("100 %")
    desktop.key("q")
    person.program.find("Apply All", "push button", test=Program.is_sensitive, timeout=90)      # the engine has to start
    desktop.key("shift+v")
    rest(1)


def expect(canvas, crop, wanted, why):
    """Until the screen shows exactly this; a busy machine takes its time."""
    wait_for(lambda: difference(canvas.picture(*crop), wanted) == 0, why, 6)


def held(desktop, key, look):
    desktop.xdotool("keydown", key)
    rest(0.6)
    seen = look()
    desktop.xdotool("keyup", key)
    rest(0.4)
    return seen


def styles(person):
    desktop, canvas = person.desktop, Canvas(person.program)
    assert " · Road, from " in canvas.point(240, 310), "who set the pixel is not said"
    filled, filled_inside = canvas.picture(*CROP), canvas.picture(*INSIDE)
    bare, bare_inside = held(desktop, "h", lambda: (canvas.picture(*CROP), canvas.picture(*INSIDE)))
    assert difference(filled, bare) > 10

    desktop.key("F2")
    person.text("Labels as outlines")
    outlines = canvas.picture(*CROP)
    person.shot("outlines")
    expect(canvas, INSIDE, bare_inside, "outlines not to fill")
    assert 0 < difference(outlines, bare) < difference(filled, bare), "outlines don't show"
    desktop.key("F2")
    person.text("Labels with patterns")
    patterns = canvas.picture(*INSIDE)
    person.shot("patterns")
    assert difference(patterns, filled_inside) > 1, "no pattern"
    assert len(patterns.getcolors(10000)) > len(filled_inside.getcolors(10000)), "a pattern has ink, and what is between"
    desktop.key("F2")
    person.text("Labels filled")
    expect(canvas, CROP, filled, "the labels as before")

    desktop.key("F3")
    person.text("Heat where the network is unsure")
    heat = canvas.picture(*CROP)
    person.shot("heat")
    assert difference(heat, bare) > 0.1 and difference(heat, filled) > 10, "no heat"
    desktop.key("F3")
    person.text("No heat")
    expect(canvas, CROP, filled, "the labels as before")


def brightness(picture):
    return sum(ImageStat.Stat(picture).mean) / 3


def spread(picture):
    return sum(ImageStat.Stat(picture).stddev) / 3


def adjust(person):
    desktop, canvas = person.desktop, Canvas(person.program)
    desktop.key("alt+h")                                  # the picture alone
    plain = canvas.picture(*CROP)
    desktop.key("ctrl+bracketright", "ctrl+bracketright")
    person.text("Brightness +20 %")
    assert brightness(canvas.picture(*CROP)) > brightness(plain) + 10
    desktop.key("ctrl+bracketleft", "ctrl+bracketleft", "ctrl+bracketleft")
    person.text("Brightness -10 %")
    assert brightness(canvas.picture(*CROP)) < brightness(plain) - 5
    desktop.key("ctrl+bracketright")
    expect(canvas, CROP, plain, "the labels as before")
    desktop.key("ctrl+braceright", "ctrl+braceright")
    person.text("Contrast +20 %")
    assert spread(canvas.picture(*CROP)) > spread(plain) + 2
    desktop.key("ctrl+braceleft", "ctrl+braceleft", "ctrl+braceleft")
    person.text("Contrast -10 %")
    assert spread(canvas.picture(*CROP)) < spread(plain) - 2
    desktop.key("shift+r")
    person.text("Picture as it is")
    desktop.key("shift+e")
    person.text("Picture equalised")
    assert difference(canvas.picture(*CROP), plain) > 3
    person.shot("equalised")
    desktop.key("shift+e")
    for index, name in enumerate(("red", "green", "blue")):
        desktop.key("shift+c")
        person.text(f"The {name} channel")
        wanted = plain.split()[index]
        assert all(ImageChops.difference(channel, wanted).getbbox() is None for channel in canvas.picture(*CROP).split()), f"not {name} alone"
    desktop.key("shift+r", "alt+h")
    rest(0.5)


def compare(person):
    """By held keys: the proposal, and the labels as they were handed in."""
    desktop, canvas = person.desktop, Canvas(person.program)
    first = canvas.picture(*CROP)
    desktop.key("shift+v")
    hatched = canvas.picture(*CROP)
    desktop.key("shift+v")
    proposed = held(desktop, "d", lambda: canvas.picture(*CROP))
    assert difference(proposed, first) > 0.1 and difference(proposed, hatched) > 0.1, "not the proposal"
    expect(canvas, CROP, first, "the labels as before")
    desktop.key("ctrl+Return")
    person.text("Submitted ·")
    desktop.key("b", "4")
    desktop.drag(canvas.at(*fine([(120, 100), (200, 100)])))
    painted = canvas.picture(*CROP)
    assert difference(painted, first) > 0.1
    assert "Road, by " in canvas.point(160, 100), "who painted is not said"
    held(desktop, "y", lambda: expect(canvas, CROP, first, "the last revision"))
    expect(canvas, CROP, painted, "the labels as before")
    desktop.key("ctrl+z")
    rest(1)


def split(person):
    desktop, canvas = person.desktop, Canvas(person.program)
    whole = canvas.picture(*CROP)
    bare = held(desktop, "h", lambda: canvas.picture(*CROP))
    desktop.key("F4")
    person.text("Side by side")
    person.shot("beside")
    desktop.key("F4")
    person.text("With a divider")
    x, _, width, _ = person.program.rectangle(person.program.find(role="image", test=lambda n: "Canvas" in n.get_name()))
    middle = x + width / 2 - canvas.left - CROP[0]
    divided = canvas.picture(*CROP)
    person.shot("divider")
    for left, right, wanted in (0, middle - 20, whole), (middle + 20, CROP[2], bare):
        part = (round(left), 0, round(right), CROP[3])
        assert difference(divided.crop(part), wanted.crop(part)) == 0, "a side of the divider is not what it would be alone"
    for _ in range(12):
        desktop.key("less")
    rest(0.5)
    assert difference(canvas.picture(*CROP), bare) < 0.5, "the divider is not at the left edge"
    desktop.key("shift+F4")
    person.text("Compared with the proposal")
    proposed = held(desktop, "d", lambda: canvas.picture(*CROP))
    assert difference(canvas.picture(*CROP), proposed) < 0.5, "the proposal is not beside the divider"
    desktop.key("shift+F4", "shift+F4")
    person.text("Compared with the picture")
    for _ in range(10):
        desktop.key("greater")
    desktop.key("F4")
    person.text("One view")
    expect(canvas, CROP, whole, "the labels as before")


def around(person):
    """The overview map and the rulers."""
    desktop, canvas = person.desktop, Canvas(person.program)
    desktop.key("shift+F2")
    rest(0.6)
    moved = Canvas(person.program)
    assert (moved.left, moved.top) != (canvas.left, canvas.top), "the rulers take no room"
    person.shot("rulers")
    moved.point(240, 180)
    for _ in range(3):
        desktop.key("plus")
    rest(0.8)
    person.shot("overview")
    x, y, width, height = person.program.rectangle(person.program.find("Overview map"))
    assert width >= 150 and height >= 100
    desktop.click(x + 3, y + 3)                                       # the corner of the picture comes to the middle of the canvas
    cx, cy, cwidth, cheight = person.program.rectangle(person.program.find(role="image", test=lambda n: "Canvas" in n.get_name()))

    def in_corner():
        desktop.move(round(cx + cwidth / 2) + 6, round(cy + cheight / 2) + 6)
        rest(0.3)
        column, row = map(int, re.match(r"(\d+), (\d+)", canvas.pointer_text()).groups())
        return column < 30 and row < 30

    wait_for(in_corner, "the view to go to the corner", 5)
    desktop.key("shift+F3")
    person.text("No overview map")
    desktop.key("shift+F3", "ctrl+1")


def again(person):
    """All of it is as it was left."""
    desktop = person.desktop
    desktop.key("F2", "ctrl+bracketright", "F4")
    rest(1)
    person.program.click("Close", "push button")
    assert person.program.wait_end() == 0
    person.start()
    person.program.click("Labelwright Sample", "label")
    person.program.wait_title("Labelwright Sample")
    person.opened(1, N)
    rest(1)
    person.shot("again")
    for key, said in ("F2", "Labels with patterns"), ("ctrl+bracketright", "Brightness +20 %"), ("F4", "With a divider"):
        desktop.key(key)
        person.text(said)


def view(person):
    for step in open_sample, import_labels, prepare, styles, adjust, compare, split, around, again:
        person.do(step)


if __name__ == "__main__":
    run(view, sys.argv[1], *sys.argv[3:])
