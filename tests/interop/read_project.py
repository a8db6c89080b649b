"""read_project.py: reads label maps and revisions out of a project with nothing but docs/project-format.md, SQLite and zstd.

read_project.py PROJECT [FRAME] lists the frames, or the revisions of one."""
import hashlib
import pathlib
import sqlite3
import struct
import sys

from read_tiles import SIDE, read_tiles


class Project:
    def __init__(self, folder):      # read-only: the last one to close would else fold the log into the file
        self.db = sqlite3.connect(pathlib.Path(folder, "project.sqlite").absolute().as_uri() + "?mode=ro", uri=True)
        assert self.db.execute("PRAGMA application_id").fetchone() == (0x4c775072,), "not a project"
        assert int(self.db.execute("SELECT value FROM meta WHERE key = 'min_reader'").fetchone()[0]) <= 6, "too new"

    def frames(self):
        return {name: (frame, width, height) for frame, name, width, height in self.db.execute("SELECT id, name, width, height FROM frame")}

    def revisions(self, frame):
        return self.db.execute("SELECT id, uuid FROM revision WHERE frame = ? ORDER BY id", (frame,)).fetchall()

    def read(self, rows):
        return {(plane, *place): raw for plane, ty, tx, data in rows for place, raw in read_tiles(data, ty, tx).items()}

    def join(self, width, height, tiles):
        planes = [[bytearray(b"\xff" * width) for _ in range(height)] for _ in range(2)]
        for (plane, ty, tx), raw in tiles.items():
            x = tx * SIDE
            for y in range(min(SIDE, height - ty * SIDE)):
                planes[plane][ty * SIDE + y][x:x + SIDE] = raw[y * SIDE:y * SIDE + min(SIDE, width - x)]
        return [b"".join(plane) for plane in planes]

    def working_map(self, frame, width, height):
        return self.join(width, height, self.read(self.db.execute("SELECT plane, ty, tx, data FROM working_tile WHERE frame = ?", (frame,))))

    def revision(self, revision, width, height):
        chain, depth, tiles = [revision], 1, {}
        while depth > 0:
            parent, depth = self.db.execute("SELECT parent, depth FROM revision WHERE id = ?", (chain[-1],)).fetchone()
            chain += [parent] if depth > 0 else []
        for step in reversed(chain):
            tiles.update(self.read(self.db.execute("SELECT plane, ty, tx, data FROM revision_tile JOIN tile ON tile.id = tile WHERE revision = ?", (step,))))
        listed = b"".join(struct.pack("<BHH", *place) + hashlib.sha256(tiles[place]).digest() for place in sorted(tiles) if tiles[place].strip(b"\xff"))
        wanted = self.db.execute("SELECT hash FROM revision WHERE id = ?", (revision,)).fetchone()[0]
        assert hashlib.sha256(b"LWR1" + struct.pack("<II", width, height) + listed).digest() == wanted, "not the tiles that it was made of"
        return self.join(width, height, tiles)


if __name__ == "__main__":
    project = Project(sys.argv[1])
    for name, (frame, width, height) in sorted(project.frames().items()):
        if len(sys.argv) < 3:
            print(name, f"{width}x{height}", sum(label != 255 for label in project.working_map(frame, width, height)[0]), "pixels labelled")
        elif name == sys.argv[2]:
            for revision, uuid in project.revisions(frame):
                print(uuid, sum(label != 255 for label in project.revision(revision, width, height)[0]), "pixels labelled")
