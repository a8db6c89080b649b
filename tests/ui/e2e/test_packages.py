"""Work that is given away and comes back, and classes and media that go: in the window, each undone in one go.

    test_packages.py PROGRAM FRAMES [SCREENSHOTS]

The project is made with the command line, which also says afterwards what the window did to it. FRAMES are not used.
"""

import os
import re
import shutil
import sys

from annotator import run
from desktop import rest, wait_for
from project import cli, cli_json, query
from test_project import N, open_project


def make_project(person):
    """All frames labelled; a package of two, one of them labelled otherwise there, the other one here and there."""
    sample = os.path.join(os.path.dirname(person.path), "../share/labelwright/sample")
    person.folder = os.path.join(person.desktop.home, "drive")
    cli(person, "create", "--classes", "camvid11")
    cli(person, "add", os.path.join(sample, "street.mp4"))
    cli(person, "import", "--format", "camvid", "--layout", "segnet", os.path.join(sample, "labels"))
    person.package = os.path.join(person.desktop.home, "for-ann")
    cli(person, "package", person.package, "--frames", "street:0-1", "--for", "Ann")
    import_labels(person, "here", {1: 40})
    person.folder, home = person.package, person.folder
    import_labels(person, "there", {0: 60, 1: 90})
    cli(person, "comment", "street_000000", "have a look", "--at", "10,10")
    person.folder = home


def import_labels(person, name, frames):
    """The labels of other frames."""
    sample = os.path.join(os.path.dirname(person.path), "../share/labelwright/sample/labels")
    folder = os.path.join(person.desktop.home, name)
    os.mkdir(folder)
    for frame, other in frames.items():
        shutil.copy(f"{sample}/street_{other:06}.png", f"{folder}/street_{frame:06}.png")
    cli(person, "import", "--format", "camvid", "--layout", "segnet", folder)


def labels(person):
    return [frame["classes"] for frame in cli_json(person, "frames")[:2]]


def decided(person):
    """How many regions of the open merge are decided, as the project's file has it."""
    rows = query(person.folder, "SELECT value FROM setting WHERE key LIKE 'merge.decided.%'")
    return sum(len(value.split()) for (value,) in rows)


def look_at_package(person):
    person.desktop.key("alt+4")
    person.program.click("Packages")
    person.text("Ann")
    person.shot("packages")
    person.program.click("Merge…", "push button")
    person.choose_file("Which Package or Copy?", person.package)
    person.text("regions are not decided", 60)
    rest(2)


def one_decided(person):
    """What the window says of the regions that are left, once that is one less than all."""
    text = person.text("regions are not decided")
    left, n = map(int, re.match(r"(\d+) of (\d+)", text).groups())
    return text if left == n - 1 else None


def kill_and_go_on(person):
    """A crash costs no decision: the merge goes on where it was."""
    wait_for(lambda: decided(person) == 1, "the decision to be kept")
    before = wait_for(lambda: one_decided(person), "the window to count the decision")
    person.program.kill()
    open_project(person)
    look_at_package(person)
    person.text("1 region is decided as you left it")
    person.text(before)
    person.shot("merge-again")


def merge(person):
    """The regions on which both differ are decided, one by hand, the rest by a rule; undone in one go, and done again."""
    look_at_package(person)
    person.shot("merge")
    person.program.click(test=lambda node: (node.get_name() or "").startswith("Take Theirs"))
    kill_and_go_on(person)
    person.program.click("Rest Theirs", "push button")
    person.text("regions are decided")
    rest(0.5)
    person.shot("decided")
    before = labels(person)
    person.program.click("Merge", "push button")
    person.told("2 frames merged")
    wait_for(lambda: labels(person) != before, "the merge", 60)
    wait_for(lambda: decided(person) == 0, "the decisions to be forgotten")
    merged = labels(person)
    assert cli_json(person, "comments")[0]["comments"][0]["text"] == "have a look"
    person.press_until("ctrl+alt+z", lambda: labels(person) == before, "the merge to be undone")
    person.press_until("ctrl+alt+shift+z", lambda: labels(person) == merged, "the merge to be done again")


def has_class(person, name):
    return any(one["class"] == name for frame in cli_json(person, "frames")[:1] for one in frame["classes"])


def remove_class(person):
    """The class that is selected: what has it is said first."""
    person.desktop.key("alt+1")
    person.frame(1, N)
    person.program.click("Sky", "label")
    person.text("Only Sky")
    person.desktop.key("ctrl+shift+k")
    person.asked("pixels in 96 frames")
    person.shot("class")
    person.answer("pixels in 96 frames", "alt+r")
    person.told("is gone from 96 frames")
    wait_for(lambda: not has_class(person, "Sky"), "the class to go", 60)
    person.press_until("ctrl+alt+z", lambda: has_class(person, "Sky"), "the class to come back")
    person.program.find("Sky", "label")
    rest(2)


def remove_media(person):
    """Out of sight and back."""
    person.desktop.key("ctrl+alt+m")
    person.text("96 frames, 96 worked on")
    person.program.click("Remove…", "push button")
    person.asked("go out of sight")
    person.shot("media")
    person.answer("go out of sight", "alt+r")
    wait_for(lambda: not cli_json(person, "frames"), "the frames to go", 60)
    person.program.click("Bring Back", "push button")
    wait_for(lambda: len(cli_json(person, "frames")) == N, "the frames to come back", 60)
    person.desktop.key("Escape")
    cli(person, "verify")


def steps(person):
    for step in make_project, open_project, merge, remove_class, remove_media:
        person.do(step)


if __name__ == "__main__":
    run(steps, sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None)
