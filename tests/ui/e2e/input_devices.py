"""A desktop with a real pen and a real touchscreen, as far as the X server and everything above it can tell.

Xvfb has no such devices. Xorg has a driver, “inputtest”, whose devices do what a program tells them over a socket (man 4 inputtestdrv): all that comes after the
hardware is what a person's own pen would go through. It draws into memory (driver “dummy”) and opens neither a console nor a device, so it needs no privileges.

X says of a tablet's tool what the driver for Wacom's tablets says: a pen and its other end are two devices, each with the properties “Wacom Tool Type” and, while it is
near, its serial number in “Wacom Serial IDs”. GTK reads these, and so they are set here. Other drivers say nothing, and tell no pressure with a button: .plain_pen.
"""

import os
import re
import socket
import struct
import subprocess

from desktop import Desktop, Skipped

XORG = "/usr/lib/xorg/Xorg"
DRIVERS = ["/usr/lib/xorg/modules/input/inputtest_drv.so", "/usr/lib/xorg/modules/drivers/dummy_drv.so"]
PACKAGES = "xserver-xorg-core, xserver-xorg-video-dummy and xinput"

AXIS = 0xFFFF             # what the driver's positions go up to
PRESSURE = 1000           # and its pressure
X, Y, PRESSURE_AXIS = 0, 1, 4
STYLUS, ERASER, PLAIN, TOUCHSCREEN = "Test pen stylus", "Test pen eraser", "Test tablet pen", "Test touchscreen"      # GTK tells a pen by its name
TABLET_SERIAL, STYLUS_SERIAL, ERASER_SERIAL = 11, 22, 33

CONFIGURATION = """
Section "ServerFlags"
  Option "AutoAddDevices" "off"
  Option "AutoAddGPU" "off"
EndSection
Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam 65536
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 1-1000
  VertRefresh 1-1000
  Modeline "{width}x{height}" {clock} {width} {w1} {w2} {w3} {height} {h1} {h2} {h3}
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Modes "{width}x{height}"
    Virtual {width} {height}
  EndSubSection
EndSection
Section "ServerLayout"
  Identifier "layout"
  Screen "screen"
  InputDevice "{stylus}"
  InputDevice "{eraser}"
  InputDevice "{plain}"
  InputDevice "{touchscreen}"
EndSection
"""

DEVICE = """
Section "InputDevice"
  Identifier "{name}"
  Driver "inputtest"
  Option "SocketPath" "{path}"
  {options}
EndSection
"""

PEN_OPTIONS = """Option "DeviceType" "PointerAbsoluteProximity"
  Option "PointerHasPressure" "on\""""
TOUCH_OPTIONS = """Option "DeviceType" "Touch"
  Option "TouchCount" "5\""""


def configuration(folder, width, height):
    text = CONFIGURATION.format(width=width, height=height, w1=width + 40, w2=width + 80, w3=width + 120, h1=height + 3, h2=height + 6, h3=height + 12,
                                clock=round((width + 120) * (height + 12) * 60 / 1e6, 2), stylus=STYLUS, eraser=ERASER, plain=PLAIN, touchscreen=TOUCHSCREEN)
    for name, options in (STYLUS, PEN_OPTIONS), (ERASER, PEN_OPTIONS), (PLAIN, PEN_OPTIONS), (TOUCHSCREEN, TOUCH_OPTIONS):
        text += DEVICE.format(name=name, path=socket_path(folder, name), options=options)
    return text


def socket_path(folder, name):
    return os.path.join(folder, name.replace(" ", "-"))


class TabletDesktop(Desktop):
    """Desktop on an X server with a pen, another one, and a touchscreen; .pen, .plain_pen and .screen are what moves on them."""

    def __init__(self, width=1280, height=800, scale=1):
        self.pen = self.plain_pen = self.screen = None
        missing = [path for path in (XORG, *DRIVERS, "/usr/bin/xinput") if not os.path.exists(path)]
        if missing:
            raise Skipped(f"{', '.join(missing)} not found: a pen and a touchscreen need the packages {PACKAGES}")
        super().__init__(width, height, scale)
        size = width, height
        self.pen = Pen(self, End(self, STYLUS, size, STYLUS_SERIAL, "STYLUS"), End(self, ERASER, size, ERASER_SERIAL, "ERASER"))
        self.plain_pen = Pen(self, PlainEnd(self, PLAIN, size), None)
        self.screen = Touchscreen(self, TOUCHSCREEN, size)

    def _start_display(self, width, height):
        path = os.path.join(self.home, "xorg.conf")
        with open(path, "w") as file:
            file.write(configuration(self.home, width, height))
        log = os.path.join(self.home, "Xorg.log")
        readable, writable = os.pipe()
        # A seat of another name than the computer's own: no console is opened, none is switched.
        self._spawn([XORG, "-displayfd", str(writable), "-seat", "labelwright-test", "-config", path, "-configdir", os.path.join(self.home, "none"), "-logfile", log,
                     "-nolisten", "tcp", "-noreset"], pass_fds=[writable])
        os.close(writable)
        with os.fdopen(readable) as number:
            display = number.readline().strip()
        if not display:
            with open(log, errors="replace") as file:
                said = re.findall(r"\(EE\) (.+)", file.read())
            self.close()
            raise Skipped(f"Xorg did not start with a pen and a touchscreen: {'; '.join(said[:3])}")
        self.environment["DISPLAY"] = ":" + display

    def close(self):
        for device in self.pen, self.plain_pen, self.screen:
            if device is not None:
                device.close()
        super().close()


