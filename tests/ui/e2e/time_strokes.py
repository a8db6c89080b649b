"""How long after pen-up a stroke is on the disk, in the installed program, from the X event to its transaction's acknowledgement; no test.

    time_strokes.py PROGRAM [STROKES [WIDTHxHEIGHT]]

The time begins before xdotool is started to let the button go, so it is a little too long rather than too short.
"""

import os
import re
import subprocess
import sys
import threading
import time

from PIL import Image

from desktop import Desktop, wait_for


class Clock:
    """When each line about a stroke came."""

    def __init__(self, desktop, program, project):
        self.times = []
        self.process = subprocess.Popen([program, project], env=dict(desktop.environment, G_MESSAGES_DEBUG="labelwright-store"), stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, cwd=desktop.home, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            if re.search(r"stroke [0-9a-f-]{36} of frame \d+ is on the disk", line):
                self.times.append(time.monotonic())


def time_stroke(desktop, clock, area, i):
    """Milliseconds from pen-up to the disk of a stroke as broad as the picture's middle."""
    x, y, width, height = area
    top = y + height * (0.3 + 0.3 * (i % 40) / 40)
    desktop.key(str(1 + i % 9))
    desktop.move(x + width * 0.3, top)
    desktop.xdotool("mousedown", 1)
    for step in range(1, 9):
        desktop.move(x + width * (0.3 + 0.03 * step), top + 3 * step)
    before = len(clock.times)
    begun = time.monotonic()
    desktop.xdotool("mouseup", 1)
    wait_for(lambda: len(clock.times) > before, "the stroke to be on the disk", pause=0.002)
    return (clock.times[before] - begun) * 1000


def main(program, n="200", size="1280x720"):
    desktop = Desktop(1600, 900)
    try:
        folder, picture = os.path.join(desktop.home, "drive"), os.path.join(desktop.home, "picture.png")
        Image.effect_noise(tuple(map(int, size.split("x"))), 60).convert("RGB").save(picture)
        for words in (["create", folder, "--classes", "camvid11"], ["add", folder, picture]):
            subprocess.run([program + "-cli", *words], env=desktop.environment, check=True, stdout=subprocess.DEVNULL)
        clock = Clock(desktop, program, folder)
        wait_for(lambda: "drive" in desktop.xdotool("search", "--onlyvisible", "--name", "drive", "getwindowname"), "the window")
        time.sleep(5)
        area = desktop.active_geometry()
        times = sorted(time_stroke(desktop, clock, area, i) for i in range(int(n)))
        print(f"{len(times)} strokes on {size}, from pen-up to the disk: median {times[len(times) // 2]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms, most {times[-1]:.1f} ms")
        clock.process.kill()
    finally:
        desktop.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
