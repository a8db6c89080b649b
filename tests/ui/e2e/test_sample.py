"""The sample, from the start page: walk through the clip, play it, look at labels in every way, correct a proposal, hand the frame in.

    test_sample.py PROGRAM FRAMES [SCREENSHOTS]

What the canvas shows is judged by the pixels on the screen, what the project holds by what the program says. FRAMES are not used.
"""

import re
import sys
import time

from PIL import ImageStat

from annotator import Canvas, difference, fine, run
from desktop import Program, rest, wait_for

N = 96                          # frames of the clip, 12 a second
LABELLED = 72
STROKE = [(300, 90), (380, 90)]
ROAD = (200, 320, 80, 20)       # before the car, in every frame
CROP = (320, 84, 40, 12)        # inside of what STROKE paints


def open_sample(person):
    person.start()
    person.program.click("Open the Sample")
    person.program.wait_title("Labelwright Sample")
    person.opened(1, N)


def go_to(person, wanted, ordinal):
    """By the entry for it, which says what it takes once it has the keys."""
    person.desktop.key("ctrl+g")
    person.text("For instance")
    person.program.settle()
    rest(0.5)
    person.desktop.type(wanted)
    if ordinal == 12:
        person.shot("go-to")
    person.desktop.key("Return")
    person.frame(ordinal, N)
    person.silent("For instance")


def walk(person):
    """Frames by key, name, number and time."""
    desktop = person.desktop
    for wanted, ordinal in ("street_000041", 42), ("#12", 12), ("0:05", 61), ("3.5", 43):
        go_to(person, wanted, ordinal)
    desktop.key("period", "period", "comma")
    person.frame(44, N)
    desktop.key("End")
    person.frame(N, N)
    desktop.key("Home")
    person.frame(1, N)


def import_labels(person):
    person.import_truth(LABELLED)
    person.text("Every pixel is labelled")


def tint(picture):
    """How far that is from grey, towards the purple of Road's labels."""
    red, green, blue = ImageStat.Stat(picture).mean
    return (red + blue) / 2 - green


def shown(person):
    return int(re.match(r"(\d+) of", person.text(f" of {N} ·")).group(1))


def watch(person, canvas):
    """Plays from the first frame; returns the tint of a frame that has labels, or None where a busy computer was too slow to see one before the clip was at those
    without, and the frame at which it was stopped, or which is the last one."""
    desktop, program = person.desktop, person.program
    desktop.key("Home")
    person.frame(1, N)
    canvas.picture(*ROAD)          # the pointer is away now
    begun = time.monotonic()
    desktop.key("k")
    program.find("Pause", "push button")
    time.sleep(0.5)
    seen, at = tint(desktop.picture(*canvas.at(ROAD[:2])[0], *ROAD[2:])), shown(person)
    person.shot("playing")
    wait_for(lambda: shown(person) >= 12, "a second of the clip to be played")
    assert program.find("Previous Frame", "push button", test=Program.is_sensitive)
    may_undo = Program.is_sensitive(program.find("Undo", "push button"))
    assert not (may_undo and program.find_now("Pause", "push button")), "undo would take back what is not shown"
    if program.find_now("Pause", "push button"):
        desktop.key("k")
    program.find("Play", "push button")
    ordinal, seconds = shown(person), time.monotonic() - begun
    assert ordinal <= seconds * 12 + 3, f"frame {ordinal} after {seconds:.1f} s of a clip with 12 frames a second"
    return (seen if at <= LABELLED else None), ordinal


def play(person):
    """With the labels over the pictures, frame by frame in the clip's own time; it stays where it is stopped."""
    desktop = person.desktop
    desktop.key("ctrl+1")
    person.text("100 %")
    canvas = Canvas(person.program)
    for _ in range(5):
        seen, ordinal = watch(person, canvas)
        if seen is not None:
            break
    assert seen is not None and seen > 10, f"the labels do not show: {seen}"
    rest(1)
    assert shown(person) == ordinal, "it does not stay where it was stopped"
    desktop.key("Home")
    person.frame(1, N)
    desktop.key("n")          # the next frame without labels
    person.frame(LABELLED + 1, N)


