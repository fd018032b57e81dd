"""blur: make a picture, or parts of it, soft or unrecognisable."""

from typing import Annotated

from annotated_types import Gt, Le, Len

from steps.areas import Area, within
from steps.contract import Cost, Options, Picture, step
from steps.units import SHARE

WHOLE: Area = (0.0, 0.0, 1.0, 1.0)


class BlurOptions(Options):
    """How far, and where."""

    radius: Annotated[float, Gt(0), Le(0.5), SHARE] = 0.02
    """How far a point is spread (one standard deviation), as a share of the shorter side: of the
    picture, or of the part that is blurred."""
    boxes: Annotated[tuple[Area, ...], Len(0, 100)] | None = None
    """The parts to blur, each `[left, top, width, height]` as shares of the picture; left out,
    all of it."""


@step(version=2, frames="all", cost=Cost(cpu_ms=340, memory_mb=20))
def blur(picture: Picture, options: BlurOptions) -> Picture:
    """Blur the picture, or the boxes in it; no pixel outside of a box changes.

    A box is blurred by itself, so nothing around it comes in, and what lies at its edge neither
    shines out nor shows more than what lies in its middle. To hide a face take 10% or more: less
    can be undone.
    """
    if options.boxes is None:
        return picture.blurred(_pixels(options.radius, picture))
    for box in options.boxes:
        left, top, width, height = within(box, picture.width, picture.height)
        part = picture.cropped(left, top, width, height)
        # Rendered: of boxes that overlap each would be computed again for each that follows.
        part = part.hidden(_pixels(options.radius, part)).rendered()
        picture = picture.replaced(part, left, top)
    return picture


def _pixels(radius: float, picture: Picture) -> float:
    return radius * min(picture.width, picture.height)
