"""read-project-test.py EXCHANGE CLI: a project that our library made, as another program reads it, beside what our command line exports."""
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

from read_project import Project


def read_png(path):
    """The pixels of an 8-bit grey or palette PNG."""
    data, at, body = path.read_bytes(), 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        chunk = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", chunk[:10])
            assert depth == 8 and colour in (0, 3), f"{path}: not 8-bit grey or palette"
        body += chunk if kind == b"IDAT" else b""
        at += 12 + length
    raw, rows, above = zlib.decompress(body), [], bytes(width)
    for y in range(height):
        kind, line = raw[y * (width + 1)], bytearray(raw[y * (width + 1) + 1:(y + 1) * (width + 1)])
        for x in range(width):
            a, b, c = line[x - 1] if x else 0, above[x], above[x - 1] if x else 0
            p = a + b - c
            nearest = min((abs(p - v), i, v) for i, v in enumerate((a, b, c)))[2]
            line[x] = (line[x] + (0, a, b, (a + b) // 2, nearest)[kind]) & 255
        rows.append(bytes(line))
        above = line
    return width, height, b"".join(rows)


def main(exchange, cli):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([exchange, folder], check=True)
        out = folder / "out"
        subprocess.run([cli, "export", folder / "project", "--format", "camvid", "--layout", "segnet", "--status", "all", "--unlabelled", "255", "--no-images", out],
                       check=True, stdout=subprocess.DEVNULL)
        project, n = Project(folder / "project"), 0
        for name, (frame, width, height) in project.frames().items():
            working = project.working_map(frame, width, height)
            exported = list(out.rglob(f"{name}.png"))
            assert len(exported) == 1, f"{name}: {exported}"
            assert read_png(exported[0]) == (width, height, working[0]), f"{name}: the working map differs from the export"
            for revision, uuid in project.revisions(frame):
                truth = (folder / "revisions" / uuid).read_bytes()
                assert truth == b"".join(project.revision(revision, width, height)), f"{name}: revision {uuid} differs"
                n += 1
        print(f"{len(project.frames())} working maps as exported, {n} revisions as the library reads them")
        assert n > 40


main(*sys.argv[1:])
