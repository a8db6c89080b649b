"""read_tiles.py: unpacks tiles with nothing but docs/project-format.md and zstd: packs of them (version 6), as borders (version 5), as runs (version 4), or as they are."""
import ctypes

SIDE = 128
zstd = ctypes.CDLL("libzstd.so.1")
zstd.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
zstd.ZSTD_decompress.restype = ctypes.c_size_t


def unpack(data):
    size = zstd.ZSTD_getFrameContentSize(data, ctypes.c_size_t(len(data)))
    assert size <= SIDE * SIDE, "not a tile"
    raw = ctypes.create_string_buffer(size)
    assert zstd.ZSTD_decompress(raw, ctypes.c_size_t(size), data, ctypes.c_size_t(len(data))) == size, "a damaged tile"
    return raw.raw


def fill(labels, ends):
    return b"".join(bytes([label]) * (end - start) for label, start, end in zip(labels, [0] + ends, ends))


def read_runs(runs):
    at, rows, labels, ends = 0, [], [], []
    for _ in range(SIDE):
        n, at = runs[at], at + 1
        if n == 0:
            ends = [end + moved - 128 for end, moved in zip(ends, runs[at:at + len(ends) - 1])] + [SIDE]
            at += len(ends) - 1
        else:
            labels, ends = runs[at:at + 2 * n - 1:2], list(runs[at + 1:at + 2 * n - 1:2]) + [SIDE]
            at += 2 * n - 1
        rows.append(fill(labels, ends))
    return b"".join(rows)


class Bits:
    def __init__(self, data):
        self.data, self.at, self.low, self.high, self.models = data, 4, 0, 2**32 - 1, {}
        self.number = int.from_bytes(data[:4].ljust(4, b"\0"), "big")

    def read(self, *kind):
        zero, seen = self.models.get(kind, (0x8000, 0))
        split = self.low + ((self.high - self.low) * zero >> 16)
        bit = self.number > split
        self.low, self.high = (split + 1, self.high) if bit else (self.low, split)
        rate = seen // 2 + 1
        self.models[kind] = (zero - (zero >> rate) if bit else zero + ((65535 - zero) >> rate), min(seen + 1, 6))
        while self.low >> 24 == self.high >> 24:
            byte = self.data[self.at] if self.at < len(self.data) else 0
            self.low, self.high, self.number = [(n << 8 | b) & 0xffffffff for n, b in ((self.low, 0), (self.high, 255), (self.number, byte))]
            self.at += 1
        return bit

    def read_number(self, kind, bits):
        node = 1
        for _ in range(bits):
            node = node << 1 | self.read(kind, node)
        return node - (1 << bits)


def read_row(bits, above):
    row, j, x = [], 0, 0                                       # runs: label, end, how far the end moved
    label = bits.read_number("label", 8) if bits.read("begins") else above[0][0]
    while True:
        while above[j][1] <= x:
            j += 1
        there, moved = above[j][1:]
        way = (moved > 1) * 4 or (moved < -1) * 3 or (moved == 1) * 2 or (moved == -1) * 1
        leaves = bits.read("more") if there == SIDE else bits.read("leaves", way)
        if there == SIDE and not leaves:
            return row + [(label, SIDE, 0)]
        if there < SIDE and leaves and not bits.read("new"):
            j += 1
            continue
        if leaves:
            end, moved = x + 1 + bits.read_number("place", 7), 0
            behind = next(above_label for above_label, above_end, _ in above[j:] if above_end > end)
            behind = bits.read_number("label", 8) if bits.read("unlike") else behind
        else:
            moved = 0
            if bits.read("moves", way):
                left, moved = bits.read("left", way), 1
                while moved < 8 and bits.read("on", way >= 3, moved):
                    moved += 1
                moved = -moved if left else moved
            end, behind, j = there + moved, above[j + 1][0], j + 1
        assert x < end < SIDE, "a damaged tile"
        row.append((label, end, moved))
        label, x = behind, end


def read_borders(data, n):
    """The raw bytes of n tiles that are one number."""
    bits, tiles, check = Bits(data), [], 0
    for _ in range(n):
        row, rows, differed = [(0, SIDE, 0)], [], 0
        for _ in range(SIDE):
            differs = bits.read("differs", differed)
            row = read_row(bits, row) if differs else [(label, end, 0) for label, end, _ in row]
            differed = (differed << 1 | differs) & 3
            for label, end, _ in row if differs else ():
                check = (check * 31 + label * SIDE + end) & 0xffff
            rows.append(fill([run[0] for run in row], [run[1] for run in row]))
        tiles.append(b"".join(rows))
    assert sum(bits.read("check", i) << (15 - i) for i in range(16)) == check, "a damaged tile"
    return tiles


def read_tiles(data, ty, tx):
    """What a row has: the raw bytes of its tile at that place, or of all tiles of a pack, whose first place it is."""
    if data[:1] != b"P":
        raw = read_borders(data[1:], 1)[0] if data[:1] == b"B" else read_runs(unpack(data[1:])) if data[:1] == b"R" else unpack(data)
        return {(ty, tx): raw}
    end = 2 + 3 * data[1]
    places = [(y, x + i) for y, x, n in zip(data[2:end:3], data[3:end:3], data[4:end:3]) for i in range(n)]
    assert places[0] == (ty, tx), "a damaged tile"
    return dict(zip(places, read_borders(data[end:], len(places))))
