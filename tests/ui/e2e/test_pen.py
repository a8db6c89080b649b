"""A pen and a touchscreen, real ones as far as the program can tell (input_devices.py), on real frames.

    test_pen.py PROGRAM FRAMES [SCREENSHOTS]

What was painted is read from the stored label map, by the command line's export beside the window.
"""

import glob
import itertools
import os
import re
import sys

from PIL import Image, ImageChops

from annotator import Canvas, difference, run
from desktop import rest, wait_for
from input_devices import TabletDesktop
from project import cli, strokes

SIZE = 40                       # of the brush, about: what it really is, the slider says
ROAD, POLE = "4", "3"           # their keys
ROAD_INDEX, CAR_INDEX, NONE = 3, 8, 255
LEAST = 0.05                    # of the size, at the softest pressure
AWAY = (400, 20)                # a pixel that nothing else is done to


def make_project(person, frames):
    person.folder = os.path.join(person.desktop.home, "drive")
    person.exports = itertools.count()
    cli(person, "create", "--classes", "camvid11")
    cli(person, "add", *frames)
    cli(person, "author", "Ada")
    person.start(person.folder)
    person.opened(1, len(frames))
    person.desktop.key("ctrl+1")
    person.text("100 %")
    person.canvas = Canvas(person.program)
    person.desktop.key("b", ROAD)
    person.painted = "Road"
    while size(person) < SIZE:
        before = size(person)
        person.desktop.key("bracketright")
        wait_for(lambda: size(person) > before, "a larger brush", 10)


def size(person):
    return int(re.match(r"(\d+) px", person.program.find(test=lambda n: re.match(r"\d+ px$", n.get_name() or "")).get_name()).group(1))


def one_more(person, act):
    """Does what must become one stroke; waits until it is stored."""
    before = strokes(person.folder)
    act()
    wait_for(lambda: strokes(person.folder) > before, "the stroke to be stored", 30)
    assert strokes(person.folder) == before + 1, f"{strokes(person.folder) - before} strokes came of one"


def labels(person):
    """The frame's stored class ids, as a picture."""
    folder = os.path.join(person.desktop.home, f"export-{next(person.exports)}")
    cli(person, "export", "--format", "camvid", "--layout", "segnet", "--status", "all", "--unlabelled", str(NONE), "--no-images", folder)
    return Image.open(sorted(glob.glob(os.path.join(folder, "defaultannot", "*.png")))[0])


def hover(person, x, y, eraser=False):
    """The pen over a pixel of the picture; returns what the program says of that."""
    person.desktop.pen.near(*person.canvas.at((x, y))[0], eraser)
    return wait_for(lambda: (text := person.canvas.pointer_text()).startswith(f"{x}, {y}") and text, f"the pen at {x}, {y}", 20)


def points(person, samples):
    return [(*person.canvas.at((x, y))[0], pressure) for x, y, pressure in samples]


def pen_stroke(person, samples, eraser=False):
    x, y = samples[0][:2]
    hover(person, x, y, eraser)
    one_more(person, lambda: draw(person, person.desktop.pen, samples, f"{x}, {y} · {'Not labelled' if eraser else person.painted}"))


def draw(person, pen, samples, said):
    """It goes on when what it paints where it went down is said: until the window manager has seen the button, the X server keeps the events back, and gives them
    all the place of the last one."""
    at = points(person, samples)
    pen.press(*at[0])
    person.text(said)
    pen.draw(at[1:])
    pen.lift()


def column(picture, x, y, wanted):
    """How many pixels of that class the column has around the row."""
    height = 0
    for step in -1, 1:
        at = y if step > 0 else y - 1
        while 0 <= at < picture.height and picture.getpixel((x, at)) == wanted:
            height += 1
            at += step
    return height


def away(person):
    """The pen leaves; the mouse takes its place, far from what is looked at."""
    person.desktop.pen.away()
    person.canvas.point(*AWAY)


