"""Takes pictures of the pages on which work is kept, compared, reviewed, merged and counted, and of the bars; no test.

    take_page_pictures.py PROGRAM OUTPUT [--camvid DIR] [--only STEP...] [--size 1280x800] [--scale 2] [--dark] [--language de] [--user FOLDER]

The project is made with the command line, of the sample, whose pictures may be shown to everybody; with --camvid of CamVid's frames under names as long as cameras give them.
The pictures of docs/images are those of `--only review history merge statistics --user /home/ada`: imported labels lie in FOLDER meanwhile, whose path is in the pictures. PROGRAM is an installed labelwright, with labelwright-cli beside it.
"""

import argparse
import os
import shutil
import sys
import time

from annotator import Annotator, Canvas
from desktop import Program, rest, wait_for
from disks import SmallDisk
from project import cli_json as cli

LONG = "cambridge_evening_drive_kings_parade_to_grange_road_front_left_"
PANES = ["snapshots", "statistics", "datasets", "log", "packages", "backups", "space", "check"]     # Ctrl+Alt+1 to 8


def frames_of(person, options):
    """A folder of pictures and one of their labels, or the sample's video and its labels; and how frames are called."""
    sample = os.path.join(os.path.dirname(person.path), "../share/labelwright/sample")
    if options.camvid is None:
        return os.path.join(sample, "street.mp4"), os.path.join(sample, "labels"), lambda i: f"street_{i:06}", "street"
    pictures, labels, names = os.path.join(person.desktop.home, "Evening drive"), os.path.join(person.desktop.home, "labels"), []
    os.mkdir(pictures)
    os.mkdir(labels)
    for name in sorted(os.listdir(os.path.join(options.camvid, "val")))[:24]:
        shutil.copy(os.path.join(options.camvid, "val", name), os.path.join(pictures, LONG + name))
        shutil.copy(os.path.join(options.camvid, "valannot", name), os.path.join(labels, LONG + name))
        names.append(LONG + os.path.splitext(name)[0])
    return pictures, labels, names.__getitem__, "Evening drive"


def import_labels(person, folder, frames):
    """The labels of other frames: {frame: the one whose labels it gets}."""
    os.mkdir(folder)
    for frame, other in frames.items():
        shutil.copy(os.path.join(person.labels, person.name(other) + ".png"), os.path.join(folder, person.name(frame) + ".png"))
    cli(person, "import", "--format", "camvid", "--layout", "segnet", folder)
    shutil.rmtree(folder)


def become(person, name):
    """Somebody else, on a computer of their own."""
    person.desktop.environment["XDG_CONFIG_HOME"] = os.path.join(person.desktop.home, name.replace(" ", "-"))
    cli(person, "author", name)


def make_project(person, options):
    """Two people at work: submitted, returned, corrected, accepted; said about a place; given away and worked on at both places."""
    person.media, person.labels, person.name, medium = frames_of(person, options)
    person.ada, person.grace = ("Maximiliane-Theodora von und zu Hohenschwangau", "Grace Brewster Murray Hopper") if options.camvid else ("Ada Lovelace", "Grace Hopper")
    person.folder = os.path.join(options.folder or person.desktop.home, "King’s Parade to Grange Road, evening, camera front left" if options.camvid else "drive")
    if options.user:
        person.labels = shutil.copytree(person.labels, os.path.join(options.user, "labels"))
    cli(person, "create", "--classes", "camvid11")
    become(person, person.ada)
    cli(person, "add", person.media)
    cli(person, "import", "--format", "camvid", "--layout", "segnet", person.labels)
    cli(person, "submit", "--frames", f"{medium}:0-19", "--message", "First pass")
    become(person, person.grace)
    cli(person, "accept", "--frames", f"{medium}:4-15")
    cli(person, "return", "--frames", f"{medium}:0", "--message", "Poles are too thick, and the left kerb is the pavement’s" if options.camvid else "Poles are too thick")
    cli(person, "comment", person.name(2), "Is this one pole or two?", "--at", "340,120")
    thread = cli(person, "comments")[0]["thread"]
    become(person, person.ada)
    cli(person, "comment", person.name(2), "Two: the thin one stands behind.", "--thread", thread)
    import_labels(person, os.path.join(options.user or person.desktop.home, "corrected"), {0: 12})
    cli(person, "submit", "--frames", f"{medium}:0", "--message", "Poles as agreed")
    cli(person, "contract", "--specks", "12", "--complete", "yes")
    cli(person, "dataset", "create", "june")
    cli(person, "snapshot", "create", "before holidays", "--message", "What Ada and Grace agree on")
    person.package = os.path.join(person.desktop.home, "for-ann")
    cli(person, "package", person.package, "--frames", f"{medium}:1,3", "--for", "Ann")
    import_labels(person, os.path.join(person.desktop.home, "here"), {1: 14})
    person.folder, home = person.package, person.folder
    import_labels(person, os.path.join(person.desktop.home, "there"), {1: 17, 3: 16})
    person.folder = home
    cli(person, "backup")
    person.count = len(cli(person, "frames"))


