"""The program is killed at random moments while it paints; every stroke that it has acknowledged is there, with undo.

    test_kill.py PROGRAM FRAMES [ROUNDS [SEED]]

Paints in the installed PROGRAM on FRAMES (a folder of pictures) by pointer and keys, without a pause: strokes, undo, redo, from frame to frame.
The program says for itself which strokes are on the disk: its log, a pipe to us, has a line for each committed one. After each kill the
journal is read by an SQLite that is not ours, and `labelwright-cli verify` replays it and compares it with the stored labels.
"""

import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from PIL import Image, ImageChops

from desktop import Desktop, wait_for

N_FRAMES = 3
ROUNDS_OF_A_PROJECT = 10
UNDO_EVERY = 5
UNLABELLED = 255
PATIENCE = 2.0          # seconds without an answer before a key is pressed again


# ---- the program and its acknowledgements ----

class Painted:
    """One run of the program; `acknowledged` grows as its strokes reach the disk."""

    ON_DISK = re.compile(r"stroke ([0-9a-f-]{36}) of frame \d+ is on the disk")

    def __init__(self, desktop, program, project):
        self.acknowledged = []
        self.other_lines = []
        environment = dict(desktop.environment, G_MESSAGES_DEBUG="labelwright-store")
        self.process = subprocess.Popen([program, project], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        cwd=desktop.home, text=True)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            stroke = self.ON_DISK.search(line)
            if stroke:
                self.acknowledged.append(stroke.group(1))
            else:
                self.other_lines.append(line)

    def check_running(self):
        assert self.process.poll() is None, f"the program ended by itself: {self.process.returncode}\n" + "".join(self.other_lines)

    def kill(self):
        """Returns what it had acknowledged, all that it had written to the pipe included."""
        self.check_running()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        return self.acknowledged


# ---- painting ----

class Hand:
    """Pointer and keys without a pause: chains of random actions, each chain one xdotool."""

    def __init__(self, desktop, rng):
        self.desktop = desktop
        self.rng = rng
        self.xdotool = None
        x, y, width, height = desktop.active_geometry()
        self.area = (x + width * 0.15, y + height * 0.2, width * 0.45, height * 0.4)

    def _point(self):
        x, y, width, height = self.area
        return round(x + self.rng.random() * width), round(y + self.rng.random() * height)

    def _stroke(self):
        points = [self._point() for _ in range(self.rng.randint(2, 6))]
        words = ["key", str(self.rng.randint(1, 9)), "mousemove", *points[0], "mousedown", 1]
        for point in points[1:]:
            words += ["mousemove", *point, "sleep", "0.008"]
        return [*words, "mouseup", 1]

    def _action(self):
        kind = self.rng.random()
        if kind < 0.7:
            return self._stroke()
        if kind < 0.85:
            return ["key", "ctrl+z"]
        if kind < 0.93:
            return ["key", "ctrl+shift+z"]
        return ["key", self.rng.choice(["period", "comma"])]

    def start(self, actions=60):
        words = [word for _ in range(actions) for word in (*self._action(), "sleep", "0.005")]
        self.xdotool = subprocess.Popen(["xdotool", *map(str, words)], env=self.desktop.environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def keep_on(self):
        if self.xdotool is None or self.xdotool.poll() is not None:
            self.start()

    def stop(self):
        """Whatever was pressed when the chain was cut is let go."""
        if self.xdotool is not None:
            self.xdotool.terminate()
            self.xdotool.wait()
            self.xdotool = None
        self.desktop.xdotool("keyup", "ctrl", "keyup", "shift", "mouseup", "1")


# ---- the project as it lies on the disk ----

class OnDisk:
    """What a killed program left behind."""

    def __init__(self, cli, project, scratch):
        self.cli = cli
        self.folder = project
        self.scratch = scratch

    def command(self, name, *words):
        done = subprocess.run([self.cli, name, self.folder, *words], capture_output=True, text=True)
        assert done.returncode == 0, f"labelwright-cli {name}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def journal(self):
        """(frame, uuid, uuid of the stroke that it takes back or None, box) of every stroke, in order."""
        # Read-only: the last one to close would else write the log into the file, without the sums of its pages.
        connection = sqlite3.connect(pathlib.Path(self.folder, "project.sqlite").as_uri() + "?mode=ro", uri=True)
        try:
            return connection.execute(
                "SELECT stroke.frame, stroke.uuid, undone.uuid, stroke.x, stroke.y, stroke.width, stroke.height FROM stroke"
                " LEFT JOIN stroke AS undone ON undone.id = stroke.undoes ORDER BY stroke.frame, stroke.seq").fetchall()
        finally:
            connection.close()

    def undo_stacks(self):
        """frame → what undo would take back there, the next one last: (uuid, box)."""
        stacks = {}
        for frame, uuid, undoes, *box in self.journal():
            undo, redo = stacks.setdefault(frame, ([], []))
            if undoes is None:
                undo.append((uuid, box))
                redo.clear()
            elif undo and undo[-1][0] == undoes:
                undo.pop()
                redo.append((uuid, box))
            else:
                assert redo and redo[-1][0] == undoes, f"{uuid} takes back {undoes}, which is not what comes next"
                redo.pop()
                undo.append((uuid, box))
        return {frame: undo for frame, (undo, redo) in stacks.items()}

    def maps(self):
        """The label map of each frame, in order, as Pillow reads it."""
        out = os.path.join(self.scratch, "maps")
        shutil.rmtree(out, ignore_errors=True)
        self.command("export", "--format", "camvid", "--layout", "segnet", "--status", "all", "--unlabelled", str(UNLABELLED), "--no-images", out)
        paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(out) for name in names if name.endswith(".png"))
        assert len(paths) == N_FRAMES, paths
        pictures = []
        for path in paths:
            with Image.open(path) as picture:
                picture.load()
                pictures.append(picture.convert("L"))
        return pictures

    def check(self, acknowledged):
        self.command("verify")
        there = {uuid for _, uuid, *_ in self.journal()}
        lost = [uuid for uuid in acknowledged if uuid not in there]
        assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged strokes are not in the journal: {lost}"


