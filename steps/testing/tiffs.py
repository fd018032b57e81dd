"""TIFFs: written tag by tag, so that they can be what no encoder writes. All made here."""

import struct
from collections.abc import Mapping
from itertools import repeat

Tags = Mapping[int, tuple[int, int, int]]
"""Type, count, and value or its place, by number. Type 3 has two bytes a value, type 4 four."""

PIXELS = bytes(range(240)) * 10
"""Of a page of 60 x 40 in grey."""
PLACE = 8
"""Where the pixels of all pages begin: behind the head."""


def short(value: int) -> tuple[int, int, int]:
    """Return a tag of one value of two bytes."""
    return 3, 1, value


def long(value: int) -> tuple[int, int, int]:
    """Return a tag of one value of four bytes."""
    return 4, 1, value


def page(tags: Tags | None = None) -> Tags:
    """Return the tags of a page of 60 x 40 in grey, of 8 bits and one strip, but for `tags`."""
    plain = {256: long(60), 257: long(40), 258: short(8), 259: short(1), 262: short(1)}
    strip = {273: long(PLACE), 277: short(1), 278: long(40), 279: long(len(PIXELS))}
    return plain | strip | dict(tags or {})


def tiff(*pages: Tags, pixels: bytes = PIXELS, last: int = 0, order: str = "<") -> bytes:
    """Return a TIFF of these pages, which may share the pixels; `last` is the place behind them."""
    pixels += b"\0" * (len(pixels) % 2)
    at = PLACE + len(pixels)
    head = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, at)
    directories = b""
    for left, tags in zip(reversed(range(len(pages))), pages, strict=True):
        at += 6 + 12 * len(tags)
        following = at if left else last
        entries = (_entry(order, tag, *value) for tag, value in sorted(tags.items()))
        directories += struct.pack(order + "H", len(tags)) + b"".join(entries)
        directories += struct.pack(order + "I", following)
    return head + pixels + directories


def circle() -> bytes:
    """Return a TIFF whose only page is followed by itself."""
    return tiff(page(), last=PLACE + len(PIXELS))


def within_itself() -> bytes:
    """Return a TIFF whose page is the directory below itself, too."""
    return tiff(page({330: long(PLACE + len(PIXELS))}))


def claiming(width: int, height: int) -> bytes:
    """Return a TIFF of a few bytes that claims to be that large."""
    return tiff(page({256: long(width), 257: long(height)}))


def of_pages(pages: int, *, smaller: bool = False) -> bytes:
    """Return a TIFF of so many pages, all of the same pixels, or of one and its thumbnails."""
    others = page({254: long(1)}) if smaller else page()
    return tiff(page(), *repeat(others, pages - 1))


def of_tags(tags: int) -> bytes:
    """Return a TIFF of a page with that many tags beside its own."""
    return tiff(page({tag: short(1) for tag in range(1_000, 1_000 + tags)}))


def of_lists(directories: int, places: int) -> bytes:
    """Return a TIFF with so many directories below its page, each of which tells of so many more.

    They share one list, in which all places are that of the first of them.
    """
    size = 2 + 12 + 4
    first = PLACE + len(PIXELS) + 4 * places
    below = b"".join(
        struct.pack("<H", 1)
        + _entry("<", 330, 4, places, PLACE + len(PIXELS))
        + struct.pack("<I", first + size * number if number < directories else 0)
        for number in range(1, directories + 1)
    )
    pixels = PIXELS + struct.pack("<I", first) * places + below
    return tiff(page({330: long(first), 279: long(len(PIXELS))}), pixels=pixels)


def of_long_tags(pages: int) -> bytes:
    """Return a TIFF of so many pages whose every tag has 50,000 values, the same for all."""
    ones = struct.pack("<I", 1) * 50_000
    tags = (256, 257, 259, 262, 277, 278, 284, 332, 339)
    sides = dict.fromkeys(tags, (4, 50_000, PLACE))
    bits = {258: (4, 50_000, PLACE + len(ones)), 279: long(1)}
    return tiff(*[page(sides | bits)] * pages, pixels=ones + struct.pack("<I", 8) * 50_000)


def of_shared_jpeg(pages: int, size: int) -> bytes:
    """Return a TIFF of so many pages whose pixels are all in one JPEG, of `size` bytes."""
    head = b"\xff\xd8\xff\xc0\0\x0b\x08" + struct.pack(">HH", 40, 60) + b"\1\1\x11\0"
    jpeg = head + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + bytes(size) + b"\xff\xd9"
    tags = {259: short(7), 279: long(len(jpeg))}
    return tiff(*[page(tags)] * pages, pixels=jpeg)


def of_metadata() -> bytes:
    """Return a TIFF of 240 kB that has a hundred times as much: each tag is all of it."""
    pixels = PIXELS * 100
    tags = {tag: (7, len(pixels), PLACE) for tag in range(60_000, 60_100)}
    return tiff(page(tags), pixels=pixels)


def of_overlaps() -> bytes:
    """Return a TIFF of 40 strips, each in the place of the others."""
    behind = PLACE + len(PIXELS)
    tags = {273: (4, 40, behind), 278: long(1), 279: (4, 40, behind + 160)}
    return tiff(page(tags), pixels=PIXELS + struct.pack("<80I", *[PLACE] * 40, *[60] * 40))


def of_tiles(side: int) -> bytes:
    """Return a TIFF of 60 x 40 pixels in one tile of that side."""
    strips = {273, 278, 279}
    tags = {tag: value for tag, value in page().items() if tag not in strips}
    pixels = bytes(range(64)) * 64
    place, length = long(PLACE), long(len(pixels))
    tile = {322: long(side), 323: long(side), 324: place, 325: length}
    return tiff(tags | tile, pixels=pixels)


def of_strip(strip: bytes, compression: int, tags: Tags | None = None) -> bytes:
    """Return a TIFF of a page whose pixels are that strip, compressed by that method."""
    told = {259: short(compression), 279: long(len(strip))}
    return tiff(page(told | dict(tags or {})), pixels=strip)


def of_jpeg(strip: bytes) -> bytes:
    """Return a TIFF of a page in YCbCr whose pixels are that JPEG."""
    strip += b"\0" * (len(strip) % 2)
    bits = {258: (3, 3, PLACE + len(strip))}
    colours = {262: short(6), 277: short(3), 530: (3, 2, 0x0002_0002)}
    return of_strip(strip + struct.pack("<3H", 8, 8, 8), 7, bits | colours)


def _entry(order: str, tag: int, kind: int, values: int, value: int) -> bytes:
    told = struct.pack(order + "HHI", tag, kind, values)
    if kind == 3 and values <= 2:
        # Values of two bytes stand at the beginning of the four.
        return told + struct.pack(order + "HH", value & 0xFFFF, value >> 16)
    return told + struct.pack(order + "I", value)
