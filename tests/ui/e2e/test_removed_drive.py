"""A drive that is removed while somebody paints, a folder that is moved, one that can't be written: painting goes on, a bar says what is unsaved and what to do,
nothing is written to what lies in the project's place, and when it is back everything is on it.

    test_removed_drive.py PROGRAM FRAMES [SCREENSHOTS]

The drives are small disks in memory, which only root may make: else only the moved folder is tried."""

import hashlib
import os
import sqlite3
import subprocess
import sys

from annotator import fine, run
from desktop import rest, wait_for

N_FRAMES = 3


def mount(folder, *options):
    os.makedirs(folder, exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", *options, "none", folder], stderr=subprocess.DEVNULL).returncode == 0


def unplug(folder):
    """As a drive goes that is in use: open files still lead to it, the path doesn't."""
    subprocess.run(["umount", "-l", folder], check=True)


def cli(person, *arguments, folder=None):
    command = os.path.join(os.path.dirname(person.path), "labelwright-cli")
    done = subprocess.run([command, arguments[0], folder or person.folder, *arguments[1:]], env=person.desktop.environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def strokes(folder):
    database = sqlite3.connect(f"file:{folder}/project.sqlite?mode=ro", uri=True)
    try:
        return database.execute("SELECT count (*) FROM stroke").fetchone()[0]
    finally:
        database.close()


def contents(folder):
    """What the files of a project are, but for locks."""
    return {name: hashlib.sha256(open(os.path.join(folder, name), "rb").read()).hexdigest() for name in sorted(os.listdir(folder))
            if os.path.isfile(os.path.join(folder, name)) and not name.endswith(("-shm", ".lock"))}


def paint(person, n):
    """So many strokes, each another line of another class."""
    x, y, width, height = person.area
    for _ in range(n):
        top = round(y + height * (0.3 + 0.4 * ((person.painted * 7) % 40) / 40))
        person.desktop.key(str(1 + person.painted % 9))
        person.desktop.drag(fine([(round(x + width * 0.3), top), (round(x + width * 0.6), top + 20)], step=25), pause=0.005)
        person.painted += 1


def measure(person):
    """Where the canvas is: lower while a bar is on show."""
    person.area = person.program.rectangle(person.program.find(role="image", test=lambda node: "Canvas" in node.get_name()))


def make_project(person, frames):
    person.place = os.path.join(person.desktop.home, "media")
    person.spare = os.path.join(person.desktop.home, "spare")
    person.folder = os.path.join(person.place, "drive")
    person.mounts = [person.place] if mount(person.place) else []
    if not person.mounts:
        print("no disk of our own: only a moved folder is tried", file=sys.stderr)
    os.mkdir(person.spare)
    person.painted = 0
    cli(person, "create", "--classes", "camvid11")
    cli(person, "add", *frames)
    person.start(person.folder)
    person.program.wait_title("drive")
    person.frame(1, N_FRAMES)
    measure(person)
    paint(person, 3)
    wait_for(lambda: strokes(person.folder) == person.painted, "the first strokes to be written")


def told_and_painted(person, said):
    """The bar is there before anything is painted; then it counts."""
    text = person.text(said, 60)
    assert "Nothing can be saved now" in text, text
    rest(1)
    measure(person)
    paint(person, 3)
    text = person.text("3 strokes are not saved yet", 60)
    assert said in text, text


def written(person):
    """The bar goes, and what was painted is in the file at the path."""
    wait_for(lambda: strokes(person.folder) == person.painted, f"{person.painted} strokes in the file", 60)
    person.program.wait_gone(test=lambda node: "not saved yet" in (node.get_name() or ""), timeout=60)
    rest(1)
    measure(person)
    paint(person, 1)
    wait_for(lambda: strokes(person.folder) == person.painted, "one more stroke", 60)
    print(cli(person, "verify").strip().splitlines()[-1])


def move_folder(person):
    aside = os.path.join(person.place, "aside")
    os.rename(person.folder, aside)
    told_and_painted(person, "is not there any more")
    person.shot("gone")
    person.desktop.key("ctrl+w")
    person.text("Some strokes could not be saved", 60)
    person.shot("closing")
    person.desktop.key("Escape")
    rest(1)
    os.rename(aside, person.folder)
    written(person)


def plug_in_elsewhere(person):
    """The drive is unplugged and comes back: the same bytes, but other files to the system."""
    copy = os.path.join(person.spare, "copy")
    subprocess.run(["cp", "-a", person.folder, copy], check=True)
    unplug(person.place)
    told_and_painted(person, "is not there any more")
    mount(person.place)
    subprocess.run(["cp", "-a", copy, person.folder + ".arriving"], check=True)
    os.rename(person.folder + ".arriving", person.folder)
    written(person)


def intruder(person, frames):
    """Another project, and then an older copy of this one, lie where the drive was. Nothing of them is touched."""
    stranger, older, copy = (os.path.join(person.spare, name) for name in ("stranger", "older", "newest"))
    cli(person, "create", "--classes", "camvid11", folder=stranger)
    cli(person, "add", *frames, folder=stranger)
    subprocess.run(["cp", "-a", person.folder, older], check=True)
    paint(person, 1)
    wait_for(lambda: strokes(person.folder) == person.painted, "the stroke that the older copy lacks")
    subprocess.run(["cp", "-a", person.folder, copy], check=True)
    unplug(person.place)
    told_and_painted(person, "is not there any more")
    for what, said in (stranger, "Another project is in"), (older, "An older copy of this project is in"):
        mount(person.place)
        subprocess.run(["cp", "-a", what, person.folder + ".arriving"], check=True)
        before = contents(person.folder + ".arriving")
        os.rename(person.folder + ".arriving", person.folder)
        person.text(said, 60)
        person.shot(os.path.basename(what))
        assert contents(person.folder) == before, (before, contents(person.folder))
        unplug(person.place)
        person.text("is not there any more", 60)
    mount(person.place)
    subprocess.run(["cp", "-a", copy, person.folder + ".arriving"], check=True)
    os.rename(person.folder + ".arriving", person.folder)
    written(person)


def read_only(person):
    """A drive that is read-only as the project is opened: it is looked at, and the bar leads to another try when it can be written."""
    person.desktop.key("ctrl+w")
    person.program.wait_end(60)
    drive = person.mounts[-1]
    for place in drive, person.place:
        wait_for(lambda: subprocess.run(["mount", "-o", "remount,ro", place], stderr=subprocess.DEVNULL).returncode == 0, "the drive to become read-only")
    person.start(person.folder)
    person.program.wait_title("drive")
    person.frame(1, N_FRAMES)
    person.text("can only be looked at: its folder can’t be written")
    measure(person)
    before = person.painted
    paint(person, 2)
    person.painted = before
    person.shot("read-only")
    for place in drive, person.place:
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
    person.program.click("Try Again", "push button")
    person.program.wait_gone(test=lambda node: "can only be looked at" in (node.get_name() or ""), timeout=60)
    person.frame(1, N_FRAMES)
    rest(1)
    written(person)


def made_by_newer(person):
    """A project of a program that is newer than this one: the bar gives that reason, and offers nothing that would not help."""
    person.desktop.key("ctrl+w")
    person.program.wait_end(60)
    database = sqlite3.connect(os.path.join(person.folder, "project.sqlite"))
    database.execute("PRAGMA user_version = 1000")
    database.close()
    person.start(person.folder)
    person.program.wait_title("drive")
    person.frame(1, N_FRAMES)
    person.text("can only be looked at: a newer Labelwright made it")
    assert person.program.find_now("Try Again", "push button") is None
    person.shot("newer")


def protected(person):
    """The drive comes back write-protected: the bar says so, and all is written when the protection is off."""
    drive = os.path.join(person.spare, "protected")
    person.mounts.append(drive)
    assert mount(drive)
    subprocess.run(["cp", "-a", person.folder, drive], check=True)
    unplug(person.place)
    told_and_painted(person, "is not there any more")
    subprocess.run(["mount", "-o", "remount,ro", drive], check=True)
    subprocess.run(["mount", "--bind", drive, person.place], check=True)
    person.text("is there again, but can’t be written", 60)
    person.shot("protected")
    subprocess.run(["mount", "-o", "remount,rw", drive], check=True)
    subprocess.run(["mount", "-o", "remount,bind,rw", person.place], check=True)
    written(person)


def main():
    program, folder = sys.argv[1:3]
    screenshots = sys.argv[3] if len(sys.argv) > 3 else None
    frames = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".png"))[:N_FRAMES]

    def steps(person):
        try:
            person.do(make_project, frames)
            person.do(move_folder)
            if person.mounts:
                person.do(plug_in_elsewhere)
                person.do(intruder, frames)
                person.do(protected)
                person.do(read_only)
            person.do(made_by_newer)
        finally:
            for place in getattr(person, "mounts", []):
                subprocess.run(["umount", "-l", place], stderr=subprocess.DEVNULL)

    run(steps, program, screenshots)


main()
