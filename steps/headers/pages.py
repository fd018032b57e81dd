"""Pages: how one of a TIFF keeps its pixels, as far as that is read here (TIFF 6.0, 3 to 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from steps.headers.directories import Directory, Tag
from steps.headers.structure import Malformed, Unread

PLAIN, JPEG = 1, 7
"""Methods of compression: none, and as a JPEG."""
FAXES = (2, 3, 4)
"""Those of fax machines: groups 3 and 4."""
ANYTHING = 0
"""What a further sample is that is no alpha."""
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

    @property
    def known_samples(self) -> int:
        """How many samples a pixel has as libvips reads it, without one of unknown meaning.

        That stands last, and libvips takes it for alpha. A palette's pixels are of three.
        """
        colours = 3 if self.photometric == _PALETTE else self.colours
        return colours + len([each for each in self.beside if each != ANYTHING])


def layout(page: Directory) -> Layout:
    """Return how the page keeps its pixels.

    Raises Unread for what is not read here, Malformed for what no picture is kept like.
    """
    width, height = page.number(Tag.WIDTH), page.number(Tag.HEIGHT)
    tiled = Tag.TILE_OFFSETS in page.entries
    samples = page.number(Tag.SAMPLES, 1)
    photometric = page.number(Tag.PHOTOMETRIC, -1)
    colours = _COLOURS.get(photometric, 0)
    found = Layout(
        width=width,
        height=height,
        across=page.number(Tag.TILE_WIDTH) if tiled else width,
        down=page.number(Tag.TILE_HEIGHT) if tiled else min(page.number(Tag.ROWS, height), height),
        bits=page.number(Tag.BITS, 1),
        colours=colours,
        beside=_beside(page, samples, colours),
        planes=samples if page.number(Tag.PLANES, 1) == _APART else 1,
        compression=page.number(Tag.COMPRESSION, 1),
        photometric=photometric,
    )
    if not (width and height and found.across and found.down):
        raise Malformed(f"{width} x {height} pixels in strips of {found.across} x {found.down}")
    if photometric < 0:
        raise Malformed("a TIFF that does not say what its colours are")
    _check_read(page, found, samples)
    if tiled and found.across * found.down > max(LARGE_TILE, 4 * width * height):
        raise Malformed(f"tiles of {found.across} x {found.down} pixels for fewer")
    return found


def _beside(page: Directory, samples: int, colours: int) -> tuple[int, ...]:
    """Return what each sample beside the colours is, of a few: no more are read."""
    told = page.numbers(Tag.BESIDE)
    return (told or (ANYTHING,) * max(0, min(samples, _MANY_SAMPLES) - colours))[:samples]


def _check_read(page: Directory, found: Layout, samples: int) -> None:
    bits = sorted(set(page.numbers(Tag.BITS))) or [1]
    unread = {
        f"compressed by the method {found.compression}": found.compression not in _COMPRESSIONS,
        f"in colours of the kind {found.photometric}": not found.colours,
        f"with samples of {' or '.join(map(str, bits))} bits": bits[1:]
        or bits[0] not in _bits(found, samples),
        "with samples that are no plain numbers": set(page.numbers(Tag.FORMAT)) - {1},
        f"with {samples} samples a pixel": samples != found.colours + len(found.beside)
        or len(found.beside) > (found.photometric != _PALETTE),
        "in YCbCr that is no JPEG": found.photometric == _YCBCR and found.compression != JPEG,
        "in tiles whose samples lie apart": found.planes > 1 and Tag.TILE_OFFSETS in page.entries,
        "in inks other than CMYK": page.number(Tag.INKS, 1) != 1,
    }
    for what, is_so in unread.items():
        if is_so:
            raise Unread(f"a TIFF {what}")


def _bits(found: Layout, samples: int) -> set[int]:
    """Return how many bits a sample may have."""
    if found.compression == JPEG:
        return {8}
    if found.photometric == _PALETTE:
        return {1, 2, 4, 8}
    return {1, 2, 4, 8, 16} if samples == 1 else {8, 16}


_APART = 2
_MANY_SAMPLES = 10
# None, fax groups 3 and 4, LZW, JPEG, deflate by both its numbers, PackBits.
_COMPRESSIONS = {PLAIN, *FAXES, 5, JPEG, 8, 32_946, 32_773}
_PALETTE, _YCBCR = 3, 6
# Samples by kind: white or black is zero, RGB, palette, CMYK, YCbCr.
_COLOURS: Mapping[int, int] = {0: 1, 1: 1, 2: 3, _PALETTE: 1, 5: 4, _YCBCR: 3}
