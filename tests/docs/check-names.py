"""check-names.py SOURCE BUILD CLI: what README.md and docs/ name must exist: files, options, commands, tests, functions, keys, titles, links.

First the checks are held to a page on which every name is wrong (wrong-names.md): a check that finds nothing there fails, too.
"""
import json
import pathlib
import posixpath
import re
import subprocess
import sys

TOP = ("app", "core", "data", "docs", "po", "tests", "ui")
OURS = re.compile(r"\.(c|h|cpp|cu|cuh|py|sh|ui|md|json|build|in|dict)$")
OTHERS_FILES = {"ext/misc/cksumvfs.c"}          # SQLite's
OTHERS_OPTIONS = {"--apply-colormap"}           # datumaro's
WRITTEN = {"request.json", "progress.json", "result.json"}     # by the program, in a job's folder
MESONS_OPTIONS = {"werror", "c_args", "c_link_args", "b_sanitize", "b_lundef"}
CLASS_KEYS = set("0123456789g")                 # belong to the project's classes, not to the table of commands
KEY_NAMES = {"[": "bracketleft", "]": "bracketright", "{": "braceleft", "}": "braceright", "<": "less", ">": "greater", "+": "plus", "-": "minus", ".": "period",
             ",": "comma", "/": "slash", "?": "question", "Enter": "Return", "Backspace": "BackSpace", "Space": "space", "Page Down": "Page_Down", "Page Up": "Page_Up"}
KEY = re.compile(r"((?:(?:Ctrl|Alt|Shift)\+)+)(Return|Enter|Backspace|Page Down|Page Up|Up|Down|Left|Right|F\d+|\S)|\b(F\d+)\b")


class Tree:
    """What there is: files with their text, the command line's help, tests and targets of the build, keys, titles."""

    def __init__(self, source, build, cli):
        self.files = {}
        for top in TOP:
            for path in (source / top).rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    self.files[path.relative_to(source).as_posix()] = path
        for path in source.iterdir():
            if path.is_file():
                self.files[path.name] = path
        self.folders = {parent.as_posix() for name in self.files for parent in pathlib.PurePosixPath(name).parents}
        self.texts = {}
        self.sources = "\n".join(self.text(name) for name in self.files if re.search(r"\.(c|h|cpp|cu|cuh|ui)$|meson\.build$|^app/", name) and not name.startswith("docs/"))
        self.identifiers = set(re.findall(r"\w+", self.sources))
        self.options = set(re.findall(r"^option\('(\w+)'", self.text("meson_options.txt"), re.M)) | MESONS_OPTIONS
        self.cli = cli
        self.helps = {}
        self.commands = set(re.findall(r"^  ([a-z][a-z-]*)  ", self.help(), re.M))
        info = build / "meson-info"
        self.targets = {entry["name"] for entry in json.loads((info / "intro-targets.json").read_text())}
        self.tests = {entry["name"] for kind in ("tests", "benchmarks") for entry in json.loads((info / f"intro-{kind}.json").read_text())}
        table = re.findall(r'\{ "([^"]+)", N_\("([^"]+)"\), "([^"]*)"', self.text("ui/keys/commands.c"))
        self.keys = {}
        for identifier, title, keys in table:
            for key in keys.split():
                self.keys.setdefault(key.casefold(), []).append(f"{identifier} {title}".casefold())
        shown = re.findall(r'_ ?\("((?:[^"\\]|\\.)*)"\)|translatable="yes"[^>]*>([^<]*)<', self.sources)
        self.titles = {(in_code or in_ui).replace("_", "").casefold() for in_code, in_ui in shown}

    def text(self, name):
        if name not in self.texts:
            self.texts[name] = self.files[name].read_text(encoding="utf-8", errors="replace")
        return self.texts[name]

    def help(self, *command):
        if command not in self.helps:
            self.helps[command] = subprocess.run([self.cli, *command, "--help"], check=True, capture_output=True, text=True).stdout
        return self.helps[command]

    def find(self, name):
        """Files of this name or path, from the top or from any folder; * and {a,b} as a shell has them."""
        pattern = re.sub(r"\\\{(.*?)\\\}", lambda m: "(" + m[1].replace(",", "|") + ")", re.escape(name)).replace(r"\*", "[^/]*")
        return [path for path in self.files if re.search(rf"(^|/){pattern}$", path)]


