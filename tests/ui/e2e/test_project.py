"""What was done in a project and what became of it, on the page Project: every pane, driven with pointer and keys.

    test_project.py PROGRAM FRAMES [SCREENSHOTS]

The project is made with the command line, which also says afterwards what the window did to it. FRAMES are not used.
"""

import os
import shutil
import sys

from annotator import run
from desktop import Atspi, GLib, NotFound, rest, wait_for
from project import cli, cli_json

AGAIN = "those of the revision again"
N = 96                          # frames of the sample clip
REASON = "The wing mirror of the parked car belongs to the car, and not to the sky that is seen behind it"


def make_project(person):
    """Labels of all frames, some accepted; then other labels for the first frame."""
    sample = os.path.join(os.path.dirname(person.path), "../share/labelwright/sample")
    person.folder = os.path.join(person.desktop.home, "drive")
    cli(person, "create", "--classes", "camvid11")
    cli(person, "add", os.path.join(sample, "street.mp4"))
    cli(person, "import", "--format", "camvid", "--layout", "segnet", os.path.join(sample, "labels"))
    cli(person, "submit", "--frames", "street:0-50")
    cli(person, "accept", "--frames", "street:0-40", "--message", REASON)
    other = os.path.join(person.desktop.home, "other")
    os.mkdir(other)
    shutil.copy(os.path.join(sample, "labels/street_000090.png"), os.path.join(other, "street_000000.png"))
    cli(person, "import", "--format", "camvid", "--layout", "segnet", other)


def open_project(person):
    person.start(person.folder)
    person.program.wait_title("drive")
    person.opened(1, N)


def revisions(person):
    return cli_json(person, "history", "--frame", "street_000000")


def compare(person):
    """The newest revision is compared with the one before it; then the first one with the labels now."""
    person.desktop.key("ctrl+h")
    changed = cli_json(person, "history", "--compare", revisions(person)[1]["revision"])[0]["changed"]
    assert changed > 10000
    person.text(f"{changed} pixels changed")
    person.shot("history")
    person.program.click("Before")
    person.program.click("Difference")
    person.text("Accepted: " + REASON[:20])
    person.click_until(lambda _: person.program.has_text("The labels are the same"), "the labels to be compared",
                       test=lambda node: (node.get_name() or "").startswith("Submitted") and node.get_role_name() == "label")


def undone_in_toast(person, is_restored):
    person.silent(AGAIN)
    person.program.click("Restore", "push button")
    try:
        said = person.program.find(test=lambda node: AGAIN in (node.get_name() or ""))
        x, y, width, height = person.program.rectangle(said)
    except (GLib.Error, AttributeError, NotFound):
        return False
    person.desktop.click(x + width + 45, y + height / 2)      # its button
    try:
        return wait_for(lambda: not is_restored(), "the labels from before", timeout=10)
    except NotFound:
        return False


def restore(person):
    """The frame gets the labels of the first revision back, as a new one; undo takes it away again: in the toast, or later by key."""
    first = revisions(person)[-1]["revision"]

    def is_restored():
        return cli_json(person, "history", "--compare", first)[0]["changed"] == 0

    person.click_until(lambda _: person.program.has_text("before it, nothing was labelled"), "the first revision to be shown",
                       test=lambda node: "labels/street_000000.png" in (node.get_name() or ""))
    person.program.click("Restore", "push button")
    person.told(AGAIN)
    wait_for(is_restored, "the labels of the first revision")
    assert "restored" in revisions(person)[0]["message"]
    person.shot("restored")

    def undo():
        person.press_until("ctrl+alt+z", lambda: not is_restored(), "the labels from before")

    undo()
    while not undone_in_toast(person, is_restored):      # on a busy computer the toast goes before it is clicked
        undo()
    assert sum((one["message"] or "").startswith("restored") for one in revisions(person)) >= 2