# ---- rounds ----

class Test:
    def __init__(self, program, frames, rounds, seed):
        self.program = os.path.abspath(program)
        self.cli = os.path.join(os.path.dirname(self.program), "labelwright-cli")
        self.frames = frames
        self.rounds = rounds
        self.rng = random.Random(seed)
        self.desktop = Desktop(1280, 800)
        self.disk = None
        self.all_acknowledged = []      # in this project
        self.n_acknowledged = self.n_undos = 0

    def make_project(self, number):
        project = os.path.join(self.desktop.home, f"Killed {number}")
        self.disk = OnDisk(self.cli, project, self.desktop.home)
        self.disk.command("create")
        self.disk.command("add", *self.frames)
        self.all_acknowledged = []

    def open(self):
        """The program with its window on the screen and the keys going there."""
        run = Painted(self.desktop, self.program, self.disk.folder)
        title = os.path.basename(self.disk.folder)
        wait_for(lambda: self.desktop.xdotool("getactivewindow", "getwindowname") == title or run.process.poll() is not None, f"the window of {title}", pause=0.01)
        run.check_running()
        return run

    def paint_until_killed(self):
        """Returns what was acknowledged."""
        run = self.open()
        hand = Hand(self.desktop, self.rng)
        kind = self.rng.random()
        deadline = time.monotonic() + 20
        wanted = self.rng.randint(1, 15) if kind < 0.5 else 1
        try:
            while len(run.acknowledged) < wanted:      # it needs a moment to read the frame: what is painted before that is nothing
                hand.keep_on()
                time.sleep(0.001)
                run.check_running()
                assert time.monotonic() < deadline, "it does not paint:\n" + "".join(run.other_lines)
            time.sleep(self.rng.random() * (0.005 if kind < 0.5 else 0.8))
            return run.kill()
        finally:
            hand.stop()
            if run.process.poll() is None:
                run.kill()

    def open_and_wait(self):
        """As open(), until the frame is on the screen: keys before that find nothing to take back."""
        run = self.open()
        x, y, width, height = map(round, Hand(self.desktop, self.rng).area)
        wait_for(lambda: any(low < high for low, high in self.desktop.picture(x, y, width, height).getextrema()), "the frame on the screen")
        time.sleep(0.1)
        return run

    def press_until(self, run, key, count):
        """Presses `key` until `count` strokes of this run are on the disk; again where nothing comes of it, which takes back too much at worst."""
        deadline = time.monotonic() + 60
        while len(run.acknowledged) < count:
            self.desktop.xdotool("key", "--delay", 3, *[key] * min(count - len(run.acknowledged), 100))
            seen, end = len(run.acknowledged), time.monotonic() + PATIENCE
            while len(run.acknowledged) < count and time.monotonic() < end:
                if len(run.acknowledged) > seen:
                    seen, end = len(run.acknowledged), time.monotonic() + PATIENCE
                time.sleep(0.002)
            run.check_running()
            assert time.monotonic() < deadline, f"{key}: {len(run.acknowledged)} of {count} strokes on the disk"

    def check_undo(self):
        """A step back and forth again on the frame that is shown first, the program being killed after each."""
        stacks = self.disk.undo_stacks()
        frame = min(stacks)
        if not stacks[frame]:
            return
        before = self.disk.maps()
        run = self.open_and_wait()
        self.press_until(run, "ctrl+z", 1)
        acknowledged = len(self.finish(run))
        left = self.disk.undo_stacks()
        taken = len(stacks[frame]) - len(left[frame])
        assert taken >= acknowledged and left == {**stacks, frame: stacks[frame][:-taken]}, \
            f"undo took back something else than the last stroke: {acknowledged} strokes acknowledged, {taken} taken back on frame {frame}\n{stacks}\n{left}"
        self.check_difference(before, self.disk.maps(), [box for _, box in stacks[frame][-taken:]])
        run = self.open_and_wait()
        self.press_until(run, "ctrl+shift+z", taken)
        self.finish(run)
        assert len(self.disk.undo_stacks()[frame]) == len(stacks[frame]), "redo did something else than undo took"
        assert all(a.tobytes() == b.tobytes() for a, b in zip(self.disk.maps(), before)), "redo did not bring back what undo took"
        self.n_undos += taken

    @staticmethod
    def check_difference(before, after, boxes):
        changed = [ImageChops.difference(a, b).getbbox() for a, b in zip(before, after)]
        assert changed[0] is not None, "undo changed no pixel"
        assert not any(changed[1:]), "undo changed another frame"
        left, top = min(x for x, *_ in boxes), min(y for _, y, *_ in boxes)
        right, bottom = max(x + w for x, _, w, _ in boxes), max(y + h for _, y, _, h in boxes)
        assert left <= changed[0][0] and top <= changed[0][1] and changed[0][2] <= right and changed[0][3] <= bottom, (changed[0], boxes)

    def check_undo_of_all(self):
        """Every stroke of every frame back to nothing, and forth again."""
        stacks = self.disk.undo_stacks()
        counts = [len(stacks.get(frame, [])) for frame in range(1, N_FRAMES + 1)]      # nobody may have painted on one of them
        before = self.disk.maps()
        run = self.open_and_wait()
        for key in "ctrl+z", "ctrl+shift+z":
            target = len(run.acknowledged)
            self.desktop.key("Home")
            for count in counts:
                target += count
                self.press_until(run, key, target)
                self.desktop.key("period")
            if key == "ctrl+z":
                assert all(picture.getextrema() == (UNLABELLED, UNLABELLED) for picture in self.disk.maps()), "something is left after all strokes were undone"
        self.finish(run)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(self.disk.maps(), before)), "redo did not bring back everything"
        self.n_undos += sum(counts)

    def finish(self, run):
        acknowledged = run.kill()
        self.all_acknowledged += acknowledged
        self.disk.check(self.all_acknowledged)
        return acknowledged

    def run(self):
        for number in range(self.rounds):
            if number % ROUNDS_OF_A_PROJECT == 0:
                self.make_project(number // ROUNDS_OF_A_PROJECT + 1)
            acknowledged = self.paint_until_killed()
            self.n_acknowledged += len(acknowledged)
            self.all_acknowledged += acknowledged
            self.disk.check(self.all_acknowledged)
            if number % UNDO_EVERY == UNDO_EVERY - 1:
                self.check_undo()
            if number % ROUNDS_OF_A_PROJECT == ROUNDS_OF_A_PROJECT - 1 or number == self.rounds - 1:
                self.check_undo_of_all()
        print(f"{self.rounds} kills, {self.n_acknowledged} strokes acknowledged before them, none lost; {self.n_undos} undone and redone")


def main():
    program, folder = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
    frames = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".png"))[:N_FRAMES]
    print(f"seed {seed}", flush=True)
    test = Test(program, frames, rounds, seed)
    try:
        test.run()
    finally:
        test.desktop.close()


if __name__ == "__main__":
    main()
