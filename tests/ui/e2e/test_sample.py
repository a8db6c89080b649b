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
CROP = (320, 84, 40, 12)        # inside of what STROKE paints


def open_sample(person):
    person.start()
    person.program.click("Open the Sample")
    person.program.wait_title("Labelwright Sample")
    person.opened(1, N)


def walk(person):
    """Frames by key, name, number and time."""
    desktop = person.desktop
    for wanted, ordinal in ("street_000041", 42), ("#12", 12), ("0:05", 61), ("3.5", 43):
        desktop.key("ctrl+g")
        rest(0.7)
        desktop.type(wanted)
        if ordinal == 12:
            person.shot("go-to")
        desktop.key("Return")
        person.frame(ordinal, N)
    desktop.key("period", "period", "comma")
    person.frame(44, N)
    desktop.key("End")
    person.frame(N, N)
    desktop.key("Home")
    person.frame(1, N)


def import_labels(person):
    person.import_truth(LABELLED)
    person.text("Every pixel is labelled")


def tint(canvas):
    """How far the road before the car is from grey, towards the purple of Road's labels."""
    red, green, blue = ImageStat.Stat(canvas.picture(200, 320, 80, 20)).mean
    return (red + blue) / 2 - green


def play(person):
    """With the labels over the pictures, frame by frame in the clip's own time; it stays where it is stopped."""
    desktop = person.desktop
    desktop.key("ctrl+1")
    person.text("100 %")
    canvas = Canvas(person.program)
    begun = time.monotonic()
    desktop.key("k")
    person.program.find("Pause", "push button")
    tints = [tint(canvas) for _ in range(3)]
    person.shot("playing")
    assert person.program.find("Previous Frame", "push button", test=Program.is_sensitive)
    assert not Program.is_sensitive(person.program.find("Undo", "push button")), "undo would take back what is not shown"
    desktop.key("k")
    seconds = time.monotonic() - begun
    person.program.find("Play", "push button")
    assert min(tints) > 10, f"the labels do not show: {tints}"
    ordinal = int(re.match(r"(\d+) of", person.text(f" of {N} ·")).group(1))
    assert 12 <= ordinal <= seconds * 12 + 3, f"frame {ordinal} after {seconds:.1f} s of a clip with 12 frames a second"
    desktop.key("Home")
    person.frame(1, N)
    desktop.key("n")          # the next frame without labels
    person.frame(LABELLED + 1, N)


def look(person):
    """Hides, fades and erases labels on a frame that has none yet, and looks at the pixels on the screen."""
    desktop, canvas = person.desktop, Canvas(person.program)
    plain = canvas.picture(*CROP)
    desktop.key("slash")
    desktop.type("bicy")
    person.shot("search")
    desktop.key("Return", "b")
    desktop.drag(canvas.at(*fine(STROKE)))
    assert "Bicyclist" in canvas.point(340, 90)
    painted = canvas.picture(*CROP)
    assert difference(plain, painted) > 10, "the stroke does not show"

    person.program.click("Hide Bicyclist")
    person.shot("hidden")
    assert difference(plain, canvas.picture(*CROP)) == 0, "a hidden class shows"
    person.program.click("Hide Bicyclist")
    assert difference(painted, canvas.picture(*CROP)) == 0, "a class that was hidden is not back"

    desktop.click(*canvas.at((200, 200))[0], button=2)      # the keys belong to the canvas again
    desktop.xdotool("keydown", "h")
    held = canvas.picture(*CROP)
    desktop.xdotool("keyup", "h")
    assert difference(plain, held) == 0, "labels show while H is held"
    assert difference(painted, canvas.picture(*CROP)) == 0, "labels are not back when H is let go"

    desktop.key("braceright", "braceright")
    strong = canvas.picture(*CROP)
    desktop.key("braceleft", "braceleft", "braceleft", "braceleft")
    weak = canvas.picture(*CROP)
    assert difference(plain, weak) < difference(plain, painted) < difference(plain, strong), "opacity"
    desktop.key("braceright", "braceright")

    desktop.key("e")
    desktop.drag(canvas.at(*fine([(280, 90), (400, 90)])))
    assert "Not labelled" in canvas.point(340, 90)
    assert difference(plain, canvas.picture(*CROP)) == 0, "something is left after the eraser"
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
    assert canvas.point(240, 180).startswith("240, 180")
    desktop.key("ctrl+0", "ctrl+1")


def correct(person):
    """One region of a proposal by a click, one class of it, the rest discarded."""
    desktop = person.desktop
    desktop.key("q")
    person.program.find("Apply All", "push button", test=Program.is_sensitive, timeout=90)      # the engine has to start
    canvas = Canvas(person.program)
    proposed = re.search(r"proposed: (\w+)", canvas.point(240, 340)).group(1)
    person.shot("proposal")
    desktop.key("r")
    desktop.click(*canvas.at((240, 340))[0])
    person.text("labelled")
    assert f"· {proposed}" in canvas.point(240, 340)
    person.shot("region")
    assert "Not labelled" in canvas.point(240, 20), "more than one region was applied"
    desktop.key("g", "1")      # the second key of those beyond ten
    person.program.find("Only Bicyclist", "push button")
    desktop.key("1", "c")
    person.program.find("Only Sky", "push button")
    wait_for(lambda: "Sky" in canvas.point(240, 20), "the proposed sky")
    desktop.key("ctrl+z", "Delete")
    person.program.find("Apply All", "push button", test=lambda n: not Program.is_sensitive(n))
    assert "Not labelled" in canvas.point(240, 20) and "proposed" not in canvas.pointer_text()


def hand_in(person):
    desktop = person.desktop
    desktop.key("ctrl+Return")
    person.text("Submitted ·")
    desktop.key("ctrl+shift+BackSpace")
    rest(1)
    desktop.type("The kerb is missing")
    person.shot("return")
    desktop.key("Return")
    person.text("Returned ·")
    person.text("The kerb is missing")
    person.shot("returned")
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
