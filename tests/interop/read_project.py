"""read_project.py PROJECT [FRAME]: lists the frames of a project, or the revisions of one, with nothing but docs/project-format.md, SQLite and zstd."""
import ctypes, hashlib, pathlib, sqlite3, struct, sys

SIDE, zstd = 128, ctypes.CDLL("libzstd.so.1")


class Bits:
    def __init__(self, data):
        self.bytes, self.low, self.high, self.kinds = iter(data), 0, 2**32 - 1, {}
        self.number = int.from_bytes([next(self.bytes, 0) for _ in range(4)], "big")

    def read(self, *kind):
        zero, seen = self.kinds.get(kind, (0x8000, 0))
        split, rate = self.low + ((self.high - self.low) * zero >> 16), seen // 2 + 1
        bit = self.number > split
        self.low, self.high = (split + 1, self.high) if bit else (self.low, split)
        self.kinds[kind] = zero - (zero >> rate) if bit else zero + (65535 - zero >> rate), min(seen + 1, 6)
        while self.low >> 24 == self.high >> 24:
            self.low, self.high, self.number = (n << 8 & 0xffffffff | last for n, last in ((self.low, 0), (self.high, 255), (self.number, next(self.bytes, 0))))
        return bit

    def read_number(self, kind, bits):
        node = 1
        for _ in range(bits):
            node = node << 1 | self.read(kind, node)
        return node - (1 << bits)


def read_row(bits, above):                     # a row is runs: label, end, how far that moved
    row, x, label = [], 0, bits.read_number("label", 8) if bits.read("begins") else above[0][0]
    while True:
        above = [run for run in above if run[1] > x]
        there, moved = above[0][1:]
        way = 4 if moved > 1 else 3 if moved < -1 else 2 if moved == 1 else 1 if moved == -1 else 0
        if there == SIDE and not bits.read("more"):
            return row + [(label, SIDE, 0)]
        if there == SIDE or bits.read("leaves", way):
            if there < SIDE and not bits.read("new"):
                above = above[1:]
                continue
            end, moved = x + 1 + bits.read_number("place", 7), 0
            behind = bits.read_number("label", 8) if bits.read("unlike") else next(run[0] for run in above if run[1] > end)
        else:
            sign, moved = (-1 if bits.read("left", way) else 1, 1) if bits.read("moves", way) else (0, 0)
            while 0 < moved < 8 and bits.read("on", way >= 3, moved):
                moved += 1
            moved *= sign
            end, behind, above = there + moved, above[1][0], above[1:]
        assert x < end < SIDE, "a damaged tile"
        row, label, x = row + [(label, end, moved)], behind, end


def read_borders(data, n):                     # the raw bytes of n tiles that are one number
    bits, tiles, check = Bits(data), [b""] * n, 0
    for i in range(n):
        row, differed = [(0, SIDE, 0)], 0
        for _ in range(SIDE):
            differs = bits.read("differs", differed)
            row, differed = read_row(bits, row) if differs else [(label, end, 0) for label, end, _ in row], (differed << 1 | differs) & 3
            for label, end, _ in row:
                check = (check * 31 + label * SIDE + end) & 0xffff if differs else check
                tiles[i] += bytes([label]) * (end - len(tiles[i]) % SIDE)
    assert sum(bits.read("check", i) << 15 - i for i in range(16)) == check, "a damaged tile"
    return tiles


def read_tiles(rows):                          # {(plane, ty, tx): raw bytes}; a row may be a pack
    tiles = {}
    for plane, ty, tx, data in rows:
        end, places, raw = 2 + 3 * data[1], [(plane, ty, tx)], ctypes.create_string_buffer(SIDE * SIDE)
        if data[:1] == b"P":
            places = [(plane, y, x + i) for y, x, n in zip(data[2:end:3], data[3:end:3], data[4:end:3]) for i in range(n)]
        if data[:1] in (b"P", b"B"):
            tiles.update(zip(places, read_borders(data[end if data[:1] == b"P" else 1:], len(places))))
        else:
            assert zstd.ZSTD_decompress(raw, ctypes.c_size_t(len(raw)), data, ctypes.c_size_t(len(data))) == len(raw), "damaged, or from before version 5"
            tiles[plane, ty, tx] = raw.raw
    return tiles


def join(width, height, tiles):                # both planes, row by row
    planes = [bytearray(b"\xff" * width * height) for _ in range(2)]
    for (plane, ty, tx), raw in tiles.items():
        n = min(SIDE, width - tx * SIDE)
        for y in range(min(SIDE, height - ty * SIDE)):
            at = (ty * SIDE + y) * width + tx * SIDE
            planes[plane][at:at + n] = raw[y * SIDE:y * SIDE + n]
    return [bytes(plane) for plane in planes]


class Project:
    def __init__(self, folder):                # read-only: the last one to close would else fold the log into the file
        self.db = sqlite3.connect(pathlib.Path(folder, "project.sqlite").absolute().as_uri() + "?mode=ro", uri=True)
        assert self.db.execute("PRAGMA application_id").fetchone() == (0x4c775072,), "not a project"
        assert int(self.db.execute("SELECT value FROM meta WHERE key = 'min_reader'").fetchone()[0]) <= 6, "too new"

    def frames(self):
        return {name: (frame, width, height) for frame, name, width, height in self.db.execute("SELECT id, name, width, height FROM frame")}

    def revisions(self, frame):
        return self.db.execute("SELECT id, uuid FROM revision WHERE frame = ? ORDER BY id", (frame,)).fetchall()

    def working_map(self, frame, width, height):
        return join(width, height, read_tiles(self.db.execute("SELECT plane, ty, tx, data FROM working_tile WHERE frame = ?", (frame,))))

    def tiles(self, revision):
        parent, depth = self.db.execute("SELECT parent, depth FROM revision WHERE id = ?", (revision,)).fetchone()
        rows = self.db.execute("SELECT plane, ty, tx, data FROM revision_tile JOIN tile ON tile.id = tile WHERE revision = ?", (revision,))
        return {**(self.tiles(parent) if depth > 0 else {}), **read_tiles(rows)}

    def revision(self, revision, width, height):
        tiles = self.tiles(revision)
        listed = b"".join(struct.pack("<BHH", *place) + hashlib.sha256(tiles[place]).digest() for place in sorted(tiles) if tiles[place].strip(b"\xff"))
        wanted = self.db.execute("SELECT hash FROM revision WHERE id = ?", (revision,)).fetchone()[0]
        assert hashlib.sha256(b"LWR1" + struct.pack("<II", width, height) + listed).digest() == wanted, "not the tiles that it was made of"
        return join(width, height, tiles)


if __name__ == "__main__":
    project = Project(sys.argv[1])
    for name, (frame, width, height) in sorted(project.frames().items()):
        if len(sys.argv) < 3:
            print(name, f"{width}x{height}", sum(label != 255 for label in project.working_map(frame, width, height)[0]), "pixels labelled")
        for revision, uuid in project.revisions(frame) if [name] == sys.argv[2:] else ():
            print(uuid, sum(label != 255 for label in project.revision(revision, width, height)[0]), "pixels labelled")
