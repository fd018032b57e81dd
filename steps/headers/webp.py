"""WebP: a RIFF of chunks that say how long they are (WebP container specification)."""

from collections.abc import Iterator

from steps.headers.structure import Count, Structure, Truncated, unpack


def walk(data: bytes) -> Iterator[Structure]:
    """Yield what the file tells, to the end of its RIFF; what is behind is none of the picture's.

    The canvas is the largest that any chunk tells; the chunks within a frame are not looked into.
    """
    end = 8 + unpack("<I", data, 4)[0]
    width, height, frames, metadata = 0, 0, 0, 0
    at = 12
    chunks = Count("chunks")
    while at < end:
        chunks.one_more()
        kind, length = unpack("<4sI", data, at)
        across, down = _sides(data, kind, at + 8)
        width, height = max(width, across), max(height, down)
        frames += kind == b"ANMF"
        metadata += 0 if kind in _PIXELS else length
        yield Structure(width, height, frames or 1, metadata=metadata)
        at += 8 + length + length % 2
    # Some writers leave out the padding byte of the last chunk.
    if max(end, at - 1) > len(data):
        raise Truncated(max(end, at - 1))


def _sides(data: bytes, kind: bytes, at: int) -> tuple[int, int]:
    """Return the width and height that a chunk tells, 0 and 0 for chunks that tell none."""
    if kind == b"VP8X":
        low, high = unpack("<IH", data, at + 4)
        both = low | high << 32
        return (both & 0xFFFFFF) + 1, (both >> 24 & 0xFFFFFF) + 1
    if kind == b"VP8 ":
        across, down = unpack("<HH", data, at + 6)
        return across & 0x3FFF, down & 0x3FFF
    if kind == b"VP8L":
        both = unpack("<I", data, at + 1)[0]
        return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
    return 0, 0


_PIXELS = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