def filter_revisions(person):
    """In all frames, by text."""
    person.program.click("All Frames")
    person.text("Show the Frame")
    x, y, width, height = person.program.rectangle(person.program.find("Filter"))
    person.desktop.click(x - 200, y + height / 2)             # the entry before it, which has no name of its own in the tree
    person.desktop.type("wing mirror")
    person.text("street_000040")
    person.shot("search")
    person.desktop.key("ctrl+a")
    person.desktop.type("no such thing")
    person.text("Nothing Found")
    person.desktop.key("ctrl+a", "Delete")
    rest(1)
    person.click_until(lambda _: person.program.has_text(f"1 of {N} ·"), "the frame of the newest revision", "Show the Frame")


def pane(person, name):
    """Shows a pane of the page Project."""
    person.desktop.key("alt+4")
    person.click_until(lambda row: row.get_state_set().contains(Atspi.StateType.SELECTED), f"{name} to be chosen", name, "list item")
    rest(0.7)


def restore_backup(person):
    """A backup is made; labels that change after it are not in what is restored, but in the backup that is made of them meanwhile."""
    pane(person, "Backups")
    person.text("No Backups Yet")
    person.program.click("Back Up Now", "push button")
    person.program.wait_title("drive")
    wait_for(lambda: cli_json(person, "backup", "--list"), "a backup")
    newest = revisions(person)[0]["revision"]
    cli(person, "return", "--frames", "street:40")
    cli(person, "restore", revisions(person)[-1]["revision"])
    assert revisions(person)[0]["revision"] != newest
    person.program.click(test=lambda node: (node.get_name() or "").startswith("Restore the backup of"))
    person.asked("Restore This Backup?")
    person.shot("restore-backup")
    person.answer("Restore This Backup?", "alt+r")
    wait_for(lambda: revisions(person)[0]["revision"] == newest, "the backup to be in the project's place", 60)
    rest(1)
    person.opened(1, N)
    kinds = [os.path.basename(one["backup"])[:17] for one in cli_json(person, "backup", "--list")]
    assert "project-replaced-" in kinds, kinds


def snapshot(person):
    pane(person, "Snapshots")
    person.text("No Snapshots Yet")
    person.program.click("New Snapshot…", "push button")
    person.reply("All labels as they are now", "before holidays")
    wait_for(lambda: [one["name"] for one in cli_json(person, "snapshot", "list")] == ["before holidays"], "the snapshot")
    person.shot("snapshots")


def export_statistics(person):
    """The table that the window writes is the command line's."""
    ours, theirs = (os.path.join(person.desktop.home, name) for name in ("window.csv", "program.csv"))
    person.program.click("Export…", "push button")
    person.choose_file("Export the Statistics", ours)
    wait_for(lambda: os.path.exists(ours), "the table")
    cli(person, "stats", "--out", theirs)
    assert open(ours).read() == open(theirs).read() and "class,Sky," in open(ours).read()


def count(person):
    """What the pages say is what the command line says."""
    labelled = cli_json(person, "stats")[0]["labelled"]
    pane(person, "Statistics")
    person.text(f"Of {labelled} labelled pixels, by class")
    export_statistics(person)
    cli(person, "dataset", "create", "june")
    pane(person, "Datasets")
    person.program.click(test=lambda node: (node.get_name() or "") == "june")
    person.text("Every frame trains" if cli_json(person, "dataset", "list")[0]["val"] == 0 else "No Leakage")
    person.shot("dataset")
    pane(person, "Log")
    person.text("Take a snapshot")
    person.shot("log")
    pane(person, "Disk Space")
    person.text("in the project’s folder")
    person.shot("space")


def check(person):
    pane(person, "Check")
    person.program.click("Check the Project", "push button")
    person.text("The Project Is Sound", 60)
    person.shot("sound")


def steps(person):
    for step in make_project, open_project, compare, restore, filter_revisions, restore_backup, snapshot, count, check:
        person.do(step)


if __name__ == "__main__":
    run(steps, sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None)
