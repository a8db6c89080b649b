"""Every row of the preferences is changed by pointer and keys, shows in the window at once or when a project is opened next, and is as it was left after the program was
closed.

    test_preferences.py PROGRAM FRAMES [SCREENSHOTS]

FRAMES are not used.
"""

import sys

from gi.repository import Atspi
from PIL import ImageStat

from annotator import Canvas, fine, run
from desktop import Program, rest, wait_for
from test_sample import N, open_sample

NAME = "Ann O'Neill"
PAINTED = 100, 310


def open_preferences(person):
    person.desktop.key("ctrl+comma")
    person.program.wait_title("Preferences")
    wait_for(lambda: person.program.has_keys(row(person, "Style")), "the preferences to have the keys")


def close_preferences(person):
    person.desktop.key("Escape")
    person.program.wait_closed("Preferences")


def row(person, title):
    return person.program.find(title, test=lambda node: node.get_role_name() in ("list item", "combo box", "text"))


def in_row(person, title, test):
    return person.program.find_now(test=test, root=row(person, title))


def reach(person, title):
    """Scrolls until the whole row is in the window."""
    def is_in(node):
        window, inner = (person.program.rectangle(found) for found in (person.program.window_of(node), node))
        return inner[1] + inner[3] <= window[1] + window[3] - 6

    while not is_in(row(person, title)):
        x, y, width, _ = person.program.rectangle(person.program.window_of(row(person, title)))
        person.desktop.click(x + width / 2, y + 60, button=5)
        person.program.settle()
        rest(0.3)


def says(person, title, text):
    """Until that row shows the text."""
    wait_for(lambda: in_row(person, title, lambda node: node.get_name() == text), f"“{text}” in the row “{title}”")


def choose(person, title, downs, text):
    """From the list of a row, that many places below its first."""
    reach(person, title)
    x, y, width, height = person.program.rectangle(row(person, title))
    person.desktop.click(x + width / 2, y + height / 2)
    person.program.settle()
    rest(0.5)
    person.desktop.key("Home", *["Down"] * downs, "Return")
    says(person, title, text)


def value(person, title):
    """Of the slider or spin button in that row."""
    node = in_row(person, title, lambda node: node.get_role_name() in ("slider", "spin button"))
    return node and round(Atspi.Value.get_current_value(node))


def background(person):
    """How bright the window is, at its header."""
    x, y, _, _ = person.program.rectangle(person.program.find("Main Menu"))
    return sum(ImageStat.Stat(person.desktop.picture(round(x) - 6, round(y) + 2, 4, 4)).mean) / 3


def change_style(person):
    light = background(person)
    open_preferences(person)
    person.shot("preferences")
    choose(person, "Style", 2, "Dark")
    person.shot("preferences-dark")
    close_preferences(person)
    wait_for(lambda: background(person) < light - 100, "a dark window")


def change_name(person):
    open_preferences(person)
    x, y, width, height = person.program.rectangle(row(person, "Your Name"))
    person.desktop.click(x + width / 3, y + height / 2)
    person.desktop.key("ctrl+a")
    person.desktop.type(NAME)
    person.desktop.key("Return")
    close_preferences(person)


def change_pen(person):
    open_preferences(person)
    for title, keys, wanted in ("Smallest Size", ["Up"] * 3, 3), ("Softness", ["Right"] * 2, 10):
        reach(person, title)
        before = value(person, title)
        x, y, width, height = person.program.rectangle(row(person, title))
        person.desktop.click(x + 60, y + height / 2)       # the row gives the keys to what is in it
        person.desktop.key(*keys)
        wait_for(lambda: value(person, title) == before + wanted, f"“{title}” at {before} and {wanted} more")
    x, y, width, height = person.program.rectangle(row(person, "Pressure Sets the Size"))
    person.desktop.click(x + 60, y + height / 2)
    wait_for(lambda: not Program.is_sensitive(row(person, "Softness")), "what needs pressure to be out of use")
    person.left = value(person, "Smallest Size"), value(person, "Softness")
    close_preferences(person)


def change_device(person):
    open_preferences(person)
    choose(person, "Device", 1, "Processor (CPU)")
    close_preferences(person)


def close(person):
    person.desktop.key("ctrl+q")
    assert person.program.wait_end() == 0, person.program.output()


def all_is_kept(person):
    person.start()
    person.program.wait_title("Labelwright")
    assert background(person) < 100, "the window is not dark any more"
    open_preferences(person)
    says(person, "Style", "Dark")
    says(person, "Device", "Processor (CPU)")
    wait_for(lambda: (value(person, "Smallest Size"), value(person, "Softness")) == person.left, f"{person.left} in the rows of the pen")
    assert not Program.is_sensitive(row(person, "Softness"))
    close_preferences(person)


def the_new_name_stands_beside_strokes(person):
    person.program.click("Open the Sample")
    person.program.wait_title("Labelwright Sample")
    person.opened(1, N)
    person.desktop.key("ctrl+1")
    person.text("100 %")
    canvas = Canvas(person.program)
    person.desktop.key("b", "4")
    person.desktop.drag(canvas.at(*fine([PAINTED, (PAINTED[0] + 40, PAINTED[1])])))
    canvas.point(*PAINTED, "Road", f"by {NAME}")


def steps(person):
    open_sample(person)
    for step in change_style, change_name, change_pen, change_device, close, all_is_kept, the_new_name_stands_beside_strokes:
        person.do(step)


if __name__ == "__main__":
    run(steps, sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None)
