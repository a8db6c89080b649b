"""Stands on the session bus where a file manager would, and prints what it is asked to show: a URI a line."""

from gi.repository import Gio, GLib

NAME = "org.freedesktop.FileManager1"
INTERFACE = f"""
<node>
  <interface name="{NAME}">
    <method name="ShowItems"><arg type="as" name="uris" direction="in"/><arg type="s" name="startup_id" direction="in"/></method>
  </interface>
</node>"""


def on_call(connection, sender, path, interface, method, parameters, invocation):
    for uri in parameters.unpack()[0]:
        print(uri, flush=True)
    invocation.return_value(None)


def on_bus(connection, name):
    connection.register_object("/org/freedesktop/FileManager1", Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], on_call, None, None)


if __name__ == "__main__":
    Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, on_bus, lambda *_: print("ready", flush=True), None)
    GLib.MainLoop().run()
