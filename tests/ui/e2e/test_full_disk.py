"""A disk that fills while somebody paints: painting goes on, a bar says what is unsaved and why, the window does not close over it, and when there is room
again everything is on the disk.

    test_full_disk.py PROGRAM FRAMES [SCREENSHOTS]

The disk is a small one in memory, which only root may make: else this is skipped (77)."""

import os
import subprocess
import sys

from annotator import Canvas, fine, run
from desktop import rest
from disks import SmallDisk

N_FRAMES = 3
SIZE = 16 << 20


def cli(person, *arguments):
    command = os.path.join(os.path.dirname(person.path), "labelwright-cli")
    done = subprocess.run([command, arguments[0], person.folder, *arguments[1:]], env=person.desktop.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def strokes(person):
    stats = cli(person, "stats", "--json")
    return int(stats.split('"strokes":')[1].split(",")[0].strip(" }"))


def paint(person, n):
    """So many strokes, each another line."""
    x, y, width, height = person.area
    for _ in range(n):
        top = round(y + height * (0.3 + 0.4 * ((person.painted * 7) % 40) / 40))
        person.desktop.key(str(1 + person.painted % 9))      # another class each time, so that no stroke changes nothing
        person.desktop.drag(fine([(round(x + width * 0.3), top), (round(x + width * 0.6), top + 20)], step=25), pause=0.005)
        person.painted += 1


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
    person.frame(1, N_FRAMES)
    person.area = person.program.rectangle(person.program.find(role="image", test=lambda node: "Canvas" in node.get_name()))
    paint(person, 3)


def check_written(person):
    """The bar goes, and what was painted is there, also for another program."""
    person.program.wait_gone(test=lambda node: "not saved yet" in (node.get_name() or ""), timeout=30)
    assert strokes(person) == person.painted, (strokes(person), person.painted)


def full(person):
    person.disk.fill()
    while not person.program.has_text("not saved yet"):
        paint(person, 2)
        assert person.painted < 200, "the disk is full, and nothing says so"
    said = person.text("not saved yet")
    assert "full" in said, said
    paint(person, 3)
    person.shot("full")
    person.disk.empty()
    check_written(person)


def refuse_to_close(person):
    before = person.painted
    person.disk.fill()
    while not person.program.has_text("not saved yet"):
        paint(person, 2)
        assert person.painted < before + 200, "the disk is full, and nothing says so"
    person.desktop.key("ctrl+w")
    rest(1.5)
    person.shot("closing")
    assert person.program.process.poll() is None, "it closed with unsaved strokes"
    person.desktop.key("Escape")
    rest(1)
    person.disk.empty()
    check_written(person)


def kill_and_verify(person):
    person.program.kill()
    out = cli(person, "verify")
    print(out.strip().splitlines()[-1])
    assert strokes(person) == person.painted


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
