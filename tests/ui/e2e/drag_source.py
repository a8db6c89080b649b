"""A window with files in it, to be dragged out with the pointer: the part of a file manager that a drag needs.

    drag_source.py PATH...
"""

import sys

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, GObject, Gtk  # noqa: E402

TITLE = "Files"


def on_activate(application):
    files = Gdk.FileList.new_from_list([Gio.File.new_for_path(path) for path in sys.argv[1:]])
    source = Gtk.DragSource(content=Gdk.ContentProvider.new_for_value(GObject.Value(Gdk.FileList, files)))
    label = Gtk.Label(label="\n".join(sys.argv[1:]), ellipsize=2, width_chars=24)
    label.add_controller(source)
    Gtk.ApplicationWindow(application=application, title=TITLE, child=label, default_width=240, default_height=60).present()


if __name__ == "__main__":
    application = Gtk.Application(flags=Gio.ApplicationFlags.NON_UNIQUE)
    application.connect("activate", on_activate)
    application.run()
