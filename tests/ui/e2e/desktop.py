"""A virtual desktop for one program, driven as a person drives it: pointer and keys alone.

The accessibility tree is only read, to find where things are and what they say; every action is an X event (xdotool).
"""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402
from PIL import Image  # noqa: E402


class NotFound(AssertionError):
    pass


class Skipped(Exception):
    """This computer can't run the test; says what it lacks."""


PATIENCE = 60_000  # ms for an answer of the program to a question about one of its widgets; libatspi's 800 are up while it reads a frame on a busy computer
BUSY = 3  # how many times longer anything may take than on a computer that does nothing else


LONGEST_LOOK = 3  # seconds that count of one look: the computer may have stood still, and the program with it


def wait_for(condition, what, timeout=20.0, pause=0.05):
    """The first true value of condition(); fails with `what` after `timeout` seconds (of a computer that does nothing else)."""
    left = timeout * BUSY
    while True:
        begun = time.monotonic()
        while GLib.MainContext.default().iteration(False):  # the accessibility cache is kept by signals
            pass
        value = condition()
        if value:
            return value
        if left < 0:
            raise NotFound(f"waited {timeout * BUSY:.0f} s for {what}")
        time.sleep(pause)
        left -= min(time.monotonic() - begun, LONGEST_LOOK)


def rest(seconds):
    """For what nothing tells the end of (an animation, a page that is torn down): longer where the computer has more to do."""
    time.sleep(seconds * min(BUSY, max(1, os.getloadavg()[0] / (os.cpu_count() or 1))))


