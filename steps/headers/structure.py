"""Structure: what a file tells of itself, and the four ways in which it can be wrong."""

import struct
from dataclasses import dataclass
from typing import Any

MAX_PARTS = 50_000
"""Chunks, blocks or boxes: 25 MB of the smallest chunks that a PNG encoder writes are 6,000."""


@dataclass(frozen=True)
class Structure:
    """What a file has told of itself up to some place."""

    width: int  # pixels as stored, not yet upright
    height: int
    frames: int = 1
    scans: int = 0  # of a JPEG: how often its pixels are gone over
    metadata: int = 0  # bytes of what is no pixels, inflated where the file has it deflated


class Truncated(Exception):
    """The file ends before its end mark. `needed` is its full length in bytes, where it tells."""

    def __init__(self, needed: int | None = None) -> None:
        super().__init__("the file ends before its end mark")
        self.needed = needed


class Malformed(Exception):
    """The file breaks the structure of its format; the text says how."""


class Unread(Exception):
    """The file keeps its picture in a way of its format that is not read here; the text says so."""


class TooManyParts(Exception):
    """The file has more parts of a kind, `of`, than any encoder writes: `most`."""

    def __init__(self, of: str, most: int) -> None:
        super().__init__(f"more than {most:,} {of}")
        self.of = of
        self.most = most


@dataclass
class Count:
    """Counts the parts of a file."""

    of: str
    most: int = MAX_PARTS
    seen: int = 0

    def one_more(self) -> None:
        """Count one; raises TooManyParts beyond the most."""
        self.seen += 1
        if self.seen > self.most:
            raise TooManyParts(self.of, self.most)


def unpack(layout: str, data: bytes, at: int) -> tuple[Any, ...]:
    """Return what lies at `at`, as `struct` lays it out; raises Truncated beyond the end."""
    try:
        return struct.unpack_from(layout, data, at)
    except (struct.error, OverflowError):
        raise Truncated from None
