"""TIFF: pages of strips or tiles, told by directories (TIFF 6.0; technical note 2 for JPEG)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from steps.headers import jpeg
from steps.headers.directories import Directory, directories
from steps.headers.structure import (
    MAX_PARTS,
    Count,
    Malformed,
    Structure,
    TooManyParts,
    Truncated,
    Unread,
)

LARGE_TILE = 2**20
"""Pixels that one tile may have in a picture however small: decoders hold whole tiles."""


@dataclass(frozen=True)
class Layout:
    """How a page keeps its pixels."""

    width: int  # pixels
    height: int
    across: int  # pixels of a strip or tile
    down: int
    bits: int  # of a sample
    colours: int  # samples of a pixel, without what is beside them
    beside: tuple[int, ...]  # what each further sample is: 1 and 2 are alpha, 0 is anything
    planes: int  # in which the samples lie, each with strips of its own
    compression: int
    photometric: int

    @property
    def parts(self) -> int:
        """How many strips or tiles there are."""
        return ceil(self.width / self.across) * ceil(self.height / self.down) * self.planes


def walk(data: bytes) -> Iterator[Structure]:
    """Yield what the file tells: the largest of its pages, and how many there are.

    Every value and every strip has to lie in the file, since there is no mark at its end. Smaller
    renderings of a page are no pages; directories below one are walked, and not read.
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
            width = max(width, directory.number(_WIDTH))
            height = max(height, directory.number(_HEIGHT))
            yield Structure(width, height, pages, scans, metadata)
            page = layout(directory)
            for stream in _streams(directory, page):
                scans = max(scans, _scans(stream, page, segments))
                yield Structure(width, height, pages, scans, metadata)
        elif not pages:
            # The full picture of a camera's raw file hides in a directory below.
            raise Unread("a TIFF that begins with a thumbnail, as raw photos do")
        yield Structure(width, height, pages, scans, metadata)


def known_samples(data: bytes) -> int:
    """Return how many samples a pixel of the first page has, without one of unknown meaning.

    It stands last, and libvips takes it for alpha. A palette's pixels are of three.
    """
    first = layout(next(directories(data)))
    colours = 3 if first.photometric == _PALETTE else first.colours
    return colours + len([each for each in first.beside if each != _ANYTHING])


def layout(page: Directory) -> Layout:
    """Return how the page keeps its pixels.

    Raises Unread for what is not read here, Malformed for what no picture is kept like.
    """
    width, height = page.number(_WIDTH), page.number(_HEIGHT)
    tiled = _TILE_OFFSETS in page.entries
    samples = page.number(_SAMPLES, 1)
    photometric = page.number(_PHOTOMETRIC, -1)
    colours = _COLOURS.get(photometric, 0)
    found = Layout(
        width=width,
        height=height,
        across=page.number(_TILE_WIDTH) if tiled else width,
        down=page.number(_TILE_HEIGHT) if tiled else min(page.number(_ROWS, height), height),
        bits=page.number(_BITS, 1),
        colours=colours,
        beside=(page.numbers(_BESIDE) or (_ANYTHING,) * max(0, samples - colours))[:samples],
        planes=samples if page.number(_PLANAR, 1) == _APART else 1,
        compression=page.number(_COMPRESSION, 1),
        photometric=photometric,
    )
    if not (width and height and found.across and found.down):
        sides = f"{width} x {height} pixels in strips of {found.across} x {found.down}"
        raise Malformed(f"a TIFF of {sides}")
    if photometric < 0:
        raise Malformed("a TIFF that does not say what its colours are")
    _check_read(page, found, samples)
    if tiled and found.across * found.down > max(LARGE_TILE, 4 * width * height):
        raise Malformed(f"tiles of {found.across} x {found.down} pixels for fewer")
    return found


def _check_read(page: Directory, found: Layout, samples: int) -> None:
    bits = sorted(set(page.numbers(_BITS))) or [1]
    unread = {
        f"compressed by the method {found.compression}": found.compression not in _COMPRESSIONS,
        f"in colours of the kind {found.photometric}": not found.colours,
        f"with samples of {' or '.join(map(str, bits))} bits": bits[1:]
        or bits[0] not in _bits(found, samples),
        "with samples that are no plain numbers": set(page.numbers(_FORMAT)) - {1},
        f"with {samples} samples a pixel": samples != found.colours + len(found.beside)
        or len(found.beside) > (found.photometric != _PALETTE),
        "in YCbCr that is no JPEG": found.photometric == _YCBCR and found.compression != _JPEG,
        "in tiles whose samples lie apart": found.planes > 1 and _TILE_OFFSETS in page.entries,
        "in inks other than CMYK": page.number(_INKS, 1) != 1,
    }
    for what, is_so in unread.items():
        if is_so:
            raise Unread(f"a TIFF {what}")


def _bits(found: Layout, samples: int) -> set[int]:
    """Return how many bits a sample may have."""
    if found.compression == _JPEG:
        return {8}
    if found.photometric == _PALETTE:
        return {1, 2, 4, 8}
    return {1, 2, 4, 8, 16} if samples == 1 else {8, 16}


def _streams(page: Directory, found: Layout) -> Iterator[bytes]:
    """Check that the strips of a page lie in the file; yield them if they are JPEGs."""
    tiled = _TILE_OFFSETS in page.entries
    places = page.numbers(_TILE_OFFSETS if tiled else _STRIP_OFFSETS)
    lengths = page.numbers(_TILE_LENGTHS if tiled else _STRIP_LENGTHS)
    if not len(places) == len(lengths) == found.parts:
        raise Malformed(f"{len(places)} strips of {len(lengths)} lengths, not {found.parts}")
    lie = sorted(zip(places, lengths, strict=True))
    end = max(at + length for at, length in lie)
    if end > len(page.data):
        raise Truncated(end)
    if any(at + length > following for (at, length), (following, _) in pairwise(lie)):
        raise Malformed("strips that lie over each other")
    if found.compression == _PLAIN:
        _check_whole(lengths, found)
    elif found.compression == _JPEG:
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
    return bool(directory.number(_SUBFILE) & (_REDUCED | _MASK))


_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_STRIP_OFFSETS, _SAMPLES, _ROWS, _STRIP_LENGTHS, _PLANAR = 273, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_LENGTHS = 322, 323, 324, 325
_INKS, _BESIDE, _FORMAT = 332, 338, 339
_PLACES = {_STRIP_OFFSETS, _STRIP_LENGTHS, _TILE_OFFSETS, _TILE_LENGTHS}
_REDUCED, _MASK = 1, 4
_APART = 2
_ANYTHING = 0
_PLAIN, _JPEG = 1, 7
# None, fax groups 3 and 4, LZW, JPEG, deflate by both its numbers, PackBits.
_COMPRESSIONS = {_PLAIN, 2, 3, 4, 5, _JPEG, 8, 32_946, 32_773}
_PALETTE, _YCBCR = 3, 6
# Samples by kind: white or black is zero, RGB, palette, CMYK, YCbCr.
_COLOURS: Mapping[int, int] = {0: 1, 1: 1, 2: 3, _PALETTE: 1, 5: 4, _YCBCR: 3}
