"""Boxes: a file of boxes within boxes, some of which list its items (ISO 14496-12, 23008-12)."""

from collections.abc import Iterator
from dataclasses import dataclass

from steps.headers.structure import Count, Malformed, Truncated, unpack

IN_THE_FILE = 0
"""Where an item usually lies; others lie in the box `idat`, or in other items."""


@dataclass(frozen=True)
class Extent:
    """A part of an item."""

    item: int
    where: int  # IN_THE_FILE, or elsewhere
    at: int
    size: int  # bytes; all that follow where the file says 0


def boxes(
    data: bytes, at: int, end: int, count: Count, inside: bytes = b""
) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box between `at` and `end`, and where its content begins and ends.

    Raises Truncated for one that does not end there, Malformed for one that is shorter than itself.
    """
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
            yield from boxes(data, start + _skipped(data, kind, start), stop, count, kind)
        at = stop


def _skipped(data: bytes, kind: bytes, at: int) -> int:
    """Return how many bytes a box has before the first box in it: its version, a count."""
    if kind == b"iinf":
        return 6 if unpack("B", data, at)[0] == 0 else 8
    return 4 if kind in {b"meta", b"iref"} else 0


_INSIDE = {  # boxes to look into, and where
    b"meta": b"",
    b"iinf": b"meta",
    b"iprp": b"meta",
    b"iref": b"meta",
    b"ipco": b"iprp",
}


def item_of(data: bytes, at: int) -> tuple[int, bytes]:
    """Return the item that an `infe` tells of, and its kind."""
    (version,) = unpack("B", data, at)
    item, kind = unpack(">H2x4s" if version < 3 else ">I2x4s", data, at + 4)
    return int(item), bytes(kind)


def linked(data: bytes, at: int, *, wide: bool) -> tuple[int, ...]:
    """Return the item that a link of an `iref` starts from, and those that it leads to."""
    number, size = ("I", 4) if wide else ("H", 2)
    item, count = unpack(f">{number}H", data, at)
    return int(item), *unpack(f">{count}{number}", data, at + size + 2)


def extents(data: bytes, at: int, count: Count) -> Iterator[Extent]:
    """Yield where the items of an `iloc` lie."""
    version, sizes, more = unpack("B3xBB", data, at)
    offset, length, base, index = sizes >> 4, sizes & 15, more >> 4, more & 15
    wide, at = (">I", at + 6) if version == 2 else (">H", at + 6)
    (items,) = unpack(wide, data, at)
    at += 4 if version == 2 else 2
    for _ in range(items):
        count.one_more()
        (item,) = unpack(wide, data, at)
        at += 4 if version == 2 else 2
        where = unpack(">H", data, at)[0] & 15 if version else IN_THE_FILE
        at += 4 if version else 2  # behind the file that holds it
        start = int.from_bytes(data[at : at + base], "big")
        (parts,) = unpack(">H", data, at + base)
        at += base + 2
        for _ in range(parts):
            count.one_more()
            at += index if version else 0
            place = start + int.from_bytes(data[at : at + offset], "big")
            at += offset
            size = int.from_bytes(data[at : at + length], "big")
            at += length
            yield Extent(item, where, place, size or max(0, len(data) - place))
