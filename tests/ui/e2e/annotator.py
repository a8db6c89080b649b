"""What the tests here have in common: a person at a desktop, labelling frames with the program."""

import glob
import os
import re
import shutil
import signal
import sys
import time

from PIL import ImageChops, ImageStat

from desktop import Desktop, NotFound, Program, Skipped, rest, wait_for

CRASHED, SKIPPED = 75, 77


def canvas_rectangle(program):
    """x, y, width, height on the screen; elsewhere when a bar comes or goes."""
    return program.rectangle(program.find(role="image", test=lambda node: "Canvas" in (node.get_name() or "")))


class Canvas:
    """Where the picture is on the screen at 100 %: one pixel of it is one of the screen's. The program itself says
    which pixel is under the pointer."""

    def __init__(self, program):
        self.program = program
        x, y, width, height = canvas_rectangle(program)
        self.middle = round(x + width / 2), round(y + height / 2)
        column, row = wait_for(self._locate, "the canvas to say where the pointer is")
        self.left, self.top = self.middle[0] - column, self.middle[1] - row

    def _locate(self):
        """What is said at the canvas's middle, once it follows the pointer."""
        x, y = self.middle
        before, after = self._said_at(x - 7, y - 5), self._said_at(x, y)
        return after if before and after and (after[0] - before[0], after[1] - before[1]) == (7, 5) else None

    def _said_at(self, x, y):
        self.program.desktop.move(x, y)
        rest(0.3)
        self.program.settle()
        found = re.match(r"(\d+), (\d+)", self.pointer_text())
        return found and (int(found.group(1)), int(found.group(2)))

    def pointer_text(self):
        """What the program says of the pixel under the pointer; nothing while it is elsewhere."""
        node = self.program.find_now(test=lambda n: re.match(r"\d+, \d+", n.get_name() or ""))
        return node.get_name() if node is not None else ""

    def at(self, *points):
        return [(self.left + x, self.top + y) for x, y in points]

    def point(self, x, y, *parts):
        """Puts the pointer on a pixel of the picture and waits until the program says all the parts of it; returns what it says."""
        self.program.desktop.move(self.left + x, self.top + y)

        def said():
            text = self.pointer_text()
            return text if re.match(rf"{x}, {y}\b", text) and all(part in text for part in parts) else None

        return wait_for(said, f"{' '.join(('the pointer at', f'{x}, {y}', *parts))}", 20)

    def picture(self, x, y, width, height):
        """That part of the picture as the screen shows it. The pointer, with its brush, is elsewhere meanwhile."""
        self.program.desktop.move(self.left - 20, self.top - 20)
        self.program.settle()
        rest(0.3)
        self.program.settle()
        return self.program.desktop.picture(self.left + x, self.top + y, width, height)

    def wait_picture(self, area, test, why):
        """The first picture of that part for which test (picture) holds; a busy computer takes its time."""
        def seen():
            picture = self.picture(*area)
            return picture if test(picture) else None

        return wait_for(seen, why)


def fine(points, step=4):
    """The same line, with a point every few pixels."""
    line = [points[0]]
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        count = max(1, round(max(abs(bx - ax), abs(by - ay)) / step))
        line += [(round(ax + (bx - ax) * i / count), round(ay + (by - ay) * i / count)) for i in range(1, count + 1)]
    return line


def difference(a, b):
    """Mean absolute difference of two pictures, over all channels."""
    return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / 3