def put_aside(person):
    person.desktop.move(5, person.desktop.size[1] - 5)
    rest(0.8)


def keep(person, name):
    put_aside(person)
    person.desktop.screenshot(os.path.join(person.shots, name + ".png"))
    print(name, flush=True)


def go_to(person, ordinal):
    person.desktop.key("alt+1")
    rest(1)
    person.desktop.key("ctrl+g")
    rest(1)
    person.desktop.type(str(ordinal))
    person.desktop.key("Return")
    put_aside(person)      # in a small window the line of the pixel takes the place of the counts
    person.frame(ordinal, person.count)


def review(person):
    go_to(person, 3)
    person.desktop.key("alt+r", "ctrl+0")
    person.text("Submitted by")
    person.text("too small", 60)
    rest(1)
    keep(person, "review")


def history(person):
    go_to(person, 1)
    person.desktop.key("ctrl+h")
    person.program.find("Restore", "push button", timeout=60)
    rest(2)
    keep(person, "history-narrow" if person.desktop.size[0] / person.desktop.scale < 1000 else "history-first")
    person.program.click(test=lambda node: (node.get_name() or "").startswith("Imported from") and node.get_role_name() == "label")
    person.text("pixels changed", 60)
    rest(1)
    keep(person, "history")
    for view in "Before", "After":
        person.program.click(view)
        rest(1)
        keep(person, "history-" + view.lower())
    person.program.click("Difference")
    person.program.click("All Frames")
    rest(2)
    keep(person, "history-all")
    person.program.click("Filter")
    rest(1)
    keep(person, "history-filter")
    person.desktop.key("Escape")
    rest(1)
    person.program.click("This Frame")


def open_pane(person, name):
    person.desktop.key(f"ctrl+alt+{PANES.index(name) + 1}")
    rest(2)


def panes(person):
    for name in PANES:
        open_pane(person, name)
        keep(person, name)


def statistics(person):
    open_pane(person, "statistics")
    keep(person, "statistics")


def check(person):
    open_pane(person, "check")
    person.program.click("Check the Project", "push button")
    person.text("The Project Is Sound", 60)
    rest(1)
    keep(person, "check-sound")


def merge(person):
    open_pane(person, "packages")
    person.program.click("Merge…", "push button")
    person.choose_file("Which Package or Copy?", person.package)
    person.text("regions are not decided", 60)
    rest(2)
    keep(person, "merge")
    person.program.click(test=lambda node: (node.get_name() or "").startswith("Agreement where"))
    rest(1)
    keep(person, "merge-agreement")
    person.desktop.key("Escape")
    rest(1)


