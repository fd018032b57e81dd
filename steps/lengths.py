"""Lengths: in pixels, or as a share of a side of the picture."""

from fractions import Fraction
from math import floor
from typing import Annotated

from annotated_types import Ge, Gt, Le

from steps.formats import MAX_SIDE
from steps.units import LENGTH

Pixels = Annotated[int, Ge(1), Le(MAX_SIDE)]
Length = Pixels | Annotated[float, Gt(0), Le(1), LENGTH]
"""`800` is pixels, `50%` is half of what the picture has that way."""


def in_pixels(length: int | float, side: int) -> int:
    """Return the length in whole pixels of a side that long, rounded half up, one at the least."""
    if isinstance(length, int):
        return length
    return max(1, floor(Fraction(length).limit_denominator(10**9) * side + Fraction(1, 2)))