class Annotator:
    def __init__(self, program, screenshots=None, size=(1280, 800), scale=1, desktop=Desktop):
        self.path = os.path.abspath(program)
        self.shots = screenshots
        self.desktop = desktop(*size, scale)
        self.program = None

    def shot(self, name):
        if self.shots:
            rest(0.6)
            self.desktop.screenshot(os.path.join(self.shots, name + ".png"))

    def start(self, *arguments):
        self.program = Program(self.desktop, [self.path, *arguments], "labelwright")

    def says(self, *parts, timeout=60):
        """Waits until one thing says all the parts; returns all that it says."""
        return self.program.find(test=lambda n: all(part in (n.get_name() or "") for part in parts), timeout=timeout).get_name()

    def text(self, part, timeout=20):
        return self.says(part, timeout=timeout)

    def told(self, part):
        """Waits for a message that goes by itself. A computer that is busy may not show it for long enough to be read: what it tells must be seen elsewhere, too."""
        try:
            self.says(part, timeout=5)
        except NotFound:
            print(f"not seen: {part}", flush=True)

    def silent(self, part, timeout=60):
        """Waits until nothing says that any more."""
        self.program.wait_gone(test=lambda n: part in (n.get_name() or ""), timeout=timeout)

    def asked(self, part, timeout=60):
        """Waits until a window that says `part` has the keys; returns its number."""
        def window():
            return next(filter(None, map(self.program.has_keys, self.program.find_all(lambda n: part in (n.get_name() or "")))), None)

        return wait_for(window, f"the keys to go to what says {part!r}", timeout)

    def answer(self, part, key, timeout=60):
        """Answers a question by a key, until the window that asked is gone: asked of the X server (Program.wait_title)."""
        window = self.asked(part, timeout)
        for _ in range(5):
            self.desktop.key(key)
            try:
                return self.program.wait_window_gone(window, 5)
            except NotFound:
                print(f"{part}: {key} is not taken", flush=True)
        raise NotFound(f"{part!r} does not take {key}")

    def reply(self, part, words, key="Return"):
        """Types words into the window that asks for them and closes it by a key."""
        self.asked(part)
        self.program.settle()
        self.desktop.type(words)
        self.answer(part, key)

    def press_until(self, key, done, what, times=3):
        """Presses a key until something comes of it: one that comes while the window is still at the work before it does nothing."""
        for _ in range(times):
            self.program.settle()
            self.desktop.key(key)
            try:
                return wait_for(done, what, 10)
            except NotFound:
                print(f"{key}: not yet {what}", flush=True)
        raise NotFound(f"{key} does not lead to {what}")

    def click_until(self, done, what, name=None, role=None, **how):
        """Clicks until something comes of it: a click that falls between two layouts of the page hits nothing."""
        for _ in range(4):
            node = self.program.click(name, role, **how)
            try:
                return wait_for(lambda: done(node), what, 5)
            except NotFound:
                print(f"{name or role}: not yet {what}", flush=True)
        raise NotFound(f"a click does not lead to {what}")

    def choose_file(self, title, path):
        """In GTK's file dialog of that title, until it is closed: while it still lists a folder it may swallow Return. A slash opens the entry for a path."""
        self.program.wait_title(title)
        for again in range(8):
            if again % 2 == 0:
                self.desktop.key("ctrl+a")
                self.desktop.type(path)
                rest(0.5)
            self.desktop.key("Return")
            try:
                return self.program.wait_closed(title, 8)
            except NotFound:
                print(f"{title}: still open", flush=True)
        raise NotFound(f"“{title}” does not take {path}")

    def frame(self, ordinal, count):
        """Waits until that frame of so many is shown."""
        self.text(f"{ordinal} of {count} ·")
        rest(0.5)

    def opened(self, ordinal, count):
        """Waits until that frame is shown as the first one of a project: its labels are counted when it is there."""
        self.frame(ordinal, count)
        self.program.find(test=lambda n: re.search("% not labelled|pixel is labelled", n.get_name() or ""))

    def import_truth(self, count):
        """The sample's own labels of its first frames, by the dialog."""
        folder = os.path.join(self.desktop.home, "truth")
        os.mkdir(folder)
        for path in sorted(glob.glob(os.path.join(os.path.dirname(self.path), "../share/labelwright/sample/labels/*.png")))[:count]:
            shutil.copy(path, folder)
        self.desktop.key("ctrl+i")
        self.program.click(role="push button", test=lambda n: "Choose Folder…" in (n.get_name() or ""))
        self.choose_file("Choose a Label Set", folder)
        self.shot("import")
        self.program.click("Import", "push button", test=Program.is_sensitive)
        rest(2)         # the progress window is being torn down: see Program.wait_title
        self.text(f"{count} frames have new labels", 60)
        self.shot("imported")
        self.desktop.key("Escape")
        self.program.wait_gone("Labels Imported")

    def set_epochs(self, count):
        """On the page Train. GTK 4.8 gives a spin button's entry no name: it is the field right of the label, before its two buttons."""
        x, y, width, height = self.program.rectangle(self.program.find("Epochs", "list item"))
        self.desktop.click(x + width - 102, y + height / 2, times=2)
        self.desktop.key("ctrl+a")
        self.desktop.type(str(count))

    def do(self, step, *arguments):
        """Does one step of a test and says how long it took."""
        begun = time.monotonic()
        result = step(self, *arguments)
        print(f"{step.__name__.replace('_', ' ')}: {time.monotonic() - begun:.0f} s", flush=True)
        return result

    def tell(self):
        """Prints what the windows say, for the log of a test that failed."""
        if self.program is not None and self.program.process.poll() is None:
            print("the windows say:", " | ".join(dict.fromkeys(filter(None, (node.get_name() for node in self.program.nodes())))), flush=True)

    def crashed_in_gtk(self):
        """GTK 4.8 itself may crash while its accessibility tree is read (Program.wait_title)."""
        return self.program is not None and self.program.process.poll() == -11 and "g_variant_is_object_path" in self.program.output()

    def close(self):
        if self.program is not None:
            if self.program.process.poll() is None:
                self.program.kill()
            sys.stderr.write(self.program.output())
        self.desktop.close()


def attempt(steps, program, screenshots, size, desktop):
    """Returns the exit status: 0, SKIPPED, or CRASHED where GTK itself did."""
    try:
        person = Annotator(program, screenshots, size, desktop=desktop)
    except Skipped as why:
        print(why, flush=True)
        return SKIPPED
    try:
        steps(person)
        return 0
    except Exception:
        if screenshots:
            person.desktop.screenshot(os.path.join(screenshots, "failed.png"))
        if not person.crashed_in_gtk():
            person.tell()
            print("the keys go to:", person.desktop.xdotool("getwindowfocus", "getwindowname") or "nobody", flush=True)
            raise
        return CRASHED
    finally:
        person.close()


def run(steps, program, screenshots=None, size=(1280, 800), desktop=Desktop):
    """Calls steps (annotator) on a fresh desktop of that size and kind; again, three times at most, where GTK itself crashed. Each in a process of its own: libatspi
    stays with the first bus that it sees."""
    for _ in range(3):
        child = os.fork()
        if child == 0:
            sys.exit(attempt(steps, program, screenshots, size, desktop))
        signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != CRASHED:
            sys.exit(status)
        print("GTK crashed while its accessibility tree was read: once more", flush=True)
    sys.exit("GTK crashed three times while its accessibility tree was read")
