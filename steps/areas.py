"""Areas: parts of a picture, as shares of its sides, and the pixels that they are."""

from fractions import Fraction
from math import ceil, floor
from typing import Annotated

from annotated_types import Ge, Le

from steps.units import SHARE

Part = Annotated[float, Ge(0), Le(1), SHARE]
Area = tuple[Part, Part, Part, Part]
"""Left, top, width and height, each as a share of the picture: `[25%, 0, 50%, 100%]`."""

Pixels = tuple[int, int, int, int]


def within(area: Area, width: int, height: int) -> Pixels:
    """Return left, top, width and height in pixels: every pixel that the area touches.

    What of it lies beyond the picture is left out; an area has one pixel at the least.
    """
    left, across = _span(area[0], area[2], width)
    top, down = _span(area[1], area[3], height)
    return left, top, across, down


def _span(start: float, length: float, side: int) -> tuple[int, int]:
    """Return the first pixel and how many there are.

    A float's error of 0.1 + 0.2 must not touch one pixel more: a millionth of one is none.
    """
    first = min(side - 1, floor(_rounded(start) * side + Fraction(1, 10**6)))
    end = min(side, ceil(_rounded(start + length) * side - Fraction(1, 10**6)))
    return first, max(1, end - first)


def _rounded(share: float) -> Fraction:
    return Fraction(share).limit_denominator(10**9)