class Desktop:
    """Xvfb, a session bus and a window manager, with a home folder of their own."""

    def __init__(self, width=1280, height=800, scale=1):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # close() is called then, too
        self.home = tempfile.mkdtemp(prefix="lw-desktop-")
        self.children = []
        self.scale = scale
        self.environment = {
            "HOME": self.home,
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": os.path.join(self.home, "run"),
        }
        if scale != 1:
            self.environment["GDK_SCALE"] = str(scale)
        os.mkdir(self.environment["XDG_RUNTIME_DIR"], 0o700)
        self._start_display(width, height)
        self._start_bus()
        self._spawn(["openbox", "--sm-disable"])

    def _spawn(self, command, **options):
        child = subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL, **options)
        self.children.append(child)
        return child

    def _start_display(self, width, height):
        # Xvfb picks a free number itself and says which.
        readable, writable = os.pipe()
        self._spawn(["Xvfb", "-displayfd", str(writable), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
                    pass_fds=[writable])
        os.close(writable)
        with os.fdopen(readable) as number:
            self.environment["DISPLAY"] = ":" + number.readline().strip()

    def _start_bus(self):
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.new_bus()

    def new_bus(self):
        """Starts a session bus; a program on one of its own is not the same as one that runs on the other."""
        bus = self._spawn(["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE)
        return bus.stdout.readline().decode().strip()

    def accessibility_bus(self):
        """Its address: programs on any session bus are found here if they are told of it."""
        said = subprocess.run(["gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus", "--method", "org.a11y.Bus.GetAddress"],
                              env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        return said.strip().removeprefix("('").removesuffix("',)")

    def close(self):
        for pid in self._inhabitants():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for child in reversed(self.children):
            child.terminate()  # a killed X server would leave its lock and socket behind
            child.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _inhabitants(self):
        """Whatever was started here by others than us: an engine that was left to its training, services of the bus."""
        ours = {os.getpid(), *(child.pid for child in self.children)}
        home = f"HOME={self.home}".encode()
        for entry in os.listdir("/proc"):
            try:
                with open(f"/proc/{entry}/environ", "rb") as environment:
                    if home in environment.read().split(b"\0") and int(entry) not in ours:
                        yield int(entry)
            except (OSError, ValueError):
                continue

    def xdotool(self, *words):
        done = subprocess.run(["xdotool", *map(str, words)], env=self.environment, capture_output=True, text=True)
        return done.stdout.strip()

    def active_geometry(self):
        """x, y, width, height of the window that gets the keys."""
        return self.geometry(self.xdotool("getactivewindow"))

    def geometry(self, window):
        lines = dict(line.split("=") for line in self.xdotool("getwindowgeometry", "--shell", window).splitlines() if "=" in line)
        return tuple(int(lines[key]) for key in ("X", "Y", "WIDTH", "HEIGHT")) if "WIDTH" in lines else None

    def screenshot(self, path):
        subprocess.run(["import", "-window", "root", path], env=self.environment, check=True)

    def picture(self, x, y, width, height):
        """That part of the screen."""
        shot = subprocess.run(["import", "-window", "root", "-crop", f"{width}x{height}+{x}+{y}", "+repage", "png:-"], env=self.environment,
                              check=True, stdout=subprocess.PIPE)
        return Image.open(io.BytesIO(shot.stdout)).convert("RGB")

    def helper(self, name, *words):
        """Starts one of the small programs beside this file; its standard output is a pipe."""
        return self._spawn(["/usr/bin/python3", os.path.join(os.path.dirname(os.path.abspath(__file__)), name), *words],
                           stdout=subprocess.PIPE, text=True)

    # Keys and pointer

    def key(self, *keys):
        for key in keys:
            self.xdotool("key", "--clearmodifiers", key)
            time.sleep(0.05)

    def type(self, text):
        self.xdotool("type", "--delay", "12", "--", text)

    def move(self, x, y):
        self.xdotool("mousemove", round(x), round(y))

    def click(self, x, y, button=1, times=1):
        self.move(x, y)
        time.sleep(0.05)
        self.xdotool("click", "--repeat", times, "--delay", 60, button)

    def drag(self, points, button=1, pause=0.02, hold=lambda: time.sleep(0.05)):
        """Presses at the first point, moves through the others, holds still and releases at the last."""
        self.move(*points[0])
        time.sleep(0.05)
        self.xdotool("mousedown", button)
        for x, y in points[1:]:
            self.move(x, y)
            time.sleep(pause)
        hold()
        self.xdotool("mouseup", button)


class Program:
    """One run of an installed program on a desktop."""

    def __init__(self, desktop, command, name, **environment):
        self.desktop = desktop
        self.name = name
        self.log = open(os.path.join(desktop.home, f"{name}.log"), "ab")
        # It says which strokes are on the disk: see project.wait_saved().
        self.process = subprocess.Popen(command, env={**desktop.environment, "G_MESSAGES_DEBUG": "labelwright-store", **environment}, stdout=self.log, stderr=self.log,
                                        cwd=desktop.home)
        # libatspi of this process listens on the same bus and display.
        os.environ.update({k: desktop.environment[k] for k in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")})
        Atspi.init()
        Atspi.set_timeout(PATIENCE, PATIENCE)
        self.root = wait_for(self._find_application, f"{name} on the accessibility bus")

    def _find_application(self):
        if self.process.poll() is not None:
            raise NotFound(f"{self.name} ended with {self.process.returncode}:\n{self.output()}")
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()  # it does not hear of programs that start later
        for i in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(i)
            if application is not None and application.get_process_id() == self.process.pid:
                return application
        return None

    def output(self):
        self.log.flush()
        with open(self.log.name, errors="replace") as log:
            return log.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait_end(self, timeout=20):
        return self.process.wait(timeout * BUSY)

    def settle(self):
        """Until it has done what its events asked of it and has had time to draw: it answers, and again, and again. A computer that is busy takes its time."""
        for _ in range(3):
            child = self.root.get_child_at_index(0)
            if child is not None:
                child.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
            time.sleep(0.05)

    # Finding things

    def nodes(self, root=None):
        """Every accessible with an area below `root`, depth first. GTK 4.8 gives no `showing` state to anything but windows;
        what was never shown has no size, and is not entered: each question costs a trip to the program."""
        stack = [root or self.root]
        while stack:
            node = stack.pop()
            try:
                if node is not self.root and not self._has_area(node):
                    continue
                if node.get_role_name() == "list" and node.get_name() == "Frames":  # thumbnails: half of all nodes, and nobody asks for them
                    continue
                children = [node.get_child_at_index(i) for i in range(min(node.get_child_count(), 200))]
            except GLib.Error:  # it went away while we looked
                continue
            yield node
            stack.extend(child for child in reversed(children) if child is not None)

    @staticmethod
    def _has_area(node):
        component = node.get_component_iface()
        if component is None:  # the page of a stack: its child says
            return True
        box = component.get_extents(Atspi.CoordType.WINDOW)
        return box.width > 0 and box.height > 0

    def find_all(self, test, root=None):
        for node in self.nodes(root):
            try:
                if test(node):
                    yield node
            except GLib.Error:
                continue

    def find_now(self, name=None, role=None, test=None, root=None):
        return next(self.find_all(lambda node: (name is None or node.get_name() == name) and (role is None or node.get_role_name() == role)
                                  and (test is None or test(node)), root), None)

    def find(self, name=None, role=None, timeout=20.0, **how):
        return wait_for(lambda: self.find_now(name, role, **how), f"{role or 'something'} named {name!r}", timeout)

    def wait_gone(self, name=None, role=None, timeout=20.0, **how):
        wait_for(lambda: self.find_now(name, role, **how) is None, f"{name!r} to go away", timeout)

    @staticmethod
    def is_sensitive(node):
        return node.get_state_set().contains(Atspi.StateType.SENSITIVE)

    def has_text(self, text):
        return self.find_now(test=lambda node: text in (node.get_name() or "")) is not None

    def wait_title(self, text, timeout=30):
        """Until a window's title holds `text`, asked of the X server: GTK 4.8 may crash when its accessibility tree is
        read at the very moment in which a window or a page is torn down."""
        wait_for(lambda: text in " ".join(self._titles()), f"a window titled {text!r}", timeout)
        rest(1.5)

    def wait_closed(self, text, timeout=30):
        """Until no window's title holds `text`, and the keys go where they went before it."""
        wait_for(lambda: text not in " ".join(self._titles()), f"{text!r} to be closed", timeout)
        rest(1)

    def _titles(self):
        return [self.desktop.xdotool("getwindowname", number) for number in self._windows()]

    def _windows(self):
        return self.desktop.xdotool("search", "--onlyvisible", "--pid", self.process.pid).split()

    # Where things are

    def window_of(self, node):
        while node.get_parent() is not None and node.get_parent().get_role_name() != "application":
            node = node.get_parent()
        return node

    def rectangle(self, node):
        """x, y, width, height on the screen."""
        scale = self.desktop.scale
        inner = self._extents(self.window_of(node))
        outer = self._x_window(inner)[1]
        # GTK draws a border or shadow around its window that the accessible extents leave out.
        left = (outer[2] - inner.width * scale) / 2
        top = (outer[3] - inner.height * scale) / 2
        box = self._extents(node)
        return outer[0] + left + box.x * scale, outer[1] + top + box.y * scale, box.width * scale, box.height * scale

    @staticmethod
    def _extents(node):
        return node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)

    def has_keys(self, node):
        """The number of its X window where the keys go there; else None."""
        try:
            number = self._x_window(self._extents(self.window_of(node)))[0]
        except (GLib.Error, AttributeError, NotFound):      # it is on its way
            return None
        return number if self.desktop.xdotool("getactivewindow") == number else None

    def wait_window_gone(self, number, timeout=20):
        wait_for(lambda: number not in self._windows(), f"window {number} to be closed", timeout)
        rest(1)

    def _x_window(self, inner):
        """Number and geometry of this program's X window that fits an accessible window of that size best."""
        best = None
        for number in self._windows():
            geometry = self.desktop.geometry(number)
            if geometry is None:
                continue
            excess = abs(geometry[2] - inner.width * self.desktop.scale) + abs(geometry[3] - inner.height * self.desktop.scale)
            if best is None or excess < best[0]:
                best = (excess, number, geometry)
        if best is None:
            raise NotFound("the program has no window")
        return best[1:]

    def center(self, node):
        x, y, width, height = self.rectangle(node)
        return x + width / 2, y + height / 2

    def click(self, name=None, role=None, times=1, **how):
        """Where it stands still: what has just appeared may be on its way, or be made anew."""
        while True:
            node = self.find(name, role, **how)
            try:
                self.settle()
                at = self.center(node)
                time.sleep(0.05)
                if self.center(node) == at:
                    break
            except (GLib.Error, AttributeError):
                continue
        self.desktop.click(*at, times=times)
        return node
