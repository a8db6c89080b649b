"""check-folders.py SOURCE: in core/store a folder includes what lies above it in the table of docs/overview.md, and nothing else includes what lies in a folder.

First the check is held to a tree in which everything is wrong: one that finds nothing there fails, too.
"""
import pathlib
import re
import sys

ROW = re.compile(r"^\| `core/store/([\w-]+)/` \|", re.M)
INCLUDE = re.compile(r'^#include "store/(?:([\w-]+)/)?[\w-]+\.h"', re.M)
# An upgrade works out what those above the schema know: today's hash of a revision, who opens the project.
UPWARD = {("schema/upgrade.c", "project"), ("schema/upgrade.c", "revisions")}


def check_inside(name, text, order):
    """name: of a file of core/store, from there; those that lie in no folder stand above all of them"""
    folder = name.split("/")[0] if "/" in name else None
    public = folder is None and name.endswith(".h")
    for other in INCLUDE.findall(text):
        if public and other:
            yield f"core/store/{name} is for all to use, but includes a header of {other}/"
        elif folder and other and order.index(other) > order.index(folder) and (name, other) not in UPWARD:
            yield f"core/store/{name} includes a header of {other}/, which stands below {folder}/ in docs/overview.md"


def check_outside(name, text):
    for other in INCLUDE.findall(text):
        if other:
            yield f"{name} includes a header of core/store/{other}/, which is private to the store"


def check(order, folders, inside, outside):
    if order != list(dict.fromkeys(order)) or set(order) != folders:
        yield f"docs/overview.md tells of {order}, core/store has {sorted(folders)}"
        return
    for name, text in inside.items():
        yield from check_inside(name, text, order)
    for name, text in outside.items():
        yield from check_outside(name, text)


def check_the_check():
    order, below = ["low", "high"], '#include "store/high/h.h"\n'
    wrong = list(check(order, set(order), {"low/l.c": below, "api.h": below}, {"ui/u.c": below}))
    right = list(check(order, set(order), {"high/h.c": '#include "store/low/l.h"\n', "all.c": below, "api.h": '#include "store/b.h"\n'}, {"ui/u.c": '#include "store/api.h"\n'}))
    return len(wrong) == 3 and not right and len(list(check(order, {"low"}, {}, {}))) == 1


def read(source, top):
    return {path.relative_to(source).as_posix(): path.read_text(encoding="utf-8") for path in sorted((source / top).rglob("*.[ch]"))}


def main(source):
    if not check_the_check():
        sys.exit("check-folders.py finds nothing wrong where everything is")
    store = source / "core/store"
    order = ROW.findall((source / "docs/overview.md").read_text(encoding="utf-8"))
    outside = {name: text for top in ("core", "ui", "app") for name, text in read(source, top).items() if not name.startswith("core/store/")}
    wrong = list(check(order, {path.name for path in store.iterdir() if path.is_dir()}, read(store, "."), outside))
    print("\n".join(wrong) or f"{len(order)} folders, {len(outside)} files outside them")
    return 1 if wrong else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
