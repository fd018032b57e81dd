"""Colours: what a HEIF says of its picture's by numbers, where it has no profile (ISO 23091-2)."""

from dataclasses import dataclass

from steps.headers.boxes import boxes
from steps.headers.structure import Count, Unread, unpack

_HDR = {16: "PQ", 18: "HLG"}


@dataclass(frozen=True)
class Colours:
    """Numbers of the tables of ISO 23091-2: 1 and 13 are those of sRGB."""

    primaries: int
    transfer: int


def colours(data: bytes) -> Colours | None:
    """Return what the primary item's box `colr` says; None where it says nothing by numbers."""
    count = Count("boxes")
    item, owned, properties = None, (0, 0), (0, 0)
    for kind, start, stop in boxes(data, 0, len(data), count):
        if kind == b"pitm":
            item = unpack(">4xI" if unpack("B", data, start)[0] else ">4xH", data, start)[0]
        elif kind == b"ipco":
            properties = start, stop
        elif kind == b"ipma":
            owned = start, stop
    if item is None or owned == (0, 0):
        return None
    its = _properties_of(data, owned[0], item)
    listed = boxes(data, *properties, count, inside=b"none")
    for number, (kind, start, _) in enumerate(listed, start=1):
        if number in its and (kind, data[start : start + 4]) == (b"colr", b"nclx"):
            return Colours(*unpack(">HH", data, start + 4))
    return None


def refuse_hdr(data: bytes, name: str) -> None:
    """Raise Unread for a picture of more light than a screen of sRGB has: it would look dull."""
    told = colours(data)
    if told is not None and told.transfer in _HDR:
        raise Unread(f"{name} of high dynamic range ({_HDR[told.transfer]})")


def _properties_of(data: bytes, at: int, item: int) -> set[int]:
    """Return the numbers of an item's properties, as an `ipma` tells them."""
    version, flags, entries = unpack(">B2xBI", data, at)
    at += 8
    wide, each = (">I" if version else ">H"), (2 if flags & 1 else 1)
    count = Count("items")
    for _ in range(entries):
        count.one_more()
        (owner,) = unpack(wide, data, at)
        at += 4 if version else 2
        (size,) = unpack("B", data, at)
        links = data[at + 1 : at + 1 + size * each]
        at += 1 + size * each
        if owner == item:
            numbers = unpack(f">{size}{'H' if each == 2 else 'B'}", links, 0)
            return {number & (0x7FFF if each == 2 else 0x7F) for number in numbers}
    return set()
