"""check-potfiles.py SOURCE: po/POTFILES names every file with texts that people read, and none that is gone: what it misses is never translated."""
import pathlib
import re
import sys

MARKED = re.compile(r'(?<!\w)(?:N?_|C_|ngettext|g_dngettext) ?\(\s*(?:GETTEXT_PACKAGE,\s*)?"|translatable="yes"')


def has_texts(text):
    return MARKED.search(re.sub(r"/\*.*?\*/", "", text, flags=re.S)) is not None


def main(source):
    assert has_texts('f (_("Open"));') and has_texts('g_dngettext (GETTEXT_PACKAGE, "one", "more", n)') and not has_texts('/* _("Open") */ g_strdup ("x")')
    source = pathlib.Path(source)
    listed = {line for line in (source / "po/POTFILES").read_text().splitlines() if line and not line.startswith("#")}
    with_texts = {path.relative_to(source).as_posix() for top in ("app", "core", "ui") for path in (source / top).rglob("*")
                  if path.suffix in (".c", ".h", ".ui", ".cpp") and has_texts(path.read_text(encoding="utf-8"))}
    wrong = [f"po/POTFILES lacks {name}" for name in sorted(with_texts - listed)]
    wrong += [f"po/POTFILES names {name}, which is not there" for name in sorted(listed) if not (source / name).is_file()]
    print("\n".join(wrong) or f"{len(listed)} files with texts")
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