# ---- one check a kind of name: each yields what is wrong ----

def check_path(tree, word):
    word = word.rstrip("/.,:")
    if word in OTHERS_FILES or pathlib.PurePosixPath(word).name in WRITTEN or re.search(r"[A-Z]{4}", word.rsplit("/", 1)[-1].split(".")[0]):
        return
    if word.split("/")[0] in TOP and "/" in word:
        built = re.fullmatch(r"(.*/)?((?:test|bench|fuzz|train)-[\w-]+)", word)
        if word not in tree.folders and not tree.find(word) and not (built and (built[2] in tree.targets or tree.find(built[2] + ".c"))):
            yield f"no file or folder {word}"
    elif OURS.search(word) and re.fullmatch(r"[\w./{},*-]+", word) and "/" not in word[:1] and not word.startswith((".", "build")) and not tree.find(word):
        if not word.endswith((".json", ".md")):      # those may be what a command writes
            yield f"no file {word}"


def check_words(tree, span):
    """Identifiers of the code, environment variables, options of the build, names of tests, actions."""
    for word in re.findall(r"\b(?:lw_\w{3,}|Lw[A-Z]\w+|LW_[A-Z]\w+|LABELWRIGHT_[A-Z_]+)\b", span):
        if word not in tree.identifiers:
            yield f"nothing in the code is called {word}"
    for word in re.findall(r"(?:^|\s)-D(\w+)=", span):
        if word not in tree.options:
            yield f"no option of the build is called {word}"
    for word in re.findall(r"^(?:canvas|win|app|workspace|frames|status|proposal|view|steps)\.[a-z][a-z-]+$", span):
        if f'"{word}"' not in tree.sources and word.split(".")[1] not in ("c", "h", "ui"):
            yield f"no action is called {word}"
    word = span.split(" ")[0]
    if re.fullmatch(r"(nn|canvas|store|cli|interop)-[a-z][a-z-]*", word) and word not in tree.tests:
        if not word.startswith("nn-cuda-") or any(name.startswith("nn-cuda-") for name in tree.tests):
            yield f"no test is called {word}"
    if re.fullmatch(r"(test|bench)-[a-z-]+", word) and word not in tree.targets and not tree.find(word + ".c"):
        yield f"no program is called {word}"


def options_of(words):
    return [match[1] for word in words if (match := re.match(r"--([a-z][a-z-]*)", word))]


def check_command(tree, span):
    """`labelwright-cli COMMAND --option`, also without the program's name; a script or a program of tests/ and its options."""
    words = span.replace("[", " ").replace("]", " ").split()
    if words[:1] == ["nice"]:
        words = words[1:]
    if not words:
        return
    if words[0] == "labelwright-cli" and len(words) > 1 and re.fullmatch("[a-z-]+", words[1]):
        words = words[1:]
        if words[0] not in tree.commands and not words[0].startswith("-"):
            yield f"labelwright-cli has no command {words[0]}"
    if words[0] in tree.commands:
        for option in options_of(words):
            if f"--{option}" not in tree.help(words[0]):
                yield f"labelwright-cli {words[0]} has no option --{option}"
        return
    scripts = [found for word in words if (found := [path for path in tree.find(word) if re.search(r"\.py$|/(run|run-xvfb|run-e2e|make-starter|get-cudnn)$", path)])]
    if not scripts and (name := re.match(r"(?:tests/bench/)?((?:bench|test)-[a-z-]+)$", words[0])):
        scripts = [tree.find(name[1] + ".c")]
    known = "\n".join(tree.text(path) for found in scripts for path in found)
    for option in options_of(words) if scripts else []:
        if not re.search(rf"\b{option}\b", known):
            yield f"{words[0]} has no option --{option}"


