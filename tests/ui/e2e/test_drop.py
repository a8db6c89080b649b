"""Files dragged from another program: onto the start page, onto the new-project dialog, onto the canvas. In the dialog a class gets
another name, and the clip gives every eighth frame.

    test_drop.py PROGRAM FRAMES [SCREENSHOTS]

The drag is one of the pointer's, from the window of drag_source.py; X11 and GTK carry it as they do for a file manager.
"""

import glob
import os
import shutil
import sys

from annotator import canvas_rectangle, run
from desktop import NotFound, rest, wait_for

CORNER = (20, 20)               # of the window to drag from
EVERY = 8                       # of the clip's 96 frames
N_IMAGES, N_CLIP = 4, 96 // EVERY


def drop(person, x, y, path, done, what):
    """Drags a file or folder to that place on the screen, until something comes of it: what is let go before the program has said that it takes it is dropped nowhere."""
    for _ in range(3):
        drag_from_window(person, x, y, path)
        try:
            return wait_for(done, what, 10)
        except NotFound:
            print(f"{path}: not taken", flush=True)
    raise NotFound(f"{path} is not taken: {what}")


def drag_from_window(person, x, y, path):
    desktop = person.desktop
    source = desktop.helper("drag_source.py", path)
    window = wait_for(lambda: desktop.xdotool("search", "--onlyvisible", "--pid", source.pid).split(), "the window to drag from")[-1]
    desktop.xdotool("windowmove", "--sync", window, *CORNER)
    rest(0.5)
    left, top, width, height = desktop.geometry(window)
    begin_x, begin_y = left + width // 2, top + height - 30
    way = [(begin_x + (x - begin_x) * i / 12, begin_y + (y - begin_y) * i / 12) for i in range(13)]

    def hold():
        person.program.settle()
        rest(0.5)

    desktop.drag([*way, (x + 2, y), (x, y)], pause=0.06, hold=hold)
    rest(0.5)
    source.terminate()
    source.wait()


def folder_of_images(person, name, frames):
    """They are called as the clip's frames are."""
    folder = os.path.join(person.desktop.home, name)
    os.mkdir(folder)
    for i, frame in enumerate(frames):
        shutil.copy(frame, os.path.join(folder, f"street_{i:06d}.png"))
    return folder


def use_prefix(person, name):
    """Names are taken: the program says which, and offers a way out. Before and after it a window is torn down: see Program.wait_title."""
    rest(2)
    person.text("has a frame named “street_000000” already")
    person.text(f"begin with “{name}_”")
    person.shot(f"prefix-{name}")
    person.program.click(role="push button", test=lambda n: "Use a Prefix" in (n.get_name() or ""))
    rest(2)


def edit_classes(person):
    """Pole becomes Post."""
    person.program.click(role="push button", test=lambda n: "Edit" in (n.get_name() or ""))
    person.program.find("Colour of Pole", "push button")
    person.program.click("Name of Pole", "text")
    person.desktop.key("ctrl+a")
    person.desktop.type("Post")
    person.program.find("Colour of Post", "push button")
    person.shot("classes")
    person.program.click("Apply", "push button")
    rest(1)
    person.program.wait_gone("Colour of Post", "push button")


def take_every(person, name, n):
    """GTK 4.8 gives a spin button's entry no name: it is the field before its two buttons and the one that removes the row."""
    row = person.program.find(name, "list item")
    person.program.settle()
    x, y, width, height = person.program.rectangle(row)
    person.desktop.click(x + width - 140, y + height / 2, times=2)
    person.desktop.key("ctrl+a")
    person.desktop.type(str(n))


def drop_on_start_page(person, clip):
    """A new project is offered, with the clip and its name."""
    person.start()
    drop(person, 800, 650, clip, lambda: person.program.find_now("Made In"), "a new project to be offered")
    person.program.find("street.mp4", "label")
    person.shot("dropped-on-start")


def drop_on_dialog(person, images):
    x, y = person.program.center(person.program.find("Classes", "label"))
    drop(person, round(x), round(y), images, lambda: person.program.find_now("morning", "label"), "the folder to be listed")
    edit_classes(person)
    take_every(person, "street.mp4", EVERY)
    person.shot("dropped-on-dialog")
    person.program.click("Create")
    use_prefix(person, "morning")
    person.program.wait_title("street")
    person.opened(1, N_IMAGES + N_CLIP)
    person.program.find("Post", "label")


def drop_on_canvas(person, images):
    left, top, width, height = canvas_rectangle(person.program)
    x, y = round(left + width / 2), round(top + height / 2)
    drop(person, x, y, images, lambda: person.program.find_now("evening", "label"), "the folder to be listed")
    person.shot("dropped-on-canvas")
    person.program.click("Add")
    use_prefix(person, "evening")
    person.program.wait_closed("Add Media")
    person.frame(1, 2 * N_IMAGES + N_CLIP)
    person.desktop.click(x, y, button=2)      # openbox may leave the keys with nobody after so many windows
    person.desktop.key("End")
    person.text(f"evening_street_{N_IMAGES - 1:06d}")


def drag_and_drop(person, frames):
    clip = os.path.join(os.path.dirname(person.path), "../share/labelwright/sample/street.mp4")
    images = sorted(glob.glob(os.path.join(frames, "*.png")))
    person.do(drop_on_start_page, os.path.normpath(clip))
    person.do(drop_on_dialog, folder_of_images(person, "morning", images[:N_IMAGES]))
    person.do(drop_on_canvas, folder_of_images(person, "evening", images[-N_IMAGES:]))


if __name__ == "__main__":
    run(lambda person: drag_and_drop(person, sys.argv[2]), sys.argv[1], *sys.argv[3:])