# What a pen does

def pressure(person):
    """A stroke of rising pressure widens as the pressure does, whether or not the program sees each of its points at once."""
    d = size(person)
    pen_stroke(person, [(60 + i, 60, i / 160) for i in range(161)])
    painted = labels(person)
    widths = [column(painted, 60 + i, 60, ROAD_INDEX) for i in range(161)]
    person.shot("pressure")
    for i in range(10, 150, 5):
        wanted = widest(d, i)
        assert abs(widths[i] - wanted) <= 3, f"{widths[i]} pixels wide where the pressure is {i / 160:.2f}: {wanted:.1f} of {d} expected; {widths}"
    assert all(after >= before - 1 for before, after in zip(widths[:140], widths[1:140])), f"not wider and wider: {widths}"


def part(hardness, least=LEAST):
    """Of the size."""
    return least + (1 - least) * hardness


def widest(d, i):
    """A column crosses dabs of other pressures, too: the outline of a cone is a little outside of the circle whose middle the column meets."""
    return max(2 * max((d / 2 * part(at / 160)) ** 2 - (at - i) ** 2, 0) ** 0.5 for at in range(161))


def dab(person):
    hover(person, 40, 160)
    one_more(person, lambda: person.desktop.pen.tap(*person.canvas.at((40, 160))[0], 0.5))
    painted = labels(person)
    assert abs(column(painted, 40, 160, ROAD_INDEX) - size(person) * part(0.5)) <= 2, "a tap of half the pressure is no dab of half the size"
    assert painted.getpixel((40 + size(person), 160)) == NONE


def eraser(person):
    """The other end, with the brush in the hand; its tip paints again after that."""
    before = labels(person)
    assert before.getpixel((180, 60)) == ROAD_INDEX
    pen_stroke(person, [(180, 40 + i, 0.3) for i in range(41)], eraser=True)
    person.shot("erased")
    after = labels(person)
    assert all(after.getpixel((180, 40 + i)) == NONE for i in range(41)), "not erased"
    changed = ImageChops.difference(before, after).getbbox()
    half = size(person) * part(0.3) / 2 + 2
    assert changed[0] >= 180 - half and changed[2] <= 180 + half + 1, f"erased at {changed}"
    pen_stroke(person, [(180, 60, 0.2), (182, 60, 0.2)])
    assert labels(person).getpixel((181, 60)) == ROAD_INDEX, "its tip doesn't paint any more"


def plain(person):
    """A pen whose driver names no tool."""
    pen, canvas = person.desktop.plain_pen, person.canvas
    x, y = canvas.at((60, 220))[0]
    pen.near(x, y)
    wait_for(lambda: canvas.pointer_text().startswith("60, 220"), "the pen at 60, 220")
    one_more(person, lambda: draw_slowly(person, pen))
    pen.away()
    painted = labels(person)
    widths = [column(painted, 60 + i, 220, ROAD_INDEX) for i in range(10, 150, 5)]
    assert widths[0] < size(person) * 0.25 and widths[-1] > size(person) * 0.8, f"not wider and wider: {widths}"


def draw_slowly(person, pen):
    """No more at once than what it takes to see where it is: GTK keeps no pressure of the points that it merges if it knows of no tool."""
    samples = [(60 + i, 220, (i + 2) / 162) for i in range(161)]
    pen.press(*points(person, samples)[0])
    person.text("60, 220 · Road")
    for x, y, hardness in samples[10::10]:
        pen.draw(points(person, [(x, y, hardness)]))
        person.text(f"{x}, {y} · Road")
    pen.lift()


def buttons(person):
    """Of the pen: the upper one picks the class, the lower one moves the picture, as a mouse's do; neither paints."""
    desktop, canvas = person.desktop, person.canvas
    before = strokes(person.folder)
    desktop.key(POLE)
    person.text("Only Pole")
    hover(person, 140, 60)
    desktop.pen.press(*canvas.at((140, 60))[0], 0, button=3)
    desktop.pen.lift(3)
    person.text("Only Road")
    moved(person, 30, 20, lambda: carry(person))
    assert strokes(person.folder) == before, "a button of the pen painted"


