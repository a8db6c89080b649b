"""A disk that fills while somebody paints: painting goes on, a bar says what is unsaved and why, the window does not close over it, and when there is room
again everything is on the disk.

    test_full_disk.py PROGRAM FRAMES [SCREENSHOTS]

The disk is a small one in memory, which only root may make: else this is skipped (77)."""

import os
import sys

from annotator import run
from disks import SmallDisk
from project import cli, paint, strokes, verify, wait_saved

N_FRAMES = 3
SIZE = 16 << 20


def make_project(person, frames):
    person.disk = SmallDisk(os.path.join(person.desktop.home, "disk"), SIZE)
    if not person.disk.mounted:
        print("no disk of our own: only root may mount one", file=sys.stderr)
        sys.exit(77)
    person.folder = os.path.join(person.disk.folder, "drive")
    person.painted = 0
    cli(person, "create", "--classes", "camvid11")
    cli(person, "add", *frames)
    person.start(person.folder)
    person.program.wait_title("drive")
    person.opened(1, N_FRAMES)
    paint(person, 3)


def check_written(person):
    """The bar goes, and what was painted is there, also for another program."""
    wait_saved(person)
    person.silent("kept in memory")
    verify(person)


def paint_until_full(person):
    painted = person.painted
    person.disk.fill()
    while not person.program.has_text("not saved yet"):
        paint(person, 2)
        assert person.painted < painted + 200, "the disk is full, and nothing says so"
    person.says("not saved yet", "full")


def full(person):
    paint_until_full(person)
    paint(person, 3)
    person.shot("full")
    person.disk.empty()
    check_written(person)


def refuse_to_close(person):
    paint_until_full(person)
    person.desktop.key("ctrl+w")
    person.asked("Some strokes could not be saved")
    person.shot("closing")
    person.answer("Some strokes could not be saved", "Escape")
    person.disk.empty()
    check_written(person)


def kill_and_verify(person):
    person.program.kill()
    verify(person)
    assert strokes(person.folder) == person.painted


def main():
    program, folder = sys.argv[1:3]
    screenshots = sys.argv[3] if len(sys.argv) > 3 else None
    frames = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".png"))[:N_FRAMES]

    def steps(person):
        try:
            person.do(make_project, frames)
            person.do(full)
            person.do(refuse_to_close)
            person.do(kill_and_verify)
        finally:
            if hasattr(person, "disk"):
                person.disk.release()

    run(steps, program, screenshots)


main()
