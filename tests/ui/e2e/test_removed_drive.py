"""A drive that is removed while somebody paints, a folder that is moved, one that can't be written: painting goes on, a bar says what is unsaved and what to do,
nothing is written to what lies in the project's place, and when it is back everything is on it.

    test_removed_drive.py PROGRAM FRAMES [SCREENSHOTS]

The drives are small disks in memory, which only root may make: else only the moved folder is tried."""

import hashlib
import os
import sqlite3
import subprocess
import sys

from annotator import run
from desktop import wait_for
from project import cli, paint, verify, wait_saved

N_FRAMES = 3


def mount(folder, *options):
    os.makedirs(folder, exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", *options, "none", folder], stderr=subprocess.DEVNULL).returncode == 0


def unplug(folder):
    """As a drive goes that is in use: open files still lead to it, the path doesn't."""
    subprocess.run(["umount", "-l", folder], check=True)


def contents(folder):
    """What the files of a project are, but for locks."""
    return {name: hashlib.sha256(open(os.path.join(folder, name), "rb").read()).hexdigest() for name in sorted(os.listdir(folder))
            if os.path.isfile(os.path.join(folder, name)) and not name.endswith(("-shm", ".lock"))}


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
    person.opened(1, N_FRAMES)
    paint(person, 3)
    wait_saved(person)


def told_and_painted(person, said):
    """All was written when the drive went: the bar is there before anything is painted; then it counts."""
    person.says("Nothing can be saved now", said)
    paint(person, 3)
    person.says("3 strokes are not saved yet", said)


def written(person):
    """The bar goes, and what was painted is in the file at the path."""
    wait_saved(person)
    person.silent("kept in memory")
    paint(person, 1)
    wait_saved(person)
    verify(person)


def move_folder(person):
    aside = os.path.join(person.place, "aside")
    os.rename(person.folder, aside)
    told_and_painted(person, "is not there any more")
    person.shot("gone")
    person.desktop.key("ctrl+w")
    person.asked("Some strokes could not be saved")
    person.shot("closing")
    person.answer("Some strokes could not be saved", "Escape")
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
    paint(person, 1)          # which the older copy lacks
    wait_saved(person)
    subprocess.run(["cp", "-a", person.folder, copy], check=True)
    unplug(person.place)
    told_and_painted(person, "is not there any more")
    for what, said in (stranger, "Another project is in"), (older, "An older copy of this project is in"):
        mount(person.place)
        subprocess.run(["cp", "-a", what, person.folder + ".arriving"], check=True)
        before = contents(person.folder + ".arriving")
        os.rename(person.folder + ".arriving", person.folder)
        person.says(said)
        person.shot(os.path.basename(what))
        assert contents(person.folder) == before, (before, contents(person.folder))
        unplug(person.place)
        person.says("is not there any more")
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
    person.opened(1, N_FRAMES)
    person.says("can only be looked at: its folder can’t be written")
    before = person.painted
    paint(person, 2)
    person.painted = before
    person.shot("read-only")
    for place in drive, person.place:
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
    person.program.click("Try Again", "push button")
    person.silent("can only be looked at")
    person.opened(1, N_FRAMES)
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
    person.says("can only be looked at: a newer Labelwright made it")
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
    person.says("is there again, but can’t be written")
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
