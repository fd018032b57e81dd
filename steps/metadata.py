"""Metadata: what a pipeline's `keep` lets through of an original's EXIF, and nothing else.

Blocks are hostile input: each place and length in one is checked, each directory is read once, and
what does not hold together is left out. Source: EXIF 2.32, sections 4.6.2 to 4.6.6.
"""

import struct
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Kept = Literal["icc", "copyright", "capture", "gps"]
KEPT: tuple[Kept, ...] = get_args(Kept)
Directory = Literal["image", "capture", "gps"]

MAX_ENTRIES = 500
"""Of one directory; cameras write some sixty."""
MAX_VALUE_BYTES = 4_096
"""Of one tag: longer ones are no names, numbers or times."""


@dataclass(frozen=True)
class Tag:
    """One entry of an EXIF directory, in little-endian order."""

    directory: Directory
    number: int  # 0x8298 is Copyright
    type: int  # of TIFF: 2 is text, 5 a fraction
    count: int  # of values
    value: bytes


SRGB = Tag("capture", 0xA001, 3, 1, b"\1\0")
"""ColorSpace: that pixels are sRGB. Written, never kept: of an original its profile tells."""


def kept_tags(exif: bytes, iptc: bytes, keep: Collection[str]) -> tuple[Tag, ...]:
    """Return the tags of an original's EXIF block that `keep` names, each once, in order.

    With `copyright`, author and notice of an IPTC block stand in where EXIF has none. Whatever the
    bytes are, nothing is raised: what cannot be read is not kept.
    """
    found = {(each.directory, each.number): each for each in reversed(list(_tags(exif)))}
    if "copyright" in keep:
        found = {(each.directory, each.number): each for each in _of_iptc(iptc)} | found
    tags = (tag for tag in found.values() if _kept_as(tag) in keep)
    return tuple(sorted(tags, key=lambda tag: (_ORDER.index(tag.directory), tag.number)))


def only(tags: Iterable[Tag], keep: Collection[str]) -> tuple[Tag, ...]:
    """Return those of the tags that `keep` names."""
    return tuple(tag for tag in tags if _kept_as(tag) in keep)


def exif_block(tags: Iterable[Tag]) -> bytes:
    """Return the tags as an EXIF block, as `kept_tags` reads it."""
    by_directory: dict[Directory, list[Tag]] = {name: [] for name in _ORDER}
    for tag in tags:
        by_directory[tag.directory].append(tag)
    image = by_directory["image"]
    # The directories below hang on pointers in the first, whose length therefore comes first.
    places = len([name for name in _POINTERS.values() if by_directory[name]])
    at = _HEAD + _length(image, places)
    below = b""
    pointers = []
    for number, name in _POINTERS.items():
        if by_directory[name]:
            pointers.append(Tag("image", number, _LONG, 1, struct.pack("<I", at + len(below))))
            below += _written(by_directory[name], at + len(below))
    first = _written([*image, *pointers], _HEAD)
    return _PREFIX + struct.pack("<2sHI", b"II", 42, _HEAD) + first + below


def _tags(exif: bytes) -> Iterator[Tag]:
    """Yield the tags of the three directories that are read."""
    block = exif.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None or len(block) < _HEAD:
        return
    image = list(_entries(block, order, "image", struct.unpack(order + "I", block[4:8])[0]))
    yield from image
    for tag in image:
        if tag.number in _POINTERS and (tag.type, tag.count) == (_LONG, 1):
            below = _POINTERS[tag.number]
            yield from _entries(block, order, below, int.from_bytes(tag.value, "little"))


def _entries(block: bytes, order: str, directory: Directory, at: int) -> Iterator[Tag]:
    if at + 2 > len(block):
        return
    (count,) = struct.unpack_from(order + "H", block, at)
    for place in range(at + 2, at + 2 + 12 * min(count, MAX_ENTRIES), 12):
        if place + 12 > len(block):
            return
        number, kind, values = struct.unpack_from(order + "HHI", block, place)
        size = values * struct.calcsize("<" + _TYPES.get(kind, ""))
        start = place + 8 if size <= 4 else struct.unpack_from(order + "I", block, place + 8)[0]
        if 0 < size <= MAX_VALUE_BYTES and start + size <= len(block):
            value = _little(block[start : start + size], _TYPES[kind], order)
            yield Tag(directory, number, kind, values, value)


