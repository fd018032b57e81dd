"""crop: cut a part out of a picture."""

import re
from fractions import Fraction
from math import floor, isfinite
from typing import Annotated, Self

from pydantic import BeforeValidator, StringConstraints, model_validator

from steps.anchors import Anchored, found, spot
from steps.areas import Area, within
from steps.contract import Cost, Options, Picture, step
from steps.lengths import Length, in_pixels
from steps.units import Examples

_SHAPE = r"^[1-9][0-9]{0,3}:[1-9][0-9]{0,3}$"


def _is_shape(given: object) -> object:
    """Raise ValueError, with the shape that is meant, for what is none; others have no type."""
    match given:
        case bool():
            return given
        case str():
            meant = re.sub(r"(?<=\d)\s*\D\s*(?=\d)", ":", given.strip())
        case int() | float() if isfinite(given):
            shape = Fraction(given).limit_denominator(100)
            meant = f"{shape.numerator}:{shape.denominator}"
        case _:
            return given
    if given == meant and re.fullmatch(_SHAPE, meant):
        return given
    cure = meant if re.fullmatch(_SHAPE, meant) else "16:9"
    raise ValueError(f'a shape is width:height, in whole numbers up to 9999: write "{cure}"')


Ratio = Annotated[
    str,
    StringConstraints(pattern=_SHAPE),
    BeforeValidator(_is_shape),
    Examples(("16:9", "1:1", "2:3")),
]


class CropOptions(Options):
    """Which part: an `area`, or a size or shape and where in the picture it lies."""

    area: Area | None = None
    """Left, top, width and height, as shares of the picture: `[25%, 0, 50%, 100%]`."""
    width: Length | None = None
    """The part's width, in pixels or `%`; left out, all of it."""
    height: Length | None = None
    """The part's height, in pixels or `%`; left out, all of it."""
    ratio: Ratio | None = None
    """The part's shape, such as "16:9": the largest part of it that there is."""
    anchor: Anchored | None = None
    """Which side or corner of the picture stays, the centre if left out; `attention` looks for
    what catches the eye."""

    @model_validator(mode="after")
    def _is_one_part(self) -> Self:
        ways = [
            self.area is not None,
            self.ratio is not None,
            (self.width, self.height) != (None, None),
        ]
        if sum(ways) != 1:
            raise ValueError("crop needs an area, or a ratio, or a width and height: one of them")
        if self.area is not None and self.anchor is not None:
            raise ValueError("an area says where it is: leave `anchor` out")
        return self


@step(version=1, frames="all", cost=Cost(cpu_ms=20, memory_mb=8))
def crop(picture: Picture, options: CropOptions) -> Picture:
    """Cut the part out. What of it lies beyond the picture is left out; nothing is enlarged."""
    if options.area is not None:
        return picture.cropped(*within(options.area, picture.width, picture.height))
    size = _size(picture, options)
    at = found(options.anchor or "centre", picture)
    return picture.cropped(*spot(at, (picture.width, picture.height), size), *size)


def _size(picture: Picture, options: CropOptions) -> tuple[int, int]:
    if options.ratio is not None:
        across, down = (int(side) for side in options.ratio.split(":"))
        scale = min(Fraction(picture.width, across), Fraction(picture.height, down))
        return max(1, floor(across * scale)), max(1, floor(down * scale))
    width, height = (
        own if asked is None else min(own, in_pixels(asked, own))
        for asked, own in ((options.width, picture.width), (options.height, picture.height))
    )
    return width, height
