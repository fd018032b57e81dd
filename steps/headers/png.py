"""PNG: chunks that say how long they are, some of them deflated (W3C PNG, chapters 5 and 11)."""

import zlib
from collections.abc import Iterator

from steps.headers.structure import Count, Malformed, Structure, Truncated, unpack

MAX_INFLATED = 2**26
"""Bytes of all deflated metadata together at which counting ends: more than may be accepted."""


def walk(data: bytes) -> Iterator[Structure]:
    """Yield what the file tells, to its IEND; what is behind that is none of the picture's."""
    width, height, frames, metadata, at = 0, 0, 1, 0, 8
    kind = b""
    chunks = Count("chunks")
    while kind != b"IEND":
        chunks.one_more()
        length, kind = unpack(">I4s", data, at)
        if (kind == b"IHDR") != (at == 8):
            raise Malformed("a PNG with its IHDR elsewhere than first")
        if kind == b"IHDR":
            width, height = unpack(">II", data, at + 8)
        elif kind == b"acTL":
            # An animation's frames; decoders of plain PNG would quietly show the first.
            frames = max(1, unpack(">I", data, at + 8)[0])
        elif kind not in _PIXELS:
            metadata += length + _inflated(data, at, kind, length, MAX_INFLATED - metadata)
        yield Structure(width, height, frames, metadata=metadata)
        at += 12 + length
        if at > len(data):
            raise Truncated(at)


def _inflated(data: bytes, at: int, kind: bytes, length: int, most: int) -> int:
    """Return how many bytes the deflated part of a chunk comes to, not counting far beyond `most`.

    What does not inflate counts up to there: decoders leave it out, or find it corrupt.
    """
    end = at + 8 + length
    name_ends = data.find(b"\0", at + 8, min(end, at + 8 + _LONGEST_NAME))
    if kind not in _DEFLATED or name_ends < 0:
        return 0
    # Behind the name: a byte for the method; iTXt has a flag before it, and two more texts after.
    start = name_ends + 2
    if kind == b"iTXt":
        if data[name_ends + 1 : name_ends + 2] != b"\1":
            return 0
        start = data.find(b"\0", data.find(b"\0", name_ends + 3, end) + 1, end) + 1
    inflating, inflated = zlib.decompressobj(), 0
    for place in range(start, end, _PIECE):
        # What lies behind the end of the stream would be kept, and copied with each further piece.
        if inflated > most or inflating.eof:
            break
        try:
            inflated += len(inflating.decompress(data[place : min(place + _PIECE, end)]))
        except zlib.error:
            break
    return inflated


_PIXELS = {b"PLTE", b"IDAT", b"IEND", b"tRNS", b"fcTL", b"fdAT"}
_DEFLATED = {b"iCCP", b"zTXt", b"iTXt"}
_PIECE = 4096  # bytes; deflate makes at most 1,032 times as many of them
_LONGEST_NAME = 80  # bytes of a keyword, with the zero behind it
