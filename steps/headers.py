"""Headers: what an original says of itself, read from its structure before any decoder sees it.

Each reader walks its format from the first byte to the mark at its end, so a file that was cut
anywhere is known without decoding it; libvips by itself accepts some of those. On the way it
yields the sides as soon as they show, so a bomb is known for one, cut or not.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from steps.formats import Format

MAX_JPEG_SEGMENTS = 10_000
"""More than any camera or editor writes; each segment costs us a step of the walk."""

MAX_PARTS = 50_000
"""Chunks, blocks or boxes: 25 MB of the smallest chunks that a PNG encoder writes are 6,000."""

MAX_GIF_SUB_BLOCKS = 1_000_000
"""25 MB of whole ones, 255 bytes each, are 100,000."""


@dataclass(frozen=True)
class Sides:
    """Width and height in pixels as stored, not yet upright, and the frames counted so far."""

    width: int
    height: int
    frames: int = 1


class Truncated(Exception):
    """The file ends before its end mark. `needed` is its full length in bytes, where it tells."""

    def __init__(self, needed: int | None = None) -> None:
        super().__init__("the file ends before its end mark")
        self.needed = needed


class Malformed(Exception):
    """The file breaks the structure of its format; the text says how."""


def sniff(original: bytes) -> str:
    """Return the format that the first bytes show, or "unknown"; names and types prove nothing.

    Some formats that are never accepted are named too, so that a refusal can say what it met.
    """
    return next((name for name, magic in _MAGIC.items() if magic.match(original)), "unknown")


def walk(original: bytes, file_format: Format) -> Iterator[Sides]:
    """Yield the sides and frames each time that the file tells more of them, to its end mark.

    They only grow, and the last are the file's. Raises Truncated or Malformed on the way.
    """
    sides = Sides(0, 0)
    for sides in _READERS[file_format](original):
        yield sides
    if not (sides.width and sides.height):
        raise Malformed(f"a picture of {sides.width} x {sides.height} pixels")


def _jpeg(data: bytes) -> Iterator[Sides]:
    at, frame = 2, False
    for _ in range(MAX_JPEG_SEGMENTS):
        # Skips entropy-coded data, in which no such pair of bytes occurs.
        found = _JPEG_MARKER.search(data, at)
        if found is None:
            raise Truncated
        at, marker = found.end(), found[0][1]
        if marker == _JPEG_END:
            return
        if marker in _JPEG_FRAMES:
            if frame:
                raise Malformed("a JPEG of more than one frame")
            frame = True
            height, width = _unpack(">HH", data, at + 3)
            yield Sides(width, height)
        at += _unpack(">H", data, at)[0]
    raise Malformed(f"more than {MAX_JPEG_SEGMENTS} segments")


def _png(data: bytes) -> Iterator[Sides]:
    width, height, at = 0, 0, 8
    kind = b""
    count = _Count("chunks", MAX_PARTS)
    while kind != b"IEND":
        count.one_more()
        length, kind = _unpack(">I4s", data, at)
        if (kind == b"IHDR") != (at == 8):
            raise Malformed("a PNG with its IHDR elsewhere than first")
        if kind == b"IHDR":
            width, height = _unpack(">II", data, at + 8)
            yield Sides(width, height)
        elif kind == b"acTL":
            # An animation's frames; decoders of plain PNG would quietly show the first.
            yield Sides(width, height, max(1, _unpack(">I", data, at + 8)[0]))
        at += 12 + length
        if at > len(data):
            raise Truncated(at)


def _gif(data: bytes) -> Iterator[Sides]:
    width, height, flags = _unpack("<HHB", data, 6)
    yield Sides(width, height)
    frames = 0
    at = 13 + _gif_table(flags)
    blocks, parts = _Count("blocks", MAX_PARTS), _Count("sub-blocks", MAX_GIF_SUB_BLOCKS)
    while (block := data[at : at + 1]) != _GIF_TRAILER:
        blocks.one_more()
        if block == b",":  # an image
            left, top, across, down, flags = _unpack("<HHHHB", data, at + 1)
            # Decoders let the canvas grow to hold a frame that is larger than it said.
            width, height = max(width, left + across), max(height, top + down)
            frames += 1
            yield Sides(width, height, frames)
            at = _gif_skip(data, at + 11 + _gif_table(flags), parts)
        elif block == b"!":  # an extension
            at = _gif_skip(data, at + 2, parts)
        elif block == b"\0":  # a stray end of sub-blocks, which some writers leave
            at += 1
        elif block:
            raise Malformed(f"a GIF block of the unknown kind 0x{block.hex()}")
        else:
            raise Truncated
    if not frames:
        raise Malformed("a GIF without an image")


def _gif_table(flags: int) -> int:
    """Return the bytes of the colour table that the flags announce."""
    return 3 << (flags & 0x07) + 1 if flags & 0x80 else 0


def _gif_skip(data: bytes, at: int, parts: "_Count") -> int:
    """Return where the sub-blocks that begin at `at` have ended."""
    try:
        while length := data[at]:
            parts.one_more()
            at += length + 1
    except IndexError:
        raise Truncated from None
    return at + 1


def _webp(data: bytes) -> Iterator[Sides]:
    end = 8 + _unpack("<I", data, 4)[0]
    width, height, frames = 0, 0, 0
    at = 12
    chunks = _Count("chunks", MAX_PARTS)
    while at < end:
        chunks.one_more()
        kind, length = _unpack("<4sI", data, at)
        across, down = _webp_sides(data, kind, at + 8)
        width, height = max(width, across), max(height, down)
        frames += kind == b"ANMF"
        yield Sides(width, height, frames or 1)
        at += 8 + length + length % 2
    # Some writers leave out the padding byte of the last chunk.
    if max(end, at - 1) > len(data):
        raise Truncated(max(end, at - 1))


def _webp_sides(data: bytes, kind: bytes, at: int) -> tuple[int, int]:
    """Return the width and height that a chunk tells, 0 and 0 for chunks that tell none."""
    if kind == b"VP8X":
        low, high = _unpack("<IH", data, at + 4)
        both = low | high << 32
        return (both & 0xFFFFFF) + 1, (both >> 24 & 0xFFFFFF) + 1
    if kind == b"VP8 ":
        across, down = _unpack("<HH", data, at + 6)
        return across & 0x3FFF, down & 0x3FFF
    if kind == b"VP8L":
        both = _unpack("<I", data, at + 1)[0]
        return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
    return 0, 0


def _avif(data: bytes) -> Iterator[Sides]:
    width, height, pixels = 0, 0, False
    for kind, at in _avif_boxes(data, 0, len(data), _Count("boxes", MAX_PARTS)):
        pixels = pixels or kind in _AVIF_PIXELS
        if kind == b"ispe":
            # Tiles of a grid have sizes of their own; the picture's is the largest.
            across, down = _unpack(">II", data, at + 4)
            width, height = max(width, across), max(height, down)
            yield Sides(width, height)
    if not pixels:
        raise Truncated


def _avif_boxes(
    data: bytes, at: int, end: int, count: "_Count", inside: bytes = b""
) -> Iterator[tuple[bytes, int]]:
    """Yield the kind of each box between `at` and `end`, and where its content begins."""
    while at < end:
        count.one_more()
        length, kind = _unpack(">I4s", data, at)
        start = at + 8
        if length == 1:
            length, start = _unpack(">Q", data, start)[0], start + 8
        stop = at + length if length else end
        if stop > end:
            raise Truncated(stop)
        if stop < start:
            raise Malformed(f"a box of {length} bytes")
        yield kind, start
        if _AVIF_INSIDE.get(kind) == inside:
            skipped = 4 if kind == b"meta" else 0  # its version and flags
            yield from _avif_boxes(data, start + skipped, stop, count, kind)
        at = stop


@dataclass
class _Count:
    """Counts the parts of a file, and refuses one of more than any encoder writes."""

    of: str
    most: int
    seen: int = 0

    def one_more(self) -> None:
        """Count one; raises Malformed beyond the most."""
        self.seen += 1
        if self.seen > self.most:
            raise Malformed(f"more than {self.most:,} {self.of}")


def _unpack(layout: str, data: bytes, at: int) -> tuple[Any, ...]:
    try:
        return struct.unpack_from(layout, data, at)
    except struct.error:
        raise Truncated from None


_MAGIC = {
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "avif": re.compile(rb"....ftyp(avif|mif1.{4,32}avif)", re.DOTALL),
    "heic": re.compile(rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL),
    "tiff": re.compile(rb"II\*\x00|MM\x00\*"),
    "bmp": re.compile(rb"BM....\x00\x00\x00\x00", re.DOTALL),
    "pdf": re.compile(rb"%PDF-"),
    "svg": re.compile(rb"\s{0,99}<svg"),
    "xml": re.compile(rb"\s{0,99}<\?xml"),
}
# Any marker but stuffed bytes (00), fill (FF), TEM (01) and restarts (D0 to D7), which carry
# no length. An SOI (D8) has none either, and no business after the first.
_JPEG_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
_JPEG_END = 0xD9
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15 but DHT, JPG, DAC
_GIF_TRAILER = b";"
_AVIF_INSIDE = {b"meta": b"", b"iprp": b"meta", b"ipco": b"iprp"}  # to look into, and where
_AVIF_PIXELS = {b"mdat", b"idat"}
_READERS: dict[Format, Callable[[bytes], Iterator[Sides]]] = {
    "jpeg": _jpeg,
    "png": _png,
    "gif": _gif,
    "webp": _webp,
    "avif": _avif,
}
