"""Two windows on one project, each a program of its own: they are told of each other, both paint, and other programs work on the project beside them.

    test_two_windows.py PROGRAM FRAMES [SCREENSHOTS]

Strokes of real pointer events go to both windows; while one is stopped, so that its strokes were begun on what was there before the other's."""

import os
import signal
import sys

from PIL import Image

from annotator import canvas_rectangle, difference, fine, run
from desktop import Program, rest, wait_for
from project import cli, cli_refuses, query, verify

N_FRAMES = 3
SIZE = (2640, 840)
HALF = 1310


class Window:
    """A program with one window: both halves of the desktop look the same."""

    def __init__(self, person, program, left):
        self.person = person
        self.program = program
        self.left = left
        self.painted = 0

    def place(self):
        desktop = self.person.desktop
        number = wait_for(lambda: desktop.xdotool("search", "--onlyvisible", "--pid", self.program.process.pid, "--name", "drive").split(), "the window")[-1]
        desktop.xdotool("windowsize", number, HALF - 10, SIZE[1] - 40)
        desktop.xdotool("windowmove", number, self.left, 0)
        wait_for(lambda: (at := desktop.geometry(number)) and abs(at[0] - self.left) < 40 and at[2] <= HALF, "the window in its half")
        rest(1)
        self.area = [round(n) for n in canvas_rectangle(self.program)]

    def focus(self):
        """A click on what takes no click: the keys go here."""
        x, y, width, height = self.area
        self.person.desktop.click(x + 3, y + height - 3)

    def key(self, *keys):
        self.person.desktop.xdotool("windowactivate", "--sync", self.person.desktop.xdotool("search", "--onlyvisible", "--pid", self.program.process.pid).split()[-1])
        rest(0.2)
        self.person.desktop.key(*keys)

    def drag(self, n):
        """The n-th of lines that lie apart, wherever it is painted."""
        x, y, width, height = self.area
        top = round(y + height * (0.15 + 0.7 * (n % 24) / 24))
        self.person.desktop.drag(fine([(round(x + width * 0.25), top), (round(x + width * 0.7), top)], step=25), pause=0.005)
        self.painted += 1

    def picture(self):
        x, y, width, height = self.area
        return self.person.desktop.picture(x, y, width, height)

    def says(self, part, timeout=60):
        return self.program.find(test=lambda node: part in (node.get_name() or ""), timeout=timeout).get_name()

    def wait_silent(self, part):
        self.program.wait_gone(test=lambda node: part in (node.get_name() or ""), timeout=60)


def strokes(person):
    return query(person.folder, "SELECT count (*) FROM stroke WHERE tool IN ('brush', 'eraser')")[0][0]


def make_project(person, frames):
    person.folder = os.path.join(person.desktop.home, "drive")
    cli(person, "create", "--classes", "camvid11")
    cli(person, "add", *frames)
    cli(person, "author", "Ada")
    person.other_home = os.path.join(person.desktop.home, "bea")
    os.mkdir(person.other_home)
    cli(person, "author", "Bea", HOME=person.other_home)


def start_both(person):
    person.start(person.folder)
    person.opened(1, N_FRAMES)
    person.one = Window(person, person.program, 0)
    person.one.place()
    start_other(person)


def start_other(person):
    desktop = person.desktop
    program = Program(desktop, [person.path, person.folder], "labelwright-2", HOME=person.other_home, DBUS_SESSION_BUS_ADDRESS=desktop.new_bus(),
                      AT_SPI_BUS_ADDRESS=desktop.accessibility_bus())
    person.two = Window(person, program, HALF + 10)
    person.two.says("1 of 3 ·")
    person.two.place()


def told(person):
    """On the same frame both say who the other is; on different ones neither does."""
    person.one.says("Also open in another window: Bea, since")
    person.two.says("Also open in another window: Ada, since")
    person.shot("told")
    person.two.key("Page_Down")
    person.two.says("2 of 3 ·")
    person.one.wait_silent("Also open")
    person.two.wait_silent("Also open")
    person.one.key("Page_Down")
    person.one.says("2 of 3 ·")
    person.one.says("Also open in another window: Bea, since")
    person.two.says("Also open in another window: Ada, since")
    for window in person.one, person.two:
        window.key("Page_Up")
        window.says("1 of 3 ·")
    person.one.says("Also open in another window: Bea, since")


def settled(person):
    """Every stroke of both is in the project, and both windows show the same."""
    wait_for(lambda: strokes(person) == person.one.painted + person.two.painted, f"{person.one.painted} + {person.two.painted} strokes in the project", 60)
    person.desktop.move(SIZE[0] - 5, SIZE[1] - 5)
    wait_for(lambda: difference(person.one.picture(), person.two.picture()) < 0.5, "both windows to show the same", 60, 0.5)


def paint_in_turn(person):
    for n in range(6):
        window = (person.one, person.two)[n % 2]
        window.key(str(1 + n % 5))
        window.drag(n)
    settled(person)
    person.shot("in-turn")


