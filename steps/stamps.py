"""Stamps: a mark with its shadow, ready to be laid over pictures, once or all over."""

from dataclasses import dataclass

from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.raster import Frame

Size = tuple[int, int]
MARKS = Limits(max_bytes=2_000_000, max_pixels=4_000_000)
CLEAR = (0, 0, 0, 0)
_WIDEST_SHADOW = 12.0  # standard deviation in pixels: wider ones take long, and are seen no more
# So much of a soft edge is as dark as the shadow gets: it reaches a little beyond the mark.
_SPREAD = 2.25


@dataclass(frozen=True)
class Stamp:
    """A mark with `reach` pixels of shadow, or of nothing, on each side of its ink."""

    picture: Picture
    reach: int

    @property
    def ink(self) -> Size:
        """The size of the mark itself, in pixels."""
        return self.picture.width - 2 * self.reach, self.picture.height - 2 * self.reach


def as_mark(file: bytes) -> Picture:
    """Return the picture of a file that is to be a mark, opened as originals are.

    Raises ValueError, in words, for one that is no picture, is animated or is too large: it lies
    in each function that uses it.
    """
    opened = open_picture(file, MARKS)
    if isinstance(opened, Opened):
        return opened.picture
    known = opened.facts.items()
    told = ", ".join(f"{name} {each}" for name, each in known if each is not None)
    raise ValueError(f"this file is no mark, {opened.code} ({told}): put another one there")


def stamped(mark: Picture, *, light: bool, softness: float, shadow: float, opacity: float) -> Stamp:
    """Return the mark at that opacity, 0 to 1, over a shadow of that strength, 0 to 1.

    The shadow is dark behind a `light` mark and light behind a dark one; `softness` is how far it
    runs out, the standard deviation of its blur in pixels.
    """
    sigma = min(softness, _WIDEST_SHADOW)
    reach = round(2.8 * sigma) + 1 if shadow else 0
    size = mark.width + 2 * reach, mark.height + 2 * reach
    bed = mark.padded(reach, reach, *size, CLEAR).images[0].copy_memory()
    if shadow:
        bed = _shadow(bed[3], sigma, shadow, light=light).composite2(bed, "over")
    seen = bed.linear([1, 1, 1, opacity], [0.5] * 4, uchar=True).copy(interpretation="srgb")
    return Stamp(Picture((seen.copy_memory(),), in_memory=True), reach)


def is_light(mark: Picture) -> bool:
    """Say whether what can be seen of the mark is nearer to white than to black."""
    red, green, blue, alpha = (
        mark.padded(0, 0, mark.width, mark.height, CLEAR).images[0].premultiply()[band].avg()
        for band in range(4)
    )
    return bool(299 * red + 587 * green + 114 * blue > 500 * alpha)


def laid(picture: Picture, stamp: Stamp, left: int, top: int) -> Picture:
    """Return the picture with the stamp's ink at (left, top); its shadow may end at the edges."""
    left, top = left - stamp.reach, top - stamp.reach
    across = max(0, -left), min(stamp.picture.width, picture.width - left)
    down = max(0, -top), min(stamp.picture.height, picture.height - top)
    visible = stamp.picture.cropped(across[0], down[0], across[1] - across[0], down[1] - down[0])
    return picture.overlaid(visible, left + across[0], top + down[0])


def tiled(picture: Picture, stamp: Stamp, left: int, top: int, gap: int) -> Picture:
    """Return the picture with the stamp all over it, one's ink at (left, top).

    The marks of a row are `gap` pixels apart, as the rows are, or as far as their shadows reach;
    every other row is shifted by half, so that no column of the picture goes free.
    """
    between = max(gap, 2 * stamp.reach)
    width, height = (side + between for side in stamp.ink)
    cell = stamp.picture.padded(0, 0, width, height, CLEAR).images[0]
    shifted = cell.wrap(x=width // 2, y=0)
    rows = cell.join(shifted, "vertical").copy(interpretation="srgb")
    return picture.tiled(Picture((rows,)), left - stamp.reach, top - stamp.reach)


def _shadow(mark: Frame, sigma: float, strength: float, *, light: bool) -> Frame:
    """Return a soft and slightly wider copy of the mark's alpha, in black or in white."""
    wide = mark.gaussblur(sigma, min_ampl=0.02).linear(_SPREAD, 0.5, uchar=True)
    shade = 0 if light else 255
    shadow = wide.linear([0, 0, 0, strength], [shade, shade, shade, 0.5], uchar=True)
    return shadow.copy(interpretation="srgb")
