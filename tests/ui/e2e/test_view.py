"""Every way to look at a frame of the sample, by its key: style of the labels, heat, the picture's adjustment, comparisons, splits, map and rulers; what is set is there
again after the program was closed.

    test_view.py PROGRAM FRAMES [SCREENSHOTS]

What the canvas shows is judged by the pixels on the screen. FRAMES are not used.
"""

import re
import sys

from PIL import ImageChops, ImageStat

from annotator import Canvas, canvas_rectangle, difference, fine, run
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
    """Until the screen shows exactly this."""
    canvas.wait_picture(crop, lambda picture: difference(picture, wanted) == 0, why)


def differs(canvas, crop, other, least, why):
    """Until the screen shows something else, by so much; returns that."""
    return canvas.wait_picture(crop, lambda picture: difference(picture, other) > least, why)


def held(desktop, key, look):
    desktop.xdotool("keydown", key)
    rest(0.6)
    try:
        return look()
    finally:
        desktop.xdotool("keyup", key)
        rest(0.4)


def styles(person):
    desktop, canvas = person.desktop, Canvas(person.program)
    canvas.point(240, 310, " · Road, from ")
    filled, filled_inside = canvas.picture(*CROP), canvas.picture(*INSIDE)
    bare, bare_inside = held(desktop, "h", lambda: (differs(canvas, CROP, filled, 10, "no labels while H is held"), canvas.picture(*INSIDE)))
    expect(canvas, CROP, filled, "the labels as before")

    desktop.key("F2")
    person.text("Labels as outlines")
    expect(canvas, INSIDE, bare_inside, "outlines not to fill")
    canvas.wait_picture(CROP, lambda picture: 0 < difference(picture, bare) < difference(filled, bare), "outlines to show")
    person.shot("outlines")
    desktop.key("F2")
    person.text("Labels with patterns")
    patterns = canvas.wait_picture(INSIDE, lambda picture: difference(picture, filled_inside) > 1 and difference(picture, bare_inside) > 1, "a pattern")
    person.shot("patterns")
    assert len(patterns.getcolors(10000)) > len(filled_inside.getcolors(10000)), "a pattern has ink, and what is between"
    desktop.key("F2")
    person.text("Labels filled")
    expect(canvas, CROP, filled, "the labels as before")

    desktop.key("F3")
    person.text("Heat where the network is unsure")
    canvas.wait_picture(CROP, lambda picture: difference(picture, bare) > 0.1 and difference(picture, filled) > 10, "heat")
    person.shot("heat")
    desktop.key("F3")
    person.text("No heat")
    expect(canvas, CROP, filled, "the labels as before")


def brightness(picture):
    return sum(ImageStat.Stat(picture).mean) / 3


def spread(picture):
    return sum(ImageStat.Stat(picture).stddev) / 3


def adjust(person):
    desktop, canvas = person.desktop, Canvas(person.program)
    filled = canvas.picture(*CROP)
    desktop.key("alt+h")                                  # the picture alone
    plain = differs(canvas, CROP, filled, 10, "the picture alone")
    light, contrast = brightness(plain), spread(plain)
    desktop.key("ctrl+bracketright", "ctrl+bracketright")
    person.text("Brightness +20 %")
    canvas.wait_picture(CROP, lambda picture: brightness(picture) > light + 10, "a brighter picture")
    desktop.key("ctrl+bracketleft", "ctrl+bracketleft", "ctrl+bracketleft")
    person.text("Brightness -10 %")
    canvas.wait_picture(CROP, lambda picture: brightness(picture) < light - 5, "a darker picture")
    desktop.key("ctrl+bracketright")
    expect(canvas, CROP, plain, "the picture as before")
    desktop.key("ctrl+braceright", "ctrl+braceright")
    person.text("Contrast +20 %")
    canvas.wait_picture(CROP, lambda picture: spread(picture) > contrast + 2, "more contrast")
    desktop.key("ctrl+braceleft", "ctrl+braceleft", "ctrl+braceleft")
    person.text("Contrast -10 %")
    canvas.wait_picture(CROP, lambda picture: spread(picture) < contrast - 2, "less contrast")
    desktop.key("shift+r")
    person.text("Picture as it is")
    expect(canvas, CROP, plain, "the picture as before")
    desktop.key("shift+e")
    person.text("Picture equalised")
    differs(canvas, CROP, plain, 3, "an equalised picture")
    person.shot("equalised")
    desktop.key("shift+e")
    for index, name in enumerate(("red", "green", "blue")):
        desktop.key("shift+c")
        person.text(f"The {name} channel")
        wanted = plain.split()[index]
        canvas.wait_picture(CROP, lambda picture: all(ImageChops.difference(channel, wanted).getbbox() is None for channel in picture.split()), f"{name} alone")
    desktop.key("shift+r", "alt+h")
    expect(canvas, CROP, filled, "the labels as before")


