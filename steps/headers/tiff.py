"""TIFF: pages of strips or tiles, told by directories (TIFF 6.0; technical note 2 for JPEG)."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

from steps.headers import jpeg
from steps.headers.directories import Directory, Tag, directories
from steps.headers.pages import FAXES, JPEG, PLAIN, Layout, layout
from steps.headers.structure import (
    MAX_PARTS,
    Count,
    Malformed,
    Structure,
    TooManyParts,
    Truncated,
    Unread,
)


def walk(data: bytes) -> Iterator[Structure]:
    """Yield what the file tells: the largest of its pages, and how many there are.

    Every value and every strip has to lie in the file, since there is no mark at its end. Smaller
    renderings of a page are no pages; directories below one are walked, and not read. Nor are the
    strips of a second page: none is opened of a file that has one, and a thousand may share a JPEG.
    """
    width, height, pages, scans, metadata = 0, 0, 0, 0, 0
    strips, segments = Count("strips"), Count("segments", MAX_PARTS)
    for directory in directories(data):
        metadata += sum(
            entry.size for tag, entry in directory.entries.items() if tag not in _PLACES
        )
        _count(directory, strips)
        if directory.role == "page" and not _is_smaller(directory):
            pages += 1
            width = max(width, directory.number(Tag.WIDTH))
            height = max(height, directory.number(Tag.HEIGHT))
            yield Structure(width, height, pages, scans, metadata)
            if pages == 1:
                page = layout(directory)
                for stream in _streams(directory, page):
                    scans = max(scans, _scans(stream, page, segments))
                    yield Structure(width, height, pages, scans, metadata)
        elif not pages:
            # The full picture of a camera's raw file hides in a directory below.
            raise Unread("a TIFF that begins with a thumbnail, as raw photos do")
        yield Structure(width, height, pages, scans, metadata)


def known_samples(data: bytes) -> int:
    """Return how many samples of the first page's pixels are to be read."""
    return layout(next(directories(data))).known_samples


def is_fax(data: bytes) -> bool:
    """Whether the first page is compressed as fax machines do it."""
    return layout(next(directories(data))).compression in FAXES


def _streams(page: Directory, found: Layout) -> Iterator[bytes]:
    """Check that the strips of a page lie in the file; yield them if they are JPEGs."""
    tiled = Tag.TILE_OFFSETS in page.entries
    places = page.numbers(Tag.TILE_OFFSETS if tiled else Tag.STRIP_OFFSETS)
    lengths = page.numbers(Tag.TILE_LENGTHS if tiled else Tag.STRIP_LENGTHS)
    if not len(places) == len(lengths) == found.parts:
        raise Malformed(f"{len(places)} strips of {len(lengths)} lengths, not {found.parts}")
    lie = sorted(zip(places, lengths, strict=True))
    end = max(at + length for at, length in lie)
    if end > len(page.data):
        raise Truncated(end)
    if any(at + length > following for (at, length), (following, _) in pairwise(lie)):
        raise Malformed("strips that lie over each other")
    if found.compression == PLAIN:
        _check_whole(lengths, found)
    elif found.compression == JPEG:
        yield from (page.data[at : at + length] for at, length in lie)


def _check_whole(lengths: tuple[int, ...], found: Layout) -> None:
    """Pixels that are not compressed have a known length; libvips would read what lies behind."""
    samples = (found.colours + len(found.beside)) // found.planes
    row = ceil(found.across * samples * found.bits / 8)
    plane = found.parts // found.planes
    for index, length in enumerate(lengths):
        last = found.across == found.width and index % plane == plane - 1
        rows = found.height - (plane - 1) * found.down if last else found.down
        if length < row * rows:
            raise Truncated


def _scans(stream: bytes, page: Layout, segments: Count) -> int:
    """Return how often a JPEG goes over its pixels, which have to be those of its strip."""
    *_, seen = Structure(0, 0), *jpeg.walk(stream, segments)
    if seen.width > page.across or seen.height > page.down:
        raise Malformed(f"a strip of {seen.width} x {seen.height} pixels where fewer belong")
    return seen.scans


def _count(directory: Directory, strips: Count) -> None:
    """Count what a decoder reads of each directory, whoever needs it."""
    strips.seen += sum(entry.count for tag, entry in directory.entries.items() if tag in _PLACES)
    if strips.seen > 2 * strips.most:
        raise TooManyParts(strips.of, strips.most)


def _is_smaller(directory: Directory) -> bool:
    """Whether it is a smaller rendering of another page, or a mask of one."""
    return bool(directory.number(Tag.SUBFILE) & (_REDUCED | _MASK))


_PLACES = {Tag.STRIP_OFFSETS, Tag.STRIP_LENGTHS, Tag.TILE_OFFSETS, Tag.TILE_LENGTHS}
_REDUCED, _MASK = 1, 4
