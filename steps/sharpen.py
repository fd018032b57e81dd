"""sharpen: bring the edges of a picture out, as a picture that was made smaller often needs."""

from typing import Annotated

from annotated_types import Ge, Gt, Le

from steps.contract import Cost, Options, Picture, step


class SharpenOptions(Options):
    """How fine the edges are that come out, and by how much."""

    radius: Annotated[float, Gt(0), Le(10)] = 1.0
    """How far an edge reaches, in pixels of the picture as it is by now."""
    amount: Annotated[float, Ge(0), Le(5)] = 1.0
    """How much is added at edges: 0 is nothing, 1 is usual, 5 is drawn in ink."""


@step(version=1, cost=Cost(cpu_ms=320, memory_mb=12))
def sharpen(picture: Picture, options: SharpenOptions) -> Picture:
    """Add to the lightness what it differs from its surroundings; colours and transparency stay.

    An unsharp mask on L of CIE LAB, which leaves flat parts alone, so that noise is not sharpened.
    """
    if options.amount == 0:
        return picture
    return picture.sharpened(options.radius, options.amount)
