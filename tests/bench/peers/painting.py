#!/usr/bin/env python3
"""napari and labelme beside Labelwright: what a batch of eight pointer events costs with the repaint that it causes, and what undo costs.

One table: processor time of the process in ms, median and p99, for a picture of 1920x1080 in a window of 1600x900; of napari also the main thread's alone, since under
Xvfb its OpenGL is a software renderer with threads of its own. The events are real ones of Qt, sent to the widget; Labelwright's own rows are those of bench-canvas. labelme has
no brush: it is timed with the polygon that it has in its place.

  tests/ui/run-xvfb -s 1600x900 tests/bench/peers/painting.py [napari] [labelme] [BENCH-CANVAS]

Needs napari, labelme and PyQt5 from PyPI in a virtual environment.
"""

import math
import os
import re
import statistics
import subprocess
import sys
import time

WIDTH, HEIGHT = 1920, 1080
VIEW = (1600, 900)
EVENTS, WARM_UP, FRAMES, CORNERS = 8, 20, 200, 200
RADII = (3, 20, 200)


def picture():
    import numpy
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    return numpy.stack((x * 255 // WIDTH, y * 255 // HEIGHT, (x * 7 + y * 13) & 63), axis=2).astype(numpy.uint8)


def hand(step):
    """A wandering hand, as bench-canvas has it: about eight pixels of the window an event."""
    t = step * 0.0125
    return VIEW[0] / 2 + 650 * math.sin(t), VIEW[1] / 2 + 350 * math.sin(1.37 * t + 1)


def row(who, what, times):
    times = sorted(times)
    print(f"{who:12} {what:42} median {statistics.median(times):8.2f} ms   p99 {times[len(times) * 99 // 100]:8.2f} ms", flush=True)


class Hand:
    """Sends events of Qt to a widget."""

    def __init__(self, widget):
        from PyQt5 import QtCore, QtGui, QtWidgets
        self.widget, self.core, self.gui, self.app = widget, QtCore, QtGui, QtWidgets.QApplication.instance()

    def send(self, kind, at, button, buttons):
        qt = self.core.Qt
        point = self.core.QPointF(*at)
        event = self.gui.QMouseEvent(getattr(self.core.QEvent, kind), point, self.core.QPointF(self.widget.mapToGlobal(point.toPoint())),
                                     qt.LeftButton if button else qt.NoButton, qt.LeftButton if buttons else qt.NoButton, qt.NoModifier)
        self.app.sendEvent(self.widget, event)

    def press(self, at):
        self.send("MouseButtonPress", at, True, True)

    def move(self, at, down):
        self.send("MouseMove", at, False, down)

    def release(self, at):
        self.send("MouseButtonRelease", at, True, False)


def timed(frames, work, clocks):
    """The times of each frame by each clock, the first ones left out."""
    times = [[] for _ in clocks]
    for frame in range(-WARM_UP, frames):
        start = [clock() for clock in clocks]
        work(frame + WARM_UP)
        if frame >= 0:
            for series, clock, began in zip(times, clocks, start):
                series.append((clock() - began) * 1e3)
    return times


# ---- napari ----

def bench_napari():
    import napari
    import numpy
    from PyQt5 import QtWidgets

    viewer = napari.Viewer(show=True)
    viewer.window.resize(*VIEW)
    viewer.add_image(picture(), rgb=True)
    layer = viewer.add_labels(numpy.zeros((HEIGHT, WIDTH), dtype=numpy.uint8))
    layer.mode = "paint"
    canvas = viewer.window._qt_viewer.canvas
    native, app, drawn = canvas.native, QtWidgets.QApplication.instance(), []
    canvas._scene_canvas.events.draw.connect(lambda event: drawn.append(True))
    fingers = Hand(native)

    def settle():
        for _ in range(30):
            app.processEvents()
            time.sleep(0.01)

    def show():
        drawn.clear()
        native.update()
        while not drawn:
            app.processEvents()

    settle()
    size = native.width(), native.height()

    def at(step):
        x, y = hand(step)
        return x * size[0] / VIEW[0], y * size[1] / VIEW[1]

    def paint(frame):
        for i in range(EVENTS):
            fingers.move(at(frame * EVENTS + i + 1), True)
        show()

    def stroke_and_undo(_):
        layer.undo()
        show()

    print(f"# napari {napari.__version__}, canvas {size[0]}x{size[1]}")
    for radius in RADII:
        layer.brush_size, layer.selected_label = 2 * radius, radius % 7 + 1
        fingers.press(at(0))
        cpu, main = timed(FRAMES, paint, (time.process_time, time.thread_time))
        fingers.release(at(0))
        assert (layer.data == layer.selected_label).any(), "napari painted nothing"
        row("napari", f"brush, radius {radius}", cpu)
        row("napari", f"brush, radius {radius}, main thread", main)
    for _ in range(60):      # short strokes, to be taken back one by one
        fingers.press(at(0))
        for i in range(4 * EVENTS):
            fingers.move(at(i), True)
        fingers.release(at(0))
        layer.selected_label = layer.selected_label % 7 + 1
    settle()
    cpu, = timed(30, stroke_and_undo, (time.process_time,))
    row("napari", "undo of a short stroke", cpu)
    viewer.close()


# ---- labelme ----

def bench_labelme():
    import labelme
    from labelme.widgets.canvas import Canvas
    from PyQt5 import QtGui, QtWidgets

    app = QtWidgets.QApplication.instance() or QtWidgets.QApplication(sys.argv[:1])
    data = picture().tobytes()
    canvas = Canvas(epsilon=10.0, double_click="close", num_backups=10)
    area = QtWidgets.QScrollArea()
    area.setWidget(canvas)
    area.setWidgetResizable(True)
    area.resize(*VIEW)
    canvas.load_pixmap(QtGui.QPixmap.fromImage(QtGui.QImage(data, WIDTH, HEIGHT, 3 * WIDTH, QtGui.QImage.Format_RGB888)))
    canvas.scale = min(VIEW[0] / WIDTH, VIEW[1] / HEIGHT)
    canvas.adjustSize()
    canvas.set_editing(False)
    canvas.create_mode = "polygon"
    area.show()
    fingers = Hand(canvas)

    def show():
        canvas.update()
        app.processEvents()

    for _ in range(20):
        show()
        time.sleep(0.01)
    for corner in range(CORNERS):
        at = VIEW[0] / 2 + 600 * math.cos(corner * math.pi / 110), VIEW[1] / 2 + 340 * math.sin(corner * math.pi / 110)
        fingers.move(at, False)
        fingers.press(at)
        fingers.release(at)
    assert canvas._current is not None and len(canvas._current.points) >= CORNERS - 2, "labelme set no corners"

    def move(frame):
        for i in range(EVENTS):
            fingers.move(hand(frame * EVENTS + i), False)
        show()

    def undo(_):
        canvas.undo_last_point()
        show()

    print(f"# labelme {labelme.__version__}, canvas {canvas.width()}x{canvas.height()}")
    cpu, = timed(FRAMES, move, (time.process_time,))
    row("labelme", f"polygon of {CORNERS} corners", cpu)
    cpu, = timed(100, undo, (time.process_time,))
    row("labelme", "undo of a corner", cpu)
    area.close()


# ---- Labelwright ----

def bench_ours(program):
    """The rows of bench-canvas that have a peer."""
    out = subprocess.run([program, f"{WIDTH}x{HEIGHT}"], check=True, stdout=subprocess.PIPE, text=True).stdout
    names = {f"radius {radius}": f"brush, radius {radius}" for radius in RADII}
    names.update({f"polygon of {CORNERS} corners": f"polygon of {CORNERS} corners", "undo of a corner": "undo of a corner", "undo, redo of a short one": "undo of a short stroke"})
    seen = set()
    for line in out.splitlines():
        match = re.match(r"\S+ x \S+ at [\d.]+x:? (.*?)\s+median\s+([\d.]+) ms\s+p99\s+([\d.]+)", line)
        name = names.get(re.sub(r" \(.*\)$", "", match[1])) if match else None
        if name and name not in seen:      # the first is the whole picture in view
            seen.add(name)
            print(f"{'Labelwright':12} {name:42} median {float(match[2]):8.2f} ms   p99 {float(match[3]):8.2f} ms", flush=True)


def main():
    wanted = sys.argv[1:] or ["napari", "labelme"]
    for name in wanted:
        if name == "napari":
            bench_napari()
        elif name == "labelme":
            bench_labelme()
        elif os.path.exists(name):
            bench_ours(name)
        else:
            sys.exit(f"painting.py: “{name}” is neither napari nor labelme nor a program")


if __name__ == "__main__":
    main()