def look(person):
    """The line of the pixel under the pointer."""
    go_to(person, 1)
    person.desktop.key("ctrl+0")
    x, y, width, height = person.program.rectangle(person.program.find(role="image", test=lambda n: "Canvas" in n.get_name()))
    person.desktop.move(x + width / 2, y + height / 2)
    rest(2)
    person.desktop.screenshot(os.path.join(person.shots, "pixel.png"))
    print("pixel", flush=True)


def company(person):
    """A second window on the same frame."""
    go_to(person, 1)
    window = person.program._windows()[-1]
    other = Program(person.desktop, [person.path, person.folder], "labelwright", DBUS_SESSION_BUS_ADDRESS=person.desktop.new_bus(),
                    AT_SPI_BUS_ADDRESS=person.desktop.accessibility_bus(), XDG_CONFIG_HOME=os.path.join(person.desktop.home, person.grace.replace(" ", "-")))
    rest(4)
    person.desktop.xdotool("windowactivate", "--sync", window)
    rest(2)
    keep(person, "bar-company")
    other.kill()
    rest(2)


def unsaved(person):
    """The disk fills; the copy goes to the same full disk, then to another one."""
    go_to(person, 20)
    person.disk.fill()
    x, y, width, height = person.program.rectangle(person.program.find(role="image", test=lambda n: "Canvas" in n.get_name()))
    for i in range(60):
        person.desktop.key(str(1 + i % 9))
        person.desktop.drag([(x + width * 0.4, y + height * (0.4 + 0.003 * i)), (x + width * 0.6, y + height * (0.4 + 0.003 * i))])
        if person.program.has_text("not saved yet"):
            break
    rest(1)
    keep(person, "bar-unsaved")
    person.desktop.key("ctrl+shift+s")
    person.choose_file("Save a Copy of the Project", os.path.join(person.disk.folder, "copy"))
    rest(3)
    keep(person, "copy-failed")
    person.disk.empty()
    rest(5)
    keep(person, "bar-gone")


def missing(person):
    """Opened again, while its media are elsewhere."""
    person.program.kill()
    media = os.path.join(os.path.dirname(person.media), "elsewhere")
    moved = os.path.join(person.desktop.home, "Evening drive")
    if os.path.isdir(moved):
        os.rename(moved, media)
    open_project(person, wait=False)
    rest(4)
    keep(person, "bar-missing")
    if os.path.isdir(media):
        os.rename(media, moved)


def read_only(person):
    person.program.kill()
    cli(person, "verify")
    os.system(f"mount -o remount,ro '{person.disk.folder}'")
    open_project(person, wait=False)
    rest(4)
    keep(person, "bar-read-only")


STEPS = [review, look, history, panes, check, merge, company, missing, unsaved, read_only]


def open_project(person, wait=True):
    person.start(person.folder)
    person.program.wait_title(os.path.basename(person.folder)[:5])
    if wait:
        person.opened(1, person.count)


def run(options):
    os.makedirs(options.output, exist_ok=True)
    person = Annotator(options.program, options.output, options.size, options.scale)
    person.desktop.size = options.size
    if options.dark:
        person.desktop.environment["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"
    person.disk = SmallDisk(os.path.join(person.desktop.home, "disk"), 64 << 20)
    options.folder = person.disk.folder if person.disk.mounted else None
    try:
        make_project(person, options)
        if options.language:
            person.desktop.environment["LANGUAGE"] = options.language
        open_project(person, wait=not options.language)
        for step in STEPS + [statistics]:
            if step.__name__ in options.only or (not options.only and step in STEPS):
                step(person)
    finally:
        person.disk.release()
        person.close()
        if options.user:
            shutil.rmtree(os.path.join(options.user, "labels"), ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("output", type=os.path.abspath)
    parser.add_argument("--camvid", type=os.path.abspath)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--size", type=lambda text: tuple(map(int, text.split("x"))), default=(1280, 800))
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--language")
    parser.add_argument("--user", type=os.path.abspath)
    run(parser.parse_args())


if __name__ == "__main__":
    main()
