"""GIF: blocks of sub-blocks, up to 255 bytes each (CompuServe GIF89a)."""

from collections.abc import Iterator

from steps.headers.structure import Count, Malformed, Structure, Truncated, unpack

MAX_SUB_BLOCKS = 1_000_000
"""25 MB of whole ones, 255 bytes each, are 100,000."""


def walk(data: bytes) -> Iterator[Structure]:
    """Yield what the file tells, to its trailer; what is behind that is none of the picture's."""
    width, height, flags = unpack("<HHB", data, 6)
    frames, metadata = 0, 0
    yield Structure(width, height)
    at = 13 + _table(flags)
    blocks, parts = Count("blocks"), Count("sub-blocks", MAX_SUB_BLOCKS)
    while (block := data[at : at + 1]) != _TRAILER:
        blocks.one_more()
        if block == _IMAGE:
            left, top, across, down, flags = unpack("<HHHHB", data, at + 1)
            # Decoders let the canvas grow to hold a frame that is larger than it said.
            width, height = max(width, left + across), max(height, top + down)
            if not (across and down):
                raise Malformed(f"a GIF with a frame of {across} x {down} pixels")
            frames += 1
            yield Structure(width, height, frames, metadata=metadata)
            at = _skipped(data, at + 11 + _table(flags), parts)
        elif block == _EXTENSION:
            start, at = at, _skipped(data, at + 2, parts)
            metadata += at - start
        elif block == b"\0":  # a stray end of sub-blocks, which some writers leave
            at += 1
        elif block:
            raise Malformed(f"a GIF block of the unknown kind 0x{block.hex()}")
        else:
            raise Truncated
        yield Structure(width, height, max(frames, 1), metadata=metadata)
    if not frames:
        raise Malformed("a GIF without an image")


def _table(flags: int) -> int:
    """Return the bytes of the colour table that the flags announce."""
    return 3 << (flags & 0x07) + 1 if flags & 0x80 else 0


def _skipped(data: bytes, at: int, parts: Count) -> int:
    """Return where the sub-blocks that begin at `at` have ended."""
    try:
        while length := data[at]:
            parts.one_more()
            at += length + 1
    except IndexError:
        raise Truncated from None
    return at + 1


_TRAILER, _IMAGE, _EXTENSION = b";", b",", b"!"
