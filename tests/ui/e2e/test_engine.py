"""The engine is killed while it predicts and while it trains; the window stays usable, says so, and goes on.

    test_engine.py PROGRAM FRAMES [SCREENSHOTS]

On the sample, with the truth of its first frames. Then a training is left to itself by closing the window, found again, and cancelled. FRAMES are not used.
"""

import os
import re
import signal
import sys

from annotator import Canvas, run
from desktop import NotFound, Program, rest, wait_for

N = 96                          # frames of the clip
LABELLED = 24


def open_sample(person):
    person.start()
    person.program.click("Open the Sample")
    person.program.wait_title("Labelwright Sample")
    person.opened(1, N)
    person.import_truth(LABELLED)


def choose_in_menu(person, letter, question):
    """By its mnemonic, and says yes to the question that follows; again where the menu was not yet open for the letter, or what was begun before still goes on."""
    for again in range(4):
        person.desktop.key("F10")
        rest(1)
        person.shot("menu")
        person.desktop.key(letter)
        try:
            person.text(question, 5)
            break
        except NotFound:
            print(f"{question}: not asked", flush=True)
            person.desktop.key("Escape")
            rest(1)
    person.answer(question, "Return")


def accept_all(person):
    choose_in_menu(person, "s", f"{LABELLED} frames are in progress")
    person.program.find("Submitted · 0:00.000", "label")
    choose_in_menu(person, "b", f"{LABELLED} frames are submitted")
    person.text(f"· {LABELLED} accepted")


def engine_of(program):
    """The process of the engine that this program started."""
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as stat:
                name, fields = re.match(r"\d+ \((.*)\) (.*)", stat.read()).groups()
        except (OSError, AttributeError):
            continue
        if name.startswith("labelwright-eng") and int(fields.split()[1]) == program.process.pid:
            return int(entry)
    return None


def wait_engine(program):
    return wait_for(lambda: engine_of(program), "the engine's process")


def wait_proposal(person):
    person.program.find("Apply All", "push button", test=Program.is_sensitive, timeout=90)


def kill_while_predicting(person):
    """It is held, asked, and killed with the question unanswered."""
    desktop = person.desktop
    desktop.key("n")
    person.frame(LABELLED + 1, N)
    desktop.key("q")
    wait_proposal(person)
    desktop.key("period")
    person.frame(LABELLED + 2, N)
    engine = wait_engine(person.program)
    os.kill(engine, signal.SIGSTOP)
    desktop.key("q")
    person.text("Working…")
    os.kill(engine, signal.SIGKILL)
    person.text("The engine stopped and is started again")
    person.shot("killed-predicting")
    desktop.key("q")
    wait_proposal(person)
    assert wait_engine(person.program) != engine
    desktop.key("a")
    person.text("Every pixel is labelled")


def start_training(person, epochs):
    desktop, program = person.desktop, person.program
    desktop.key("alt+2")
    program.find("Start Training")
    for attempt in range(3):  # what was trained before comes to stand above, and moves the button away under a click
        desktop.click(640, 400, button=5, times=15)
        program.settle()
        rest(1)
        person.set_epochs(epochs)
        program.click("Start Training")
        rest(3)  # pages are exchanged: see Program.wait_title
        if not program.find_now("Start Training", test=Program.is_sensitive):
            break
    person.text(f" of {epochs} · loss", 300)


def kill_while_training(person):
    """Painting goes on meanwhile; the training is resumed from its checkpoint. Twelve epochs, so that it still goes on when the engine is killed."""
    desktop, program = person.desktop, person.program
    start_training(person, 12)
    program.find(test=lambda n: re.match(r"Epoch ([2-9]|1\d) of", n.get_name() or ""), timeout=300)
    os.kill(wait_engine(program), signal.SIGKILL)
    person.text("A training was interrupted")
    person.shot("killed-training")
    desktop.key("alt+1", "ctrl+1", "b", "9")
    person.text("100 %")
    canvas = Canvas(program)
    desktop.drag(canvas.at((100, 300), (150, 305), (220, 310)))
    canvas.point(150, 305, "Car")
    desktop.key("alt+2")
    program.click("Resume")
    person.text("stands beside the old one", 800)
    person.shot("resumed")


def close_while_training(person):
    """The engine goes on without a window; the next one shows it, and can cancel it."""
    program = person.program
    start_training(person, 60)
    engine = wait_engine(program)
    program.click("Close", "push button")
    person.text("It can go on in the background")
    person.shot("closing")
    program.click(role="push button", test=lambda n: "Let It Go On" in (n.get_name() or ""))
    assert program.wait_end() == 0
    assert os.path.exists(f"/proc/{engine}"), "the engine went with the window"
    person.start()
    person.program.click("Labelwright Sample", "label")
    person.program.wait_title("Labelwright Sample")
    person.desktop.key("alt+2")
    person.text("Training in the background")
    person.shot("in-the-background")
    person.program.click("Cancel", "push button")
    person.program.find("Start Training", test=Program.is_sensitive, timeout=60)
    wait_for(lambda: not os.path.exists(f"/proc/{engine}"), "the end of the engine")


def engine(person):
    for step in open_sample, accept_all, kill_while_predicting, kill_while_training, close_while_training:
        person.do(step)


if __name__ == "__main__":
    run(engine, sys.argv[1], *sys.argv[3:])