def carry(person):
    pen, at = person.desktop.pen, person.canvas.at((200, 150))[0]
    pen.hover(*at)
    pen.press(*at, 0, button=2)
    rest(0.5)         # see draw(); nothing is to be seen of it, and only the last place counts
    pen.draw([(at[0] + i, at[1] + i * 2 / 3, 0) for i in range(0, 31, 3)])
    pen.lift(2)


def moved(person, dx, dy, act):
    """Does what must move the picture by so much: then the pen finds its pixels there."""
    act()
    person.canvas.left += dx
    person.canvas.top += dy
    hover(person, 222, 111)


def outline(person):
    """The brush's outline is where the pen hovers, and nowhere else."""
    near, far = (330, 60), (330, 300)
    box = (*person.canvas.at((near[0] - 60, near[1] - 50))[0], 120, 100)
    hover(person, *far)
    plain_picture = wait_for(lambda: still(person, box), "the picture to stand still")
    hover(person, *near)
    wait_for(lambda: difference(person.desktop.picture(*box), plain_picture) > 0, "an outline under the pen")
    person.shot("hovering")
    hover(person, *far)
    wait_for(lambda: difference(person.desktop.picture(*box), plain_picture) == 0, "the outline to go along")


def still(person, box):
    first = person.desktop.picture(*box)
    rest(0.3)
    second = person.desktop.picture(*box)
    return second if difference(first, second) == 0 else None


def widgets(person):
    """Classes, buttons and a switch, tapped."""
    desktop, program = person.desktop, person.program
    before = labels(person)
    tap(person, "Car", "label")
    person.text("Only Car")
    person.painted = "Car"
    pen_stroke(person, [(60 + i, 300, 1) for i in range(0, 101, 2)])
    person.painted = "Road"
    assert labels(person).getpixel((100, 300)) == CAR_INDEX
    undone = strokes(person.folder) + 1
    tap(person, "Undo", "push button")
    wait_for(lambda: strokes(person.folder) == undone, "undo to be stored")
    assert difference(labels(person).convert("RGB"), before.convert("RGB")) == 0, "not undone"
    desktop.key(ROAD)
    person.text("Only Road")


def tap(person, name, role):
    node = person.program.find(name, role)
    person.desktop.pen.tap(*person.program.center(node))
    return node


# What a hand does

def palm(person):
    """A touch beside the pen, while it draws and while it hovers, changes nothing; nor does one that was there before it."""
    desktop, canvas = person.desktop, person.canvas
    before = labels(person)
    at = canvas.at((250, 330))[0]
    hover(person, 60, 330)
    count = strokes(person.folder)
    pen = desktop.pen
    pen.press(*canvas.at((60, 330))[0], 0.5)
    person.text("60, 330 · Road")
    pen.draw(points(person, [(60 + i, 330, 0.5) for i in range(40)]))
    desktop.screen.begin(1, *at)
    for i in range(10):
        desktop.screen.move(1, at[0] + i * 5, at[1] - i * 5)
        pen.draw(points(person, [(100 + i * 4 + j, 330, 0.5) for j in range(4)]))
    pen.lift()
    wait_for(lambda: strokes(person.folder) > count, "the stroke beside a palm to be stored")
    hover(person, 200, 200)                       # still lying there
    desktop.screen.move(1, at[0], at[1] - 100)
    desktop.screen.end(1, at[0], at[1] - 100)
    hover(person, 201, 200)
    for finger in 1, 2:
        desktop.screen.begin(finger, at[0] + finger * 50, at[1] - 60)
    for i in range(0, 60, 6):
        desktop.screen.move(2, at[0] + 100 + i, at[1] - 60 - i)
    hover(person, 202, 200)                       # where it was: nothing moved
    for finger in 1, 2:
        desktop.screen.end(finger, at[0] + 60, at[1] - 60)
    hover(person, 203, 200)
    person.text("100 %")
    assert strokes(person.folder) == count + 1, "a palm painted, or broke a stroke"
    changed = ImageChops.difference(before, labels(person)).getbbox()
    half = size(person) * part(0.5) / 2 + 2
    assert changed[0] >= 60 - half and changed[2] <= 60 + 80 + half and changed[1] >= 330 - half, f"the stroke beside a palm changed {changed}"
    assert changed[2] >= 60 + 79, "a palm ended the stroke"


