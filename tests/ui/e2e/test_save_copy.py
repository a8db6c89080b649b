"""Strokes that can't be written, and the copy of the project that the bar offers: on a full disk, on a drive that turns read-only under the open window, and on
one that was removed. What the copy has is counted by the command line, and merged back.

    test_save_copy.py PROGRAM FRAMES [SCREENSHOTS]

The disks are of our own, which only root may make: else this is skipped (77)."""

import os
import re
import sys

from annotator import run
from desktop import wait_for
from disks import FailingDisk, SmallDisk
from project import cli, paint, strokes, verify, wait_saved

N_FRAMES = 3
SIZE = 48 << 20


def bar(person):
    """The bar that says what is unsaved; None: it isn't there."""
    node = person.program.find_now(test=lambda node: "kept in memory" in (node.get_name() or ""))
    return node.get_name() if node is not None else None


def make_project(person, disk, frames):
    person.disk = disk
    person.folder = os.path.join(disk.folder, "drive")
    person.painted = 0
    cli(person, "create", "--classes", "camvid11")
    cli(person, "add", *frames)
    person.start(person.folder)
    person.program.wait_title("drive")
    person.opened(1, N_FRAMES)
    paint(person, 3)
    wait_saved(person)


def choose_place(person, path):
    person.choose_file("Save a Copy of the Project", path)


def save_copy(person, path, unsaved=None):
    """From the bar. Afterwards the message that it is saved is on show, and has been checked."""
    person.program.click("Save a Copy…", "push button")
    choose_place(person, path)
    check_copy(person, path, unsaved)


def check_copy(person, path, unsaved=None):
    """All that was painted is in it; of that, the message says how much comes from memory."""
    said = person.says("holds the whole project, with the")
    n = int(re.search(r"with the (\d+) stroke", said).group(1))
    assert n == unsaved or unsaved is None, said
    assert strokes(path) == person.painted, (strokes(path), person.painted)
    verify(person, path)
    log = cli(person, "log", folder=path)
    assert f"with {n} unsaved" in log or f"{n} unsaved strokes" in log, log


def fill_disk(person):
    person.disk.fill()
    while bar(person) is None:
        paint(person, 2)
        assert person.painted < 300, "the disk is full, and nothing says so"
    person.says("kept in memory", "full")


def no_room(person):
    """A copy on the full disk is refused with the reason, and leaves nothing there."""
    path = os.path.join(person.disk.folder, "here")
    person.program.click("Save a Copy…", "push button")
    choose_place(person, path)
    person.says("Could not save the copy")
    person.shot("no-room")
    assert not os.path.exists(path), os.listdir(path)


def copy_of_full_disk(person):
    path = os.path.join(person.desktop.home, "first copy")
    save_copy(person, path)
    person.shot("saved")
    person.answer("The Copy Is Saved", "Escape")
    person.says("All is in the copy “first copy”")
    person.shot("in-copy")
    paint(person, 1)
    person.says("1 was painted after the copy “first copy” was saved")
    assert strokes(path) == person.painted - 1


def copy_when_closing(person):
    """The question before the window closes leads to a copy, too; and there work goes on."""
    path = os.path.join(person.desktop.home, "second copy")
    person.desktop.key("ctrl+w")
    person.asked("Some strokes could not be saved")
    person.shot("closing")
    person.answer("Some strokes could not be saved", "alt+s")
    choose_place(person, path)
    check_copy(person, path)
    go_on_in(person, path)
    person.silent("kept in memory")
    paint(person, 2)
    wait_saved(person, folder=path)
    person.shot("goes-on")


def go_on_in(person, path):
    person.answer("The Copy Is Saved", "Return")
    person.program.wait_title(os.path.basename(path))
    person.opened(1, N_FRAMES)


def merge_back(person):
    """When there is room again, everything comes back to where it was."""
    person.disk.empty()
    cli(person, "merge", os.path.join(person.desktop.home, "second copy"))
    assert strokes(person.folder) == person.painted, (strokes(person.folder), person.painted)
    verify(person)


def end(person):
    person.program.kill()
    person.disk.release()


# A drive that fails


def turn_read_only(person):
    person.disk.fail()
    paint(person, 3)
    person.says("3 strokes are not saved yet", "write-protected")
    person.shot("read-only")
    assert strokes(person.folder) == person.painted - 3


def copy_of_read_only(person):
    path = os.path.join(person.desktop.home, "from a failing drive")
    save_copy(person, path, 3)
    person.answer("The Copy Is Saved", "Escape")
    person.says("All is in the copy")
    person.desktop.key("ctrl+w")         # nothing is lost, and the question says so
    person.says("not on the disk yet", "All is in the copy “from a failing drive”")
    person.shot("closing-safe")
    person.answer("Some strokes could not be saved", "Escape")


def copy_of_removed(person):
    """The path is gone, too; what the system still reads goes into the copy."""
    person.disk.release()
    person.says("is not there any more")
    paint(person, 2)
    person.says("5 strokes are not saved yet")
    path = os.path.join(person.desktop.home, "from a removed drive")
    save_copy(person, path, 5)
    go_on_in(person, path)
    paint(person, 1)
    wait_saved(person, folder=path)
    person.shot("from-removed")


def main():
    program, folder = sys.argv[1:3]
    screenshots = sys.argv[3] if len(sys.argv) > 3 else None
    frames = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".png"))[:N_FRAMES]

    def steps(person):
        disks = []
        try:
            disks.append(SmallDisk(os.path.join(person.desktop.home, "full"), SIZE))
            if not disks[0].mounted:
                print("no disk of our own", file=sys.stderr)
                sys.exit(77)
            person.do(make_project, disks[0], frames)
            for step in fill_disk, no_room, copy_of_full_disk, copy_when_closing, merge_back, end:
                person.do(step)
            disks.append(FailingDisk(os.path.join(person.desktop.home, "failing"), SIZE))
            if not disks[1].mounted:
                print("no disk that can be made to fail: drives that turn read-only are not tried", file=sys.stderr)
                return
            person.do(make_project, disks[1], frames)
            for step in turn_read_only, copy_of_read_only, copy_of_removed, end:
                person.do(step)
        finally:
            for disk in disks:
                disk.release()

    run(steps, program, screenshots)


if __name__ == "__main__":
    main()