class Device:
    """One device's socket. Layouts and numbers: xorg-server, xf86-input-inputtest-protocol.h."""

    VERSION, WAIT, MOTION, PROXIMITY, BUTTON, TOUCH = 0, 1, 2, 3, 4, 6

    def __init__(self, desktop, name, size):
        self.desktop, self.name, self.size = desktop, name, size
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.connect(socket_path(desktop.home, name))
        self._send(self.VERSION, struct.pack("=HH", 1, 0))
        self._receive()

    def close(self):
        self.socket.close()

    def _send(self, kind, body):
        self.socket.sendall(struct.pack("=II", 8 + len(body), kind) + body)

    def _receive(self):
        length, kind = struct.unpack("=II", self.socket.recv(8, socket.MSG_WAITALL))
        return kind, self.socket.recv(length - 8, socket.MSG_WAITALL) if length > 8 else b""

    def wait(self):
        """Until the X server has made events of all that was sent."""
        self._send(self.WAIT, b"")
        self._receive()

    def _valuators(self, values):
        """A struct of a flag, a bit for each axis, and twice 64 doubles."""
        mask = sum(1 << axis for axis in values)
        return struct.pack("=I8s4x64d512x", 0, mask.to_bytes(8, "little"), *(values.get(axis, 0.0) for axis in range(64)))

    def _place(self, x, y):
        """The middle of that pixel of the screen."""
        return {X: (x + 0.5) * AXIS / self.size[0], Y: (y + 0.5) * AXIS / self.size[1]}


class PlainEnd(Device):
    """An end of a pen whose driver says nothing but where it is and how hard it presses."""

    def tell(self, near):
        pass

    def _axes(self, x, y, pressure):
        return self._valuators({**self._place(x, y), PRESSURE_AXIS: pressure * PRESSURE})

    def proximity(self, near, x, y):
        self._send(self.PROXIMITY, struct.pack("=I4x", near) + self._axes(x, y, 0))

    def motion(self, x, y, pressure):
        self._send(self.MOTION, struct.pack("=I4x", 1) + self._axes(x, y, pressure))

    def button(self, button, down, x, y, pressure):
        self.motion(x, y, pressure)
        self._send(self.BUTTON, struct.pack("=IiI4x", 1, button, down) + self._valuators({}))


class End(PlainEnd):
    """An end of a pen as Wacom's driver has it."""

    def __init__(self, desktop, name, size, serial, tool):
        super().__init__(desktop, name, size)
        self.serial = serial
        self._set("--type=atom", "Wacom Tool Type", tool)
        self.tell(False)

    def _set(self, kind, name, *values):
        subprocess.run(["xinput", "set-prop", kind, "--format=32", f"pointer:{self.name}", name, *map(str, values)], env=self.desktop.environment, check=True)

    def tell(self, near):
        serial = self.serial if near else 0
        self._set("--type=int", "Wacom Serial IDs", TABLET_SERIAL, self.serial, 0, serial, serial)

    def button(self, button, down, x, y, pressure):
        self._send(self.BUTTON, struct.pack("=IiI4x", 1, button, down) + self._axes(x, y, pressure))


class Pen:
    """Comes near with one of its ends, touches, draws, leaves. Places are pixels of the screen, pressure is 0 to 1.

    GTK asks for the tool when it hears that one came: wait until the program shows that the pen is there before the pen leaves again."""

    def __init__(self, desktop, stylus, eraser):
        self.ends = {False: stylus, True: eraser}
        self.end = None
        self.at = None

    def close(self):
        for end in filter(None, self.ends.values()):
            end.close()

    def near(self, x, y, eraser=False):
        if self.end is self.ends[eraser]:
            return self.hover(x, y)
        self.away()
        self.end = self.ends[eraser]
        self.end.tell(True)
        self.end.proximity(True, x, y)
        self.hover(x, y)

    def hover(self, x, y):
        self.at = x, y
        self.end.motion(x, y, 0)
        self.end.wait()

    def press(self, x, y, pressure=1.0, button=1):
        self.at = x, y
        self.end.button(button, True, x, y, pressure)
        self.end.wait()

    def draw(self, points):
        """(x, y, pressure) each; far more often than the screen is drawn, as a tablet does."""
        for x, y, pressure in points:
            self.end.motion(x, y, pressure)
            self.end.wait()      # X would give all events that wait for it the last one's place
        self.at = points[-1][:2]

    def lift(self, button=1):
        self.end.button(button, False, *self.at, 0)
        self.end.wait()

    def tap(self, x, y, pressure=1.0, eraser=False):
        self.near(x, y, eraser)
        self.press(x, y, pressure)
        self.lift()

    def away(self):
        if self.end is None:
            return
        self.end.proximity(False, *self.at)
        self.end.wait()
        self.end.tell(False)
        self.end = None


class Touchscreen(Device):
    """Fingers and palms, each with a number."""

    BEGIN, UPDATE, END = 18, 19, 20      # XI_TouchBegin and so on

    def _touch(self, finger, kind, x, y):
        self._send(self.TOUCH, struct.pack("=II", finger, kind) + self._valuators(self._place(x, y)))

    def begin(self, finger, x, y):
        self._touch(finger, self.BEGIN, x, y)
        self.wait()

    def move(self, finger, x, y):
        self._touch(finger, self.UPDATE, x, y)
        self.wait()

    def end(self, finger, x, y):
        self._touch(finger, self.END, x, y)
        self.wait()