def look(person):
    """Hides, fades and erases labels on a frame that has none yet, and looks at the pixels on the screen."""
    desktop, canvas = person.desktop, Canvas(person.program)
    plain = canvas.picture(*CROP)

    def shows(wanted, why):
        canvas.wait_picture(CROP, lambda picture: difference(wanted, picture) == 0, why)

    desktop.key("slash")
    desktop.type("bicy")
    person.shot("search")
    desktop.key("Return", "b")
    person.text("Only Bicyclist")
    desktop.drag(canvas.at(*fine(STROKE)))
    canvas.point(340, 90, "Bicyclist")
    painted = canvas.wait_picture(CROP, lambda picture: difference(plain, picture) > 10, "the stroke to show")

    person.program.click("Hide Bicyclist")
    person.shot("hidden")
    shows(plain, "a hidden class not to show")
    person.program.click("Hide Bicyclist")
    shows(painted, "a class that was hidden to be back")

    desktop.click(*canvas.at((200, 200))[0], button=2)      # the keys belong to the canvas again
    desktop.xdotool("keydown", "h")
    try:
        shows(plain, "no labels to show while H is held")
    finally:
        desktop.xdotool("keyup", "h")
    shows(painted, "labels to be back when H is let go")

    desktop.key("braceright", "braceright")
    strength = difference(plain, painted)
    canvas.wait_picture(CROP, lambda picture: difference(plain, picture) > strength, "stronger labels")
    desktop.key("braceleft", "braceleft", "braceleft", "braceleft")
    canvas.wait_picture(CROP, lambda picture: difference(plain, picture) < strength, "weaker labels")
    desktop.key("braceright", "braceright")

    desktop.key("e")
    desktop.drag(canvas.at(*fine([(280, 90), (400, 90)])))
    canvas.point(340, 90, "Not labelled")
    shows(plain, "nothing to be left after the eraser")
    desktop.key("ctrl+z", "ctrl+z")
    person.text("100.0 % not labelled")
    zoom(person, canvas)


def zoom(person, canvas):
    """To the pixel under the pointer, which stays there."""
    desktop = person.desktop
    canvas.point(240, 180)
    desktop.xdotool("click", "--repeat", 8, "--delay", 80, 4)
    person.text("400 %")
    desktop.xdotool("click", "--repeat", 8, "--delay", 80, 5)
    person.text("100 %")
    canvas.point(240, 180)
    desktop.key("ctrl+0", "ctrl+1")


def correct(person):
    """One region of a proposal by a click, one class of it, the rest discarded."""
    desktop = person.desktop
    desktop.key("q")
    person.program.find("Apply All", "push button", test=Program.is_sensitive, timeout=90)      # the engine has to start
    person.text("100 %")
    canvas = Canvas(person.program)
    proposed = re.search(r"proposed: (\w+)", canvas.point(240, 340, "proposed: ")).group(1)
    person.shot("proposal")
    desktop.key("r")
    desktop.click(*canvas.at((240, 340))[0])
    canvas.point(240, 340, f"· {proposed}")
    person.shot("region")
    assert "Not labelled" in canvas.point(240, 20), "more than one region was applied"
    desktop.key("g", "1")      # the second key of those beyond ten
    person.program.find("Only Bicyclist", "push button")
    desktop.key("1", "c")
    person.program.find("Only Sky", "push button")
    canvas.point(240, 20, "Sky")
    desktop.key("ctrl+z", "Delete")
    person.program.find("Apply All", "push button", test=lambda n: not Program.is_sensitive(n))
    assert "proposed" not in canvas.point(240, 20, "Not labelled")


def hand_in(person):
    desktop = person.desktop
    desktop.key("ctrl+Return")
    person.text("Submitted ·")
    desktop.key("ctrl+shift+BackSpace")
    person.reply("Return This Frame?", "The kerb is missing")
    person.shot("returned")
    person.text("Returned ·")
    person.text("The kerb is missing")
    desktop.key("ctrl+Return")
    person.text("Submitted ·")
    desktop.key("ctrl+shift+Return")
    person.text("· 1 accepted")


def close(person):
    """By the window's own button: it opens again where it was left."""
    person.program.click("Close", "push button")
    assert person.program.wait_end() == 0
    person.start()
    person.program.click("Labelwright Sample", "label")
    person.program.wait_title("Labelwright Sample")
    person.opened(LABELLED + 1, N)
    person.text("100 %")
    person.shot("again")


def sample(person):
    for step in open_sample, walk, import_labels, play, look, correct, hand_in, close:
        person.do(step)


if __name__ == "__main__":
    run(sample, sys.argv[1], *sys.argv[3:])
