"""blur: make a picture, or parts of it, soft or unrecognisable."""

from collections.abc import Sequence
from typing import Annotated, Self

from annotated_types import Gt, Le, Len
from pydantic import model_validator

from steps.areas import Area, Pixels, within
from steps.contract import Cost, Options, Picture, step
from steps.units import SHARE

SOFT = 0.02
HIDING = 0.15
LEAST_PX = 3.0
"""How far a point of a box is spread at the least: so a box of few pixels changes too."""
MOST_AREA = 2.0
"""How many times over boxes may cover the picture: a hundred of its size would take minutes."""


class BlurOptions(Options):
    """How far, and where."""

    radius: Annotated[float, Gt(0), Le(0.5), SHARE] | None = None
    """How far a point is spread (one standard deviation): as a share of the longer side of a box,
    but 3 pixels at the least; without boxes, as a share of the picture's shorter side. Left out,
    15% for boxes, which hides what is in them, and 2% for the picture."""
    boxes: Annotated[tuple[Area, ...], Len(0, 100)] | None = None
    """The parts to blur, each `[left, top, width, height]` as shares of the picture; left out,
    all of it. Together they are no larger than the picture twice."""

    def costs(self, usual: Cost) -> Cost:
        """Return less for boxes that are known: a third for each picture's area that they cover.

        And a two-hundredth for each box. The usual is enough for all that the options admit; its
        memory is what a picture with alpha takes at the smallest radius that is computed of a
        smaller one: 18 MB a megapixel. An opaque one takes a fifth; no option tells which it is.
        """
        boxes: object = self.boxes  # still a text, if a fact is to fill it in
        if not isinstance(boxes, tuple | list):
            return usual
        share = min(1.0, 0.03 + _covered(boxes) / 3 + len(boxes) / 200)
        return Cost(usual.cpu_ms * share, usual.memory_mb)

    @model_validator(mode="after")
    def _ends_in_time(self) -> Self:
        if (covered := _covered(self.boxes or ())) > MOST_AREA:
            raise ValueError(
                f"the boxes cover the picture {covered:.1f} times over, {MOST_AREA:g} times is "
                "the most: leave out those that lie in others"
            )
        return self


@step(version=3, frames="all", cost=Cost(cpu_ms=520, memory_mb=20))
def blur(picture: Picture, options: BlurOptions) -> Picture:
    """Blur the picture, or the boxes in it; no pixel outside of a box changes.

    A box is blurred by itself, so nothing around it comes in, and what lies at its edge neither
    shines out nor shows more than what lies in its middle. Where boxes overlap, the one that is
    spread farther is seen. To hide a face or a number plate take 10% or more: less can be read,
    or undone. A box of a single pixel stays as it is: it has nothing to be mixed with.
    """
    if options.boxes is None:
        shorter = min(picture.width, picture.height)
        return picture.blurred((options.radius or SOFT) * shorter)
    places = [within(box, picture.width, picture.height) for box in options.boxes]
    result = picture
    for place in sorted(places, key=lambda each: max(each[2:])):
        # Rendered: of boxes that overlap each would be computed again for each that follows.
        part = picture.cropped(*place).hidden(_pixels(options, place)).rendered()
        result = result.replaced(part, *place[:2])
    return result


def _pixels(options: BlurOptions, place: Pixels) -> float:
    return max(LEAST_PX, (options.radius or HIDING) * max(place[2:]))


def _covered(boxes: Sequence[Area]) -> float:
    """Return how many times over boxes cover the picture; what lies beyond it is no part."""
    return sum(
        max(0.0, min(1.0, left + width) - left) * max(0.0, min(1.0, top + height) - top)
        for left, top, width, height in boxes
    )
