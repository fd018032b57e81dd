"""AVIF: boxes within boxes (ISO 14496-12, 23008-12); two of them list the items of the file."""

from collections.abc import Iterator

from steps.headers.structure import Count, Malformed, Structure, Truncated, unpack


def walk(data: bytes) -> Iterator[Structure]:
    """Yield what the file tells, to the end of its last box."""
    width, height, pixels, metadata = 0, 0, False, 0
    described: set[int] = set()
    lengths: list[tuple[int, int]] = []
    items = Count("items")
    for kind, start, stop in _boxes(data, 0, len(data), Count("boxes")):
        pixels = pixels or kind in _PIXELS
        if kind == b"ispe":
            # Tiles of a grid have sizes of their own; the picture's is the largest.
            across, down = unpack(">II", data, start + 4)
            width, height = max(width, across), max(height, down)
            yield Structure(width, height)
        elif kind == b"infe" and (item := _described(data, start)) is not None:
            described.add(item)
        elif kind == b"iloc":
            lengths += _lengths(data, start, items)
        elif kind == b"colr":
            metadata += stop - start
    metadata += sum(length for item, length in lengths if item in described)
    yield Structure(width, height, metadata=metadata)
    if not pixels:
        raise Truncated


def _described(data: bytes, at: int) -> int | None:
    """Return the item of an `infe` if it is metadata; None if it is pixels."""
    (version,) = unpack("B", data, at)
    item, kind = unpack(">H2x4s" if version < 3 else ">I2x4s", data, at + 4)
    return int(item) if kind in _METADATA else None


def _lengths(data: bytes, at: int, items: Count) -> Iterator[tuple[int, int]]:
    """Yield each item of an `iloc` with how many bytes it has."""
    version, sizes, more = unpack("B3xBB", data, at)
    offset, length, base, index = sizes >> 4, sizes & 15, more >> 4, more & 15
    wide, at = (">I", at + 6) if version == 2 else (">H", at + 6)
    (count,) = unpack(wide, data, at)
    at += 4 if version == 2 else 2
    for _ in range(count):
        items.one_more()
        (item,) = unpack(wide, data, at)
        # Behind the item: since version 1 the way of construction; the file that holds it.
        at += (4 if version == 2 else 2) + (4 if version else 2) + base
        (extents,) = unpack(">H", data, at)
        at += 2
        for _ in range(extents):
            items.one_more()
            at += (index if version else 0) + offset
            size = int.from_bytes(data[at : at + length], "big")
            at += length
            yield item, size or len(data)  # 0 means all of the file


def _boxes(
    data: bytes, at: int, end: int, count: Count, inside: bytes = b""
) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box between `at` and `end`, and where its content begins and ends."""
    while at < end:
        count.one_more()
        length, kind = unpack(">I4s", data, at)
        start = at + 8
        if length == 1:
            length, start = unpack(">Q", data, start)[0], start + 8
        stop = at + length if length else end
        if stop > end:
            raise Truncated(stop)
        if stop < start:
            raise Malformed(f"a box of {length} bytes")
        yield kind, start, stop
        if _INSIDE.get(kind) == inside:
            yield from _boxes(data, start + _skipped(data, kind, start), stop, count, kind)
        at = stop


def _skipped(data: bytes, kind: bytes, at: int) -> int:
    """Return how many bytes a box has before the first box in it: its version, a count."""
    if kind == b"iinf":
        return 6 if unpack("B", data, at)[0] == 0 else 8
    return 4 if kind == b"meta" else 0


_INSIDE = {  # boxes to look into, and where
    b"meta": b"",
    b"iinf": b"meta",
    b"iprp": b"meta",
    b"ipco": b"iprp",
}
_PIXELS = {b"mdat", b"idat"}
_METADATA = {b"Exif", b"mime", b"uri "}
