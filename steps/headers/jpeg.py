"""JPEG: segments that say how long they are, and pixels between some of them (ITU-T T.81, B)."""

import re
from collections.abc import Iterator

from steps.headers.structure import Count, Malformed, Structure, Truncated, unpack

MAX_SEGMENTS = 10_000
"""More than any camera or editor writes; each segment costs us a step of the walk."""


def walk(data: bytes, segments: Count | None = None) -> Iterator[Structure]:
    """Yield what the file tells, to its end mark; what is behind that is none of the picture's.

    Many JPEGs that make one picture share a count of `segments`.
    """
    at, frame = 2, False
    width, height, scans, metadata = 0, 0, 0, 0
    segments = segments or Count("segments", MAX_SEGMENTS)
    while True:
        segments.one_more()
        # Skips entropy-coded data, in which no such pair of bytes occurs.
        found = _MARKER.search(data, at)
        if found is None:
            raise Truncated
        at, marker = found.end(), found[0][1]
        if marker == _END:
            return
        (length,) = unpack(">H", data, at)
        if marker in _FRAMES:
            if frame:
                raise Malformed("a JPEG of more than one frame")
            frame = True
            height, width = unpack(">HH", data, at + 3)
        scans += marker == _SCAN
        metadata += length if marker in _METADATA else 0
        yield Structure(width, height, scans=scans, metadata=metadata)
        at += length


# Any marker but stuffed bytes (00), fill (FF), TEM (01) and restarts (D0 to D7), which carry
# no length. An SOI (D8) has none either, and no business after the first.
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
_END = 0xD9
_SCAN = 0xDA
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15 but DHT, JPG, DAC
_METADATA = {*range(0xE0, 0xF0), 0xFE}  # APP0 to APP15, COM
