"""Reviewing in the window: assigned together, talked about at a place, kept back by the contract, returned with a reason, accepted.

    test_review.py PROGRAM FRAMES [SCREENSHOTS]

The project is made with the command line, which also says afterwards what the window did to it. FRAMES are not used.
"""

import os
import sys

from annotator import Canvas, run
from desktop import rest, wait_for
from project import cli, cli_json
from test_project import N, open_project

LONG = "Maximiliane-Theodora von und zu Hohenschwangau-Hohenzollern"
WORDS = "The left kerb is the pavement's, not the road's"
REASON = "The mirror of the parked car is missing"


def make_project(person):
    """All frames labelled, six of them submitted."""
    sample = os.path.join(os.path.dirname(person.path), "../share/labelwright/sample")
    person.folder = os.path.join(person.desktop.home, "drive")
    cli(person, "create", "--classes", "camvid11")
    cli(person, "add", os.path.join(sample, "street.mp4"))
    cli(person, "import", "--format", "camvid", "--layout", "segnet", os.path.join(sample, "labels"))
    cli(person, "submit", "--frames", "street:10-15")
    cli(person, "contract", "--specks", "12", "--complete", "yes")


def frames(person, **how):
    return [frame for frame in cli_json(person, "frames") if all(frame[key] == value for key, value in how.items())]


def thumbnail(person, index):
    """Where the n-th thumbnail that is in view is: the list itself is not asked, it is half of all nodes (desktop.py)."""
    x, y = person.program.center(person.program.find("Play"))
    return 61 + 106 * index, y + 55


def assign_together(person):
    """Three frames, chosen with Shift, by the menu of the secondary button; undone in one go."""
    person.desktop.click(*thumbnail(person, 0))
    person.frame(1, N)
    person.desktop.move(*thumbnail(person, 2))
    person.desktop.xdotool("keydown", "shift", "click", "1", "keyup", "shift")
    rest(0.5)
    person.desktop.click(*thumbnail(person, 1), button=3)
    person.program.settle()
    rest(0.5)
    person.shot("menu")
    person.desktop.key("Return")      # its first item; the menu hangs on the list, which is not read
    person.asked("Assign 3 Frames")
    person.shot("assign")
    person.reply("Assign 3 Frames", LONG)
    person.told("3 frames assigned to")
    person.says(" · " + LONG)          # where the frame's status stands
    wait_for(lambda: len(frames(person, assignee=LONG)) == 3, "three frames to be assigned")
    person.press_until("ctrl+alt+z", lambda: not frames(person, assignee=LONG), "the assignment to be undone")
    person.press_until("ctrl+alt+shift+z", lambda: len(frames(person, assignee=LONG)) == 3, "the assignment to be done again")


def comment(person):
    """The next frame to review by a key; a comment where the pointer is, answered, resolved and opened again."""
    person.desktop.click(*thumbnail(person, 0))
    person.frame(1, N)
    person.desktop.key("ctrl+r")
    person.frame(11, N)
    person.desktop.key("alt+r", "ctrl+1")
    person.text("Submitted by")
    person.text("100 %")
    rest(1)
    canvas = Canvas(person.program)
    canvas.point(120, 100)
    person.desktop.key("shift+m")
    rest(1)
    person.program.settle()
    person.desktop.type(WORDS)
    person.shot("comment")
    person.desktop.key("ctrl+Return")
    said = wait_for(lambda: cli_json(person, "comments"), "the comment")
    assert said[0]["x"] == 120 and said[0]["y"] == 100 and said[0]["comments"][0]["text"] == WORDS, said
    person.text("Comments (1 open)")
    person.program.click("Answer")
    person.program.settle()
    person.desktop.type("Which one?")
    person.desktop.key("Return")
    wait_for(lambda: len(cli_json(person, "comments")[0]["comments"]) == 2, "the answer")
    person.program.click("Resolve", "push button")
    wait_for(lambda: not cli_json(person, "comments", "--open"), "the thread to be resolved")
    person.program.click("Open Again", "push button")
    wait_for(lambda: cli_json(person, "comments", "--open"), "the thread to be open again")
    person.shot("thread")


def keep_contract(person):
    """What keeps the frame back is named, and a button goes there; the frame is not accepted."""
    person.text("too small")
    person.program.click(test=lambda node: (node.get_name() or "").startswith("Go to the Next Place"))
    person.shot("speck")
    person.desktop.key("ctrl+shift+Return")
    person.text("can’t be accepted")
    assert frames(person, name="street_000010")[0]["status"] == "submitted"
    person.shot("refused")
    person.program.click("What Must Hold", "push button")
    person.program.wait_title("Before a Frame Is Accepted")
    person.shot("contract")
    person.answer("Before a Frame Is Accepted", "Escape")


def hand_back(person):
    """Returned with a reason; the next ones are accepted once the contract asks for less, by the window's own dialog."""
    person.desktop.key("ctrl+shift+BackSpace")
    person.reply("Return This Frame?", REASON)
    wait_for(lambda: frames(person, name="street_000010")[0]["status"] == "returned", "the frame to be returned")
    person.text("Returned by")
    person.text(REASON)
    person.shot("returned")
    cli(person, "contract", "--specks", "0")
    person.desktop.key("ctrl+r")
    person.frame(12, N)
    person.desktop.key("ctrl+shift+Return")
    wait_for(lambda: frames(person, name="street_000011")[0]["status"] == "accepted", "the frame to be accepted")
    person.shot("accepted")
    cli(person, "verify")


def steps(person):
    for step in make_project, open_project, assign_together, comment, keep_contract, hand_back:
        person.do(step)


if __name__ == "__main__":
    run(steps, sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None)