def fingers(person):
    """One moves the picture, two move and zoom it, one that rests picks the class under it; nothing is painted."""
    desktop, canvas = person.desktop, person.canvas
    before, count = labels(person), strokes(person.folder)
    away(person)
    wait_for(lambda: pan_by_finger(person), "a finger to move the picture", 20)

    at = canvas.at((200, 160))[0]
    desktop.screen.begin(1, at[0] - 40, at[1])
    desktop.screen.begin(2, at[0] + 40, at[1])
    for i in range(1, 21):
        desktop.screen.move(1, at[0] - 40 - i * 2, at[1])
        desktop.screen.move(2, at[0] + 40 + i * 2, at[1])
    person.text("200 %")
    person.shot("pinched")
    for i in range(20, -1, -1):
        desktop.screen.move(1, at[0] - 40 - i * 2, at[1])
        desktop.screen.move(2, at[0] + 40 + i * 2, at[1])
    person.text("100 %")
    for i in range(0, 31, 3):
        desktop.screen.move(1, at[0] - 40 + i, at[1] + i)
        desktop.screen.move(2, at[0] + 40 + i, at[1] + i)
    desktop.screen.end(1, at[0] - 10, at[1] + 30)
    for i in range(0, 31, 3):
        desktop.screen.move(2, at[0] + 70 - i, at[1] + 30 - i)          # the one that is left goes on by itself
    desktop.screen.end(2, at[0] + 40, at[1])
    person.canvas.point(*AWAY)                                            # where it was
    person.text("100 %")

    desktop.key(POLE)
    person.text("Only Pole")
    at = canvas.at((140, 60))[0]
    desktop.screen.begin(1, *at)
    person.text("Only Road")
    desktop.screen.end(1, *at)
    assert strokes(person.folder) == count and difference(before.convert("RGB"), labels(person).convert("RGB")) == 0, "a finger painted"


def pan_by_finger(person):
    """True when it did. For half a second after the pen, a finger counts as a palm."""
    desktop, at = person.desktop, person.canvas.at((200, 160))[0]
    desktop.screen.begin(1, *at)
    for i in range(0, 41, 4):
        desktop.screen.move(1, at[0] + i, at[1] - i)
    desktop.screen.end(1, at[0] + 40, at[1] - 40)
    x, y = person.canvas.at(AWAY)[0]
    desktop.move(x + 1, y)
    text = wait_for(lambda: not (said := person.canvas.pointer_text()).startswith(f"{AWAY[0]}, {AWAY[1]} ") and said, "the pointer to be elsewhere")
    desktop.move(x, y)
    if text.startswith(f"{AWAY[0] + 1}, {AWAY[1]}"):
        person.canvas.point(*AWAY)
        return False
    person.canvas.left += 40
    person.canvas.top -= 40
    person.canvas.point(*AWAY)
    return True


def pen(person, folder):
    make_project(person, sorted(glob.glob(os.path.join(folder, "*.png")))[:2])
    for step in pressure, dab, eraser, plain, buttons, outline, widgets, palm, fingers:
        person.do(step)


if __name__ == "__main__":
    run(lambda person: pen(person, sys.argv[2]), sys.argv[1], *sys.argv[3:], desktop=TabletDesktop)