def compare(person):
    """By held keys: the proposal, and the labels as they were handed in."""
    desktop, canvas = person.desktop, Canvas(person.program)
    first = canvas.picture(*CROP)
    desktop.key("shift+v")
    hatched = differs(canvas, CROP, first, 0, "the proposal over the labels")
    desktop.key("shift+v")
    expect(canvas, CROP, first, "the labels as before")
    held(desktop, "d", lambda: canvas.wait_picture(CROP, lambda picture: difference(picture, first) > 0.1 and difference(picture, hatched) > 0.1, "the proposal"))
    expect(canvas, CROP, first, "the labels as before")
    desktop.key("ctrl+Return")
    person.text("Submitted ·")
    desktop.key("b", "4")
    desktop.drag(canvas.at(*fine([(120, 100), (200, 100)])))
    canvas.point(160, 100, "Road, by ")
    painted = differs(canvas, CROP, first, 0.1, "what was painted")
    held(desktop, "y", lambda: expect(canvas, CROP, first, "the last revision"))
    expect(canvas, CROP, painted, "the labels as before")
    desktop.key("ctrl+z")
    expect(canvas, CROP, first, "the labels without the stroke")


def split(person):
    desktop, canvas = person.desktop, Canvas(person.program)
    whole = canvas.picture(*CROP)
    bare = held(desktop, "h", lambda: differs(canvas, CROP, whole, 10, "no labels while H is held"))
    desktop.key("F4")
    person.text("Side by side")
    person.shot("beside")
    desktop.key("F4")
    person.text("With a divider")
    x, _, width, _ = canvas_rectangle(person.program)
    middle = x + width / 2 - canvas.left - CROP[0]

    def is_divided(picture):
        parts = [((round(left), 0, round(right), CROP[3]), wanted) for left, right, wanted in ((0, middle - 20, whole), (middle + 20, CROP[2], bare))]
        return all(difference(picture.crop(part), wanted.crop(part)) == 0 for part, wanted in parts)

    canvas.wait_picture(CROP, is_divided, "each side of the divider to be what it would be alone")
    person.shot("divider")
    for _ in range(12):
        desktop.key("less")
    canvas.wait_picture(CROP, lambda picture: difference(picture, bare) < 0.5, "the divider at the left edge")
    desktop.key("shift+F4")
    person.text("Compared with the proposal")
    proposed = held(desktop, "d", lambda: canvas.wait_picture(CROP, lambda picture: difference(picture, bare) > 0.5 and difference(picture, whole) > 0.1, "the proposal"))
    canvas.wait_picture(CROP, lambda picture: difference(picture, proposed) < 0.5, "the proposal beside the divider")
    desktop.key("shift+F4", "shift+F4")
    person.text("Compared with the picture")
    for _ in range(10):
        desktop.key("greater")
    desktop.key("F4")
    person.text("One view")
    expect(canvas, CROP, whole, "the labels as before")


def moved_canvas(person, before):
    canvas = Canvas(person.program)
    return canvas if (canvas.left, canvas.top) != (before.left, before.top) else None


def around(person):
    """The overview map and the rulers."""
    desktop, canvas = person.desktop, Canvas(person.program)
    desktop.key("shift+F2")
    moved = wait_for(lambda: moved_canvas(person, canvas), "the rulers to take room")
    person.shot("rulers")
    moved.point(240, 180)
    for _ in range(3):
        desktop.key("plus")
    overview = person.program.find("Overview map")
    person.shot("overview")

    def in_corner():
        """A click there brings the corner of the picture to the middle of the canvas."""
        x, y, width, height = person.program.rectangle(overview)
        if width < 150 or height < 100:
            return False
        desktop.click(x + 3, y + 3)
        cx, cy, cwidth, cheight = canvas_rectangle(person.program)
        desktop.move(round(cx + cwidth / 2) + 6, round(cy + cheight / 2) + 6)
        person.program.settle()
        rest(0.3)
        said = re.match(r"(\d+), (\d+)", canvas.pointer_text())
        return said and int(said.group(1)) < 30 and int(said.group(2)) < 30

    wait_for(in_corner, "the view to go to the corner", 20)
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
