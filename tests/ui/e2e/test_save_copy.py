"""Strokes that can't be written, and the copy of the project that the bar offers: on a full disk, on a drive that turns read-only under the open window, and on
one that was removed. What the copy has is counted by the command line, and merged back.

    test_save_copy.py PROGRAM FRAMES [SCREENSHOTS]

The disks are of our own, which only root may make: else this is skipped (77)."""

import os
import shutil
import sqlite3
import subprocess
import sys

from annotator import fine, run
from desktop import Program, wait_for
from disks import FailingDisk, SmallDisk

N_FRAMES = 3
SIZE = 48 << 20


def cli(person, *arguments, folder=None):
    command = os.path.join(os.path.dirname(person.path), "labelwright-cli")
    done = subprocess.run([command, arguments[0], folder or person.folder, *arguments[1:]], env=person.desktop.environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def strokes(folder):
    """Those in the file, 0 while there is none."""
    if not os.path.exists(os.path.join(folder, "project.sqlite")):
        return 0
    database = sqlite3.connect(f"file:{folder}/project.sqlite?mode=ro", uri=True)
    try:
        return database.execute("SELECT count (*) FROM stroke").fetchone()[0]
    finally:
        database.close()


def bar(person):
    """The bar that says what is unsaved; None: it isn't there."""
    node = person.program.find_now(test=lambda node: "kept in memory" in (node.get_name() or ""))
    return node.get_name() if node is not None else None


def paint(person, n):
    """So many strokes, each another line of another class; each is counted before the next one."""
    for _ in range(n):
        x, y, width, height = person.program.rectangle(person.program.find(role="image", test=lambda node: "Canvas" in node.get_name()))
        top = round(y + height * (0.3 + 0.4 * ((person.painted * 7) % 40) / 40))
        person.desktop.key(str(1 + person.painted % 9))
        person.desktop.drag(fine([(round(x + width * 0.3), top), (round(x + width * 0.6), top + 20)], step=25), pause=0.005)
        person.painted += 1


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
    wait_for(lambda: strokes(person.folder) == person.painted, "the first strokes to be written")


def choose_place(person, path):
    person.save_as("Save a Copy of the Project", path)


def save_copy(person, path):
    """From the bar. Afterwards the message that it is saved is on show."""
    person.program.click("Save a Copy…", "push button")
    choose_place(person, path)
    person.text("The Copy Is Saved", 60)


def check_copy(person, path, n):
    assert strokes(path) == n, (strokes(path), n)
    print(cli(person, "verify", folder=path).strip().splitlines()[-1])
    assert f"with {n - person.saved} unsaved" in cli(person, "log", folder=path) or f"{n - person.saved} unsaved strokes" in cli(person, "log", folder=path)


def fill_disk(person):
    person.saved = person.painted
    person.disk.fill()
    while bar(person) is None:
        person.saved = strokes(person.folder)
        paint(person, 2)
        assert person.painted < 300, "the disk is full, and nothing says so"
    wait_for(lambda: "full" in bar(person), "the bar to say why")


def unsaved(person):
    return int(bar(person).split()[0])


def no_room(person):
    """A copy on the full disk is refused with the reason, and leaves nothing there."""
    path = os.path.join(person.disk.folder, "here")
    person.program.click("Save a Copy…", "push button")
    choose_place(person, path)
    person.text("Could not save the copy", 60)
    person.shot("no-room")
    assert not os.path.exists(path), os.listdir(path)


def copy_of_full_disk(person):
    path = os.path.join(person.desktop.home, "first copy")
    n = unsaved(person)
    person.saved = person.painted - n
    save_copy(person, path)
    person.shot("saved")
    person.desktop.key("Escape")
    person.text("All is in the copy “first copy”", 60)
    person.shot("in-copy")
    check_copy(person, path, person.painted)
    paint(person, 1)
    person.text("1 was painted after the copy “first copy” was saved", 60)
    assert strokes(path) == person.painted - 1


def copy_when_closing(person):
    """The question before the window closes leads to a copy, too; and there work goes on."""
    path = os.path.join(person.desktop.home, "second copy")
    person.desktop.key("ctrl+w")
    person.text("Some strokes could not be saved", 60)
    person.shot("closing")
    person.desktop.key("alt+s")
    choose_place(person, path)
    person.text("The Copy Is Saved", 60)
    check_copy(person, path, person.painted)
    person.desktop.key("Return")
    person.program.wait_title("second copy")
    person.opened(1, N_FRAMES)
    assert bar(person) is None
    paint(person, 2)
    wait_for(lambda: strokes(path) == person.painted, "strokes in the copy")
    person.shot("goes-on")


def merge_back(person):
    """When there is room again, everything comes back to where it was."""
    person.disk.empty()
    cli(person, "merge", os.path.join(person.desktop.home, "second copy"))
    assert strokes(person.folder) == person.painted, (strokes(person.folder), person.painted)
    print(cli(person, "verify").strip().splitlines()[-1])


def end(person):
    person.program.kill()
    person.disk.release()


# A drive that fails


def turn_read_only(person):
    person.saved = person.painted
    person.disk.fail()
    paint(person, 3)
    said = person.text("3 strokes are not saved yet", 60)
    assert "write-protected" in said, said
    person.shot("read-only")
    assert strokes(person.folder) == person.saved


def copy_of_read_only(person):
    path = os.path.join(person.desktop.home, "from a failing drive")
    save_copy(person, path)
    person.desktop.key("Escape")
    person.text("All is in the copy", 60)
    check_copy(person, path, person.painted)
    person.desktop.key("ctrl+w")         # nothing is lost, and the question says so
    person.text("All is in the copy “from a failing drive”", 60)
    person.program.wait_title("drive")
    person.shot("closing-safe")
    person.desktop.key("Escape")


def copy_of_removed(person):
    """The path is gone, too; what the system still reads goes into the copy."""
    person.disk.release()
    person.text("is not there any more", 60)
    paint(person, 2)
    path = os.path.join(person.desktop.home, "from a removed drive")
    save_copy(person, path)
    check_copy(person, path, person.painted)
    person.desktop.key("Return")
    person.program.wait_title("from a removed drive")
    person.opened(1, N_FRAMES)
    paint(person, 1)
    wait_for(lambda: strokes(path) == person.painted, "a stroke in the copy")
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