def check_option(tree, span):
    """An option that stands alone must be one of something."""
    option = re.match(r"--([a-z][a-z-]*)", span)
    if option and option[0] not in OTHERS_OPTIONS and not any(option[0] in tree.help(command) for command in sorted(tree.commands)):
        if not re.search(rf"--{option[1]}\b|\"{option[1]}\"", tree.sources + "".join(tree.text(p) for p in tree.files if p.endswith(".py") or p.endswith("/run"))):
            yield f"nothing has an option {option[0]}"


def check_link(tree, page, target):
    path, _, anchor = target.partition("#")
    if "://" in target:
        return
    goal = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    if goal not in tree.files:
        yield f"a link to {target}, which is not there"
    elif anchor:
        heads = re.findall(r"^#+ (.*)", tree.text(goal), re.M)
        if anchor not in {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}:
            yield f"a link to {target}: the page has no such heading"


# ---- the user guide: keys and titles ----

def accelerator(modifiers, key):
    order = [name for name in ("Control", "Alt", "Shift") if {"Control": "Ctrl"}.get(name, name) + "+" in modifiers]
    return "".join(f"<{name}>" for name in order).casefold() + KEY_NAMES.get(key, key).casefold()


def keys_in(text):
    for modifiers, key, function in KEY.findall(text.replace("`", "")):
        yield (modifiers + key or function), accelerator(modifiers, key or function)
    for key in re.findall(r"(?<!\+)`([^`\s]|Page Down|Page Up)`", text):
        yield key, accelerator("", key)


def check_keys(tree, text):
    for shown, key in keys_in(text):
        if key not in tree.keys and shown not in CLASS_KEYS:
            yield f"no command has the key {shown}"
    for name, inside in re.findall(r"\*\*([^*+]+)\*\* \(([^)]+)\)", text):
        for shown, key in keys_in(inside):
            meant = " ".join(tree.keys.get(key, []))
            if meant and not any(word in meant for word in re.findall(r"[a-z]{3,}", name.casefold())):
                yield f"{shown} is not the key of {name}, but of {meant}"


def check_titles(tree, text):
    for title in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", text) + re.findall(r"\*\*([^*]+…)\*\*", text):
        if title.casefold() not in tree.titles:
            yield f"nothing in the window is called {title}"


# ---- pages ----

def check_line(tree, page, line, fenced):
    spans = [re.sub(r"\s#\s.*", "", line)] + re.findall(r"\s#\s(.*)", line) if fenced else [span.strip() for span in re.findall(r"`([^`]+)`", line)]
    for span in spans:
        for word in re.findall(r"(?<![\w./-])[\w.{},*-]+(?:/[\w.{},*-]*)*", span):
            yield from check_path(tree, word)
        yield from check_words(tree, span)
        yield from check_command(tree, span)
        yield from check_option(tree, span)
    if fenced:
        return
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
        yield from check_link(tree, page, target)
    if page.endswith(("user-guide.md", "wrong-names.md")):
        yield from check_keys(tree, line)
        yield from check_titles(tree, line)


def check_page(tree, page):
    fenced, wrong = False, []
    for number, line in enumerate(tree.text(page).splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        else:
            wrong += [f"{page}:{number}: {what}" for what in check_line(tree, page, line, fenced)]
    return wrong


def check_itself(tree):
    """Each line of wrong-names.md that begins with a dash holds wrong names alone, as many as its number says; in a line with ‘0’ all are right."""
    page = "tests/docs/wrong-names.md"
    found = check_page(tree, page)
    wrong = []
    for number, line in enumerate(tree.text(page).splitlines(), 1):
        if expected := re.match(r"- (\d+): ", line):
            n = sum(what.startswith(f"{page}:{number}:") for what in found)
            if n != int(expected[1]):
                wrong.append(f"{page}:{number}: {n} complaints instead of {expected[1]}")
    return wrong if found else [f"{page}: nothing was found wrong"]


def main(source, build, cli):
    tree = Tree(pathlib.Path(source), pathlib.Path(build), cli)
    pages = ["README.md"] + sorted(name for name in tree.files if re.fullmatch(r"docs/[\w-]+\.md", name))
    wrong = check_itself(tree)
    for page in pages:
        wrong += check_page(tree, page)
    print("\n".join(wrong) or f"{len(pages)} pages: all that they name is there")
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
