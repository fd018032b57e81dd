"""Directories: lists of tags, each with a type, a count, and a value or its place (TIFF 6.0, 2)."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from steps.headers.structure import MAX_PARTS, Count, Malformed, TooManyParts, Truncated, unpack

MAX_DIRECTORIES = 1_000
"""More pages than a scanner's tray holds; a decoder goes through all of them to count them."""
MAX_BELOW = 100
"""Directories below one page: a pyramid halves its sides with each, a camera's raw file has six."""

Role = Literal["page", "below", "notes"]
"""In the chain of pages; below one of them; or with the notes of a camera, which is EXIF."""


class Tag(IntEnum):
    """The tags that are read; a directory may have any others."""

    SUBFILE = 254  # whether it is a smaller rendering, or a mask
    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    STRIP_OFFSETS = 273
    SAMPLES = 277
    ROWS = 278
    STRIP_LENGTHS = 279
    PLANES = 284
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILE_OFFSETS = 324
    TILE_LENGTHS = 325
    SUB_DIRECTORIES = 330
    INKS = 332
    BESIDE = 338  # what samples are beside the colours
    FORMAT = 339  # of numbers: whole, signed, fractions
    EXIF = 34_665
    GPS = 34_853


@dataclass(frozen=True)
class Entry:
    """One entry of a directory."""

    type: int
    count: int  # of values
    size: int  # bytes of all of them; 0 for a type that the format does not have
    at: int  # where in the file they begin


@dataclass(frozen=True)
class Directory:
    """A directory whose values all lie in the file."""

    role: Role
    entries: Mapping[int, Entry]  # by tag
    data: bytes
    order: str  # of bytes, as `struct` writes it

    def numbers(self, tag: int, most: int = MAX_PARTS) -> tuple[int, ...]:
        """Return the whole numbers of a tag, none if it is not there.

        Raises Malformed for other values, TooManyParts for more than `most`.
        """
        count = self.entries[tag].count if tag in self.entries else 0
        if count > most:
            raise TooManyParts(f"values of the tag {tag}", most)
        return self._first(tag, count)

    def number(self, tag: int, otherwise: int = 0) -> int:
        """Return the first of them, however many there are: no other is read."""
        has_one = tag in self.entries and self.entries[tag].count
        return self._first(tag, 1)[0] if has_one else otherwise

    def _first(self, tag: int, count: int) -> tuple[int, ...]:
        entry = self.entries.get(tag)
        if entry is None:
            return ()
        if entry.type not in _WHOLE:
            raise Malformed(f"the tag {tag} is no whole number")
        return unpack(f"{self.order}{count}{_WHOLE[entry.type]}", self.data, entry.at)


def directories(data: bytes) -> Iterator[Directory]:
    """Yield the directories of a file that begins with a TIFF's head: first those of its chain.

    One below a page may be told twice, in a list and in a chain; it is yielded once. Raises
    Malformed for any other that is met again, in whatever circle. Each place counts as it is told,
    since a few lists can tell the same thousands.
    """
    order = "<" if data[:2] == b"II" else ">"
    waiting: list[tuple[int, Role]] = [(unpack(order + "I", data, 4)[0], "page")]
    entries, count = Count("tags"), Count("directories", MAX_DIRECTORIES, seen=1)
    met: dict[int, Role] = {}
    while waiting:
        at, role = waiting.pop()
        if met.get(at, role) != role or (at in met and role == "page"):
            raise Malformed("directories that lead in a circle")
        if at in met:
            continue
        met[at] = role
        found = Directory(role, dict(_entries(data, order, at, entries)), data, order)
        yield found
        for told in _told(found, at):
            count.one_more()
            waiting.append(told)


def _told(found: Directory, at: int) -> Iterator[tuple[int, Role]]:
    """Yield the places that a directory at `at` leads to: those below it, and the one behind."""
    below = found.numbers(Tag.SUB_DIRECTORIES, MAX_BELOW)
    yield from ((place, "below") for place in below if place)
    yield from ((place, "notes") for tag in (Tag.EXIF, Tag.GPS) if (place := found.number(tag)))
    if found.role != "notes":
        behind = at + 2 + 12 * len(found.entries)
        (following,) = unpack(found.order + "I", found.data, behind)
        yield from [(following, found.role)] if following else []


def _entries(data: bytes, order: str, at: int, seen: Count) -> Iterator[tuple[int, Entry]]:
    (count,) = unpack(order + "H", data, at)
    met = set[int]()
    for place in range(at + 2, at + 2 + 12 * count, 12):
        seen.one_more()
        tag, kind, values = unpack(order + "HHI", data, place)
        if tag in met:
            raise Malformed(f"a directory that has the tag {tag} twice")
        met.add(tag)
        size = values * struct.calcsize("<" + _TYPES.get(kind, ""))
        start = place + 8 if size <= 4 else unpack(order + "I", data, place + 8)[0]
        if start + size > len(data):
            raise Truncated(start + size)
        yield tag, Entry(kind, values, size, start)


_WHOLE = {1: "B", 3: "H", 4: "I", 13: "I"}  # byte, short, long, and where a directory is
# One value of each type, as `struct` writes it.
_TYPES = dict(enumerate(["B", "c", "H", "I", "II", "b", "c", "h", "i", "ii", "f", "d", "I"], 1))