def paint_at_once(person):
    """A stroke waits in the queue of a window that is stopped while the other paints: it was begun on a map that is no more. Where they cross, too."""
    for n in range(3):
        person.one.key(str(1 + n))
        person.two.key(str(4 + n))
        person.two.program.process.send_signal(signal.SIGSTOP)
        try:
            person.two.drag(8 + n)
            person.one.drag(8 + n if n == 2 else 16 + n)
            wait_for(lambda: strokes(person) == person.one.painted + person.two.painted - 1, "the stroke of the window that runs", 60)
        finally:
            person.two.program.process.send_signal(signal.SIGCONT)
        settled(person)
    person.shot("at-once")


def turned(person):
    return query(person.folder, "SELECT count (*) FROM stroke WHERE tool IN ('undo', 'redo')")[0][0]


def undo_of_others(person):
    """What the other window painted is taken back only by who is told whose it is, and says so again."""
    person.two.key("5")
    person.two.drag(20)
    settled(person)
    before = turned(person)
    person.one.key("ctrl+z")
    person.one.says("The last change was made by Bea")
    person.shot("asked")
    assert turned(person) == before
    person.one.key("2")
    person.one.drag(21)
    person.one.wait_silent("The last change was made by Bea")
    settled(person)
    person.one.key("ctrl+z")                     # one's own goes at once
    wait_for(lambda: turned(person) == before + 1, "the own stroke to be taken back")
    person.one.wait_silent("The last change was made by")
    person.one.key("ctrl+z")
    person.one.says("The last change was made by Bea")
    assert turned(person) == before + 1
    person.one.key("ctrl+z")
    wait_for(lambda: turned(person) == before + 2, "the other one's stroke to be taken back")
    person.one.wait_silent("The last change was made by Bea")
    settled(person)
    person.two.key("ctrl+shift+z")               # and so the other way round
    person.two.says("What comes next was done by Ada")
    assert turned(person) == before + 2
    person.two.key("ctrl+shift+z")
    wait_for(lambda: turned(person) == before + 3, "the stroke to be done again")
    person.two.wait_silent("What comes next was done by Ada")
    settled(person)


def work_beside(person):
    """What the command line does shows in both windows, as it is."""
    name = query(person.folder, "SELECT name FROM frame ORDER BY id LIMIT 1")[0][0]
    width, height = query(person.folder, "SELECT width, height FROM frame ORDER BY id LIMIT 1")[0]
    folder = os.path.join(person.desktop.home, "labels")
    os.mkdir(folder)
    Image.new("L", (width, height), 2).save(os.path.join(folder, name + ".png"))
    before = person.one.picture()
    cli(person, "import", "--format", "camvid", "--layout", "segnet", folder)
    wait_for(lambda: difference(before, person.one.picture()) > 5, "the import to show", 60, 0.5)
    settled(person)
    person.shot("imported")
    cli(person, "submit", "--frames", name)
    cli(person, "accept", "--frames", name)
    for window in person.one, person.two:
        window.says("Accepted")
    cli(person, "propose", "--frames", name)
    for window in person.one, person.two:
        window.program.find("Apply All", "push button", test=Program.is_sensitive, timeout=120)
    person.one.program.find("Bicyclist")
    cli(person, "remove-class", "Bicyclist", "--into", "Pedestrian")
    for window in person.one, person.two:
        window.program.wait_gone("Bicyclist", timeout=60)
    settled(person)


def restore_refused(person):
    """A backup does not take the place of a project that somebody else works on: it is said before anything is closed."""
    cli(person, "backup")
    path = os.path.join(person.folder, "backups", [name for name in os.listdir(os.path.join(person.folder, "backups")) if name.endswith(".sqlite")][0])
    said = cli_refuses(person, "restore", "--backup", path)
    assert "Close it there first" in said, said

    def listed(node):
        return (node.get_name() or "").startswith("Restore the backup of")

    person.one.key("alt+4")
    person.click_until(lambda _: person.one.program.find_now(test=listed), "the backup to be listed", "Backups")
    person.one.program.click(test=listed)
    person.asked("Restore This Backup?")
    person.shot("restore")
    person.answer("Restore This Backup?", "alt+r")
    person.one.says("Others have this project open")
    person.shot("restore-refused")
    assert person.one.program.process.poll() is None
    person.one.key("alt+1")
    rest(1)


def kill_one(person):
    """Nobody is told of a window that was killed."""
    person.one.says("Also open in another window: Bea, since")
    person.two.program.kill()
    person.one.wait_silent("Also open")
    verify(person)


def main():
    program, folder = sys.argv[1:3]
    screenshots = sys.argv[3] if len(sys.argv) > 3 else None
    frames = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".png"))[:N_FRAMES]

    def steps(person):
        person.do(make_project, frames)
        for step in start_both, told, paint_in_turn, paint_at_once, undo_of_others, work_beside, restore_refused, kill_one:
            person.do(step)

    run(steps, program, screenshots, SIZE)


main()
