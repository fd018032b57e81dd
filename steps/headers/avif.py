"""AVIF: boxes, of which two list the items of the file (AV1 Image File Format)."""

from collections.abc import Iterator

from steps.headers.boxes import boxes, extents, item_of
from steps.headers.colours import refuse_hdr
from steps.headers.structure import Count, Structure, Truncated, unpack


def walk(data: bytes) -> Iterator[Structure]:
    """Yield what the file tells, to the end of its last box."""
    width, height, pixels, metadata = 0, 0, False, 0
    described: set[int] = set()
    lengths: list[tuple[int, int]] = []
    items = Count("items")
    for kind, start, stop in boxes(data, 0, len(data), Count("boxes")):
        pixels = pixels or kind in PIXELS
        if kind == b"ispe":
            # Tiles of a grid have sizes of their own; the picture's is the largest.
            across, down = unpack(">II", data, start + 4)
            width, height = max(width, across), max(height, down)
            yield Structure(width, height)
        elif kind == b"infe":
            item, what = item_of(data, start)
            described |= {item} if what in METADATA else set()
        elif kind == b"iloc":
            lengths += ((each.item, each.size) for each in extents(data, start, items))
        elif kind == b"colr":
            metadata += stop - start
    metadata += sum(length for item, length in lengths if item in described)
    yield Structure(width, height, metadata=metadata)
    if not pixels:
        raise Truncated
    refuse_hdr(data, "an AVIF")


PIXELS = frozenset({b"mdat", b"idat"})
"""The boxes that hold pixels."""
METADATA = frozenset({b"Exif", b"mime", b"uri "})
"""The kinds of items that hold none."""
