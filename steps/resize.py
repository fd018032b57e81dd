"""resize: scale a picture to meet a box of pixels."""

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Literal, Self

from pydantic import model_validator

from steps.anchors import Anchor, Anchored, Point, found, place, spot
from steps.colours import Colour, rgba
from steps.contract import Cost, Options, Picture, step
from steps.formats import MAX_SIDE
from steps.lengths import Length, in_pixels

Size = tuple[int, int]
MAX_CANVAS = 100_000_000
"""The most pixels that a box of two sides may have: a mistake of zeros would cost gigabytes."""
_SMALL_BOX_PX = 2048


class ResizeOptions(Options):
    """The box in pixels, and how the picture meets it.

    Nothing is enlarged unless `enlarge` says so. Where the picture is too small for its box,
    `contain` leaves it as it is; `cover` and `stretch` make the box smaller in its own shape
    until the picture fills it, so that a row of squares stays a row of squares; `pad` leaves
    the picture as it is and makes the canvas as large as asked.
    """

    width: Length | None = None
    """The box's width, in pixels, or in `%` of the picture's."""
    height: Length | None = None
    """The box's height, in pixels, or in `%` of the picture's."""
    fit: Literal["contain", "cover", "stretch", "pad"] = "contain"
    """How the picture meets the box.

    - `contain`: all of the picture, as large as fits in the box. One side alone is enough.
    - `cover`: the whole box, filled; what hangs over is cut off on the sides away from `anchor`.
    - `stretch`: the whole box, out of shape if need be.
    - `pad`: as `contain`, then placed at `anchor` on a canvas of exactly the box in `background`.
    """
    anchor: Anchored = "centre"
    """The side or corner that `cover` keeps, and where `pad` places the picture. With `attention`,
    `cover` keeps what catches the eye: the same at every size of one shape."""
    background: Colour = "white"
    """The colour of what `pad` adds."""
    enlarge: bool = False
    """Whether a picture smaller than the box grows to meet it."""

    @model_validator(mode="after")
    def _sides_suffice(self) -> Self:
        if self.width is None and self.height is None:
            raise ValueError("resize needs a width, a height or both")
        if self.fit != "contain" and None in {self.width, self.height}:
            raise ValueError(f"fit: {self.fit} needs both a width and a height")
        if self.anchor == "attention" and self.fit != "cover":
            raise ValueError("anchor: attention is for fit: cover, which cuts something off")
        width, height = self.box() or (1, 1)
        if width * height > MAX_CANVAS:
            raise ValueError(
                f"a box of more than {MAX_CANVAS // 10**6} MP: make width or height smaller"
            )
        return self

    def box(self) -> Size | None:
        """Return the box, a side that is not given asking for no pixels; None for shares."""
        if isinstance(self.width, float) or isinstance(self.height, float):
            return None
        return self.width or 1, self.height or 1

    def bounds(self) -> Size:
        """Return the most that a result may measure each way."""
        width, height = (
            side if isinstance(side, int) else MAX_SIDE for side in (self.width, self.height)
        )
        return width, height

    def grows(self) -> bool:
        """Return whether it may enlarge the picture, or pads it."""
        return self.enlarge or self.fit == "pad"

    def costs(self, usual: Cost) -> Cost:
        """Return 2.4 times the time where much of a large picture's size may stay, or it grows.

        With alpha a megapixel takes 26 ms if a quarter of each side stays, 70 ms if all of it
        does. A small box leaves little of large pictures; of small ones it takes as long at most.
        """
        if min(self.bounds()) <= _SMALL_BOX_PX and not self.enlarge:
            return usual
        return replace(usual, cpu_ms=2.4 * usual.cpu_ms)

    def box_for(self, size: Size) -> Size:
        """Return the box that a picture of that size is to meet."""
        width, height = (
            MAX_SIDE if asked is None else in_pixels(asked, own)
            for asked, own in zip((self.width, self.height), size, strict=True)
        )
        return width, height


@step(version=1, frames="all", cost=Cost(cpu_ms=30, memory_mb=14))
def resize(picture: Picture, options: ResizeOptions) -> Picture:
    """Scale the picture to the box; ResizeOptions tells how it meets it."""
    size = picture.width, picture.height
    match options.fit:
        case "contain":
            return picture.scaled(*_contained(size, options))
        case "pad":
            return _padded(
                picture.scaled(*_contained(size, options)), options.box_for(size), options
            )
        case "stretch":
            return picture.scaled(*_filled(size, options))
        case "cover":
            # Looked for before scaling, so that all sizes of one shape show the same.
            return _covering(picture, _filled(size, options), found(options.anchor, picture))


def _contained(size: Size, options: ResizeOptions) -> Size:
    """Return the size that keeps the shape and fits in the box."""
    scale = min(Fraction(side, own) for side, own in zip(options.box_for(size), size, strict=True))
    return _scaled(size, scale if options.enlarge else min(scale, Fraction(1)))


def _filled(size: Size, options: ResizeOptions) -> Size:
    """Return the box, made smaller in its own shape where the picture cannot fill it."""
    box = options.box_for(size)
    if options.enlarge:
        return box
    scale = min(Fraction(own, side) for side, own in zip(box, size, strict=True))
    return _scaled(box, min(scale, Fraction(1)))


def _covering(picture: Picture, box: Size, at: Anchor | Point) -> Picture:
    """Return the picture scaled to cover the box, and what hangs over cut off."""
    size = picture.width, picture.height
    scale = max(Fraction(side, own) for side, own in zip(box, size, strict=True))
    if scale > 1:
        # A strip enlarged first would be longer than libvips can count, to be cut off again.
        needed = tuple(min(own, ceil(side / scale)) for side, own in zip(box, size, strict=True))
        picture = _cut(picture, (needed[0], needed[1]), at)
        size = picture.width, picture.height
    width, height = (max(pair) for pair in zip(box, _scaled(size, scale), strict=True))
    return _cut(picture.scaled(width, height), box, at)


def _cut(picture: Picture, size: Size, at: Anchor | Point) -> Picture:
    return picture.cropped(*spot(at, (picture.width, picture.height), size), *size)


def _padded(picture: Picture, canvas: Size, options: ResizeOptions) -> Picture:
    width, height = canvas
    anchor = "centre" if options.anchor == "attention" else options.anchor
    left, top = place(anchor, (width - picture.width, height - picture.height))
    return picture.padded(left, top, width, height, rgba(options.background))


def _scaled(size: Size, scale: Fraction) -> Size:
    """Return the size in whole pixels, rounded half up, and never less than one.

    Exact fractions: a float's error would push a side past the box, or change a second pass.
    A 1 x 5000 strip in a 10 x 10 box would round to no width at all, and cannot be saved.
    """
    width, height = (max(1, floor(side * scale + Fraction(1, 2))) for side in size)
    return width, height
