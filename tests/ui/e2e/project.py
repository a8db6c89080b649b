"""A project beside the window that has it open: the command line on it, and its file as an SQLite that is not ours reads it.

What the file has is not yet what the window knows: a stroke can be read there a moment before the writer that committed it goes on. Whoever does something to the
project or to its disk when it is quiet waits with wait_saved().
"""

import json
import os
import sqlite3
import subprocess

from annotator import canvas_rectangle, fine
from desktop import wait_for

SLOW = 60       # seconds that another program may keep the file locked
LINES = 40      # places of strokes


# ---- the command line ----

def _call(person, name, arguments, folder, status=0, **environment):
    command = os.path.join(os.path.dirname(person.path), "labelwright-cli")
    done = subprocess.run([command, name, folder or person.folder, *arguments], env={**person.desktop.environment, **environment}, capture_output=True, text=True)
    assert done.returncode == status, f"labelwright-cli {name}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def cli(person, name, *arguments, folder=None, **environment):
    """All that it prints."""
    done = _call(person, name, arguments, folder, **environment)
    return done.stdout + done.stderr


def cli_refuses(person, name, *arguments):
    """It must fail; returns all that it prints."""
    done = _call(person, name, arguments, None, status=1)
    return done.stdout + done.stderr


def cli_json(person, name, *arguments):
    """What it prints for programs, an object a line."""
    return [json.loads(line) for line in _call(person, name, ["--json", *arguments], None).stdout.splitlines()]


def verify(person, folder=None):
    print(cli(person, "verify", folder=folder).strip().splitlines()[-1])


# ---- the file ----

def query(folder, sql):
    database = sqlite3.connect(f"file:{folder}/project.sqlite?mode=ro", timeout=SLOW, uri=True)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def strokes(folder):
    """How many there are; those that take back others, too."""
    return query(folder, "SELECT count (*) FROM stroke")[0][0]


def wait_saved(person, n=None, folder=None, program=None):
    """Until so many strokes (of nobody else: all that were painted) are in the file, and the program knows it of the last one, and so of all: they are written in order."""
    folder, program = folder or person.folder, program or person.program
    n = person.painted if n is None else n
    wait_for(lambda: strokes(folder) == n, f"{n} strokes in the file", 60)
    last = query(folder, "SELECT uuid FROM stroke ORDER BY id DESC LIMIT 1")
    wait_for(lambda: not last or f"stroke {last[0][0]} of" in program.output(), "the program to know that its strokes are written", 60)


# ---- painting ----

def paint(person, n):
    """So many strokes, each another line of another class, so that none changes nothing; person.painted counts them."""
    x, y, width, height = canvas_rectangle(person.program)
    for _ in range(n):
        top = round(y + height * (0.3 + 0.4 * ((person.painted * 7) % LINES) / LINES))
        person.desktop.key(str(1 + person.painted % 9))
        person.desktop.drag(fine([(round(x + width * 0.3), top), (round(x + width * 0.6), top + 20)], step=25), pause=0.005)
        person.painted += 1