def _little(value: bytes, letters: str, order: str) -> bytes:
    """Return the numbers in little-endian order."""
    form = letters * (len(value) // struct.calcsize("<" + letters))
    return struct.pack("<" + form, *struct.unpack(order + form, value))


def _length(tags: Collection[Tag], pointers: int) -> int:
    longer = sum(_even(len(tag.value)) for tag in tags if len(tag.value) > 4)
    return 2 + 12 * (len(tags) + pointers) + 4 + longer


def _written(tags: Collection[Tag], at: int) -> bytes:
    """Return a directory that begins at `at` of its block."""
    entries, values = b"", b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag in sorted(tags, key=lambda each: each.number):
        short = len(tag.value) <= 4
        place = tag.value.ljust(4, b"\0") if short else struct.pack("<I", behind + len(values))
        entries += struct.pack("<HHI", tag.number, tag.type, tag.count) + place
        values += b"" if short else tag.value.ljust(_even(len(tag.value)), b"\0")
    return struct.pack("<H", len(tags)) + entries + bytes(4) + values


def _even(length: int) -> int:
    return length + length % 2


def _of_iptc(iptc: bytes) -> Iterator[Tag]:
    """Yield author and notice. Source: IPTC-NAA IIM 4.2, datasets 1:90, 2:80 and 2:116."""
    found: dict[tuple[int, int], bytes] = {}
    at = 0
    while iptc[at : at + 1] == b"\x1c" and at + 5 <= len(iptc):
        record, dataset, length = struct.unpack_from(">BBH", iptc, at + 1)
        # From 32 kB on, lengths are written another way: no author or notice is as long.
        if length >= 0x8000 or at + 5 + length > len(iptc):
            break
        found.setdefault((record, dataset), iptc[at + 5 : at + 5 + length])
        at += 5 + length
    encoding = "utf-8" if found.get((1, 90)) == b"\x1b%G" else "latin-1"
    for dataset, number in (((2, 80), _ARTIST), ((2, 116), _COPYRIGHT)):
        text = found.get(dataset, b"").decode(encoding, "replace").strip("\0 ").encode()
        if 0 < len(text) < MAX_VALUE_BYTES:
            yield Tag("image", number, _TEXT, len(text) + 1, text + b"\0")


def _kept_as(tag: Tag) -> Kept | None:
    if tag.directory == "gps":
        return "gps"
    if tag.directory == "capture":
        return "capture" if tag.number in _OF_CAPTURE else None
    return _OF_IMAGE.get(tag.number)


_PREFIX = b"Exif\0\0"
_HEAD = 8
_TEXT, _LONG = 2, 4
# The struct letters of one value of each TIFF type.
_TYPES = {1: "B", 2: "c", 3: "H", 4: "I", 5: "II", 7: "c", 9: "i", 10: "ii"}
_ORDER: tuple[Directory, ...] = get_args(Directory)
_POINTERS: dict[int, Directory] = {0x8769: "capture", 0x8825: "gps"}
_ARTIST, _COPYRIGHT = 0x013B, 0x8298
_OF_IMAGE: dict[int, Kept] = {
    _ARTIST: "copyright",
    _COPYRIGHT: "copyright",
    0x010F: "capture",  # make
    0x0110: "capture",  # model
}
# When, with what lens and how long: no serial numbers, no owner, no maker's note.
_OF_CAPTURE = frozenset(
    {0x829A, 0x829D, 0x8822, 0x8827, 0x8830, 0x9003, 0x9011, 0x9201, 0x9202, 0x9203, 0x9204}
    | {0x9205, 0x9207, 0x9208, 0x9209, 0x920A, 0x9291, 0xA402, 0xA403, 0xA405, 0xA406}
    | {0xA432, 0xA433, 0xA434}
)
