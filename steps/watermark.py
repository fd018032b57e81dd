"""watermark: put a text or a picture over a picture, once or all over."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from annotated_types import Ge, Gt, Le, Len
from pydantic import ValidationInfo, field_validator, model_validator

from steps.anchors import Anchor, place
from steps.colours import Colour, rgba
from steps.contract import Cost, FileIn, Options, Picture, Share, StepFailed, step
from steps.lettering import lettered, one_line, proportions
from steps.stamps import CLEAR, Stamp, as_mark, is_light, laid, stamped, tiled
from steps.typefaces import FILES, SCRIPTS, script_of, undrawable
from steps.units import Examples
from steps.values import written

LEGIBLE_PX = 11
"""Text is not made smaller than this by `size` alone: below it, Inter's letters run together."""
SMALLEST_PX = 5
"""A mark that would have to be lower than this to fit is left out: it would only be dirt."""
KEPT_PIXELS = 4_000_000
"""Of pictures up to this size the stamp is kept, for the next one of that size."""
Size = tuple[int, int]


class WatermarkOptions(Options):
    """The mark, a text or a picture; where it stands and how it looks.

    Shares are of the picture's shorter side: so a mark looks the same on every variant, upright
    or wide. A soft shadow, dark behind a light mark and light behind a dark one, keeps it
    readable on any picture.
    """

    text: (
        Annotated[
            str,
            Len(1, 200),
            Examples(("© Ava Tavares", "Łódź, Ψ, Ю", "محمد © שלום", "हिन्दी ไทย", "Ñ", "i")),
        ]
        | None
    ) = None
    """What is written, on one line, in any script that the bundled fonts have."""
    image: Annotated[str, Len(1, 100), FileIn("marks"), Examples(("darkroom.png",))] | None = None
    """The name of a picture file in steps/marks; its transparency is kept."""
    anchor: Anchor = "south-east"
    """Where the mark stands: a side, a corner or the centre."""
    opacity: Share = 0.5
    """How much of the picture the mark hides: 0 (invisible) to 1. Where a gif has nothing to hide,
    a mark of less than 0.5 is drawn in dots."""
    size: Annotated[Share, Gt(0)] = 0.04
    """The height of the type (one em) or of the image, as a share of the picture's shorter side."""
    margin: Annotated[Share, Le(0.4)] = 0.03
    """The distance of the mark from the edges, as a share of the picture's shorter side."""
    colour: Colour = "white"
    """The colour of the text; an image has its own."""
    shadow: Share = 0.7
    """How strong the shadow is: 0 (none) to 1."""
    angle: Annotated[float, Ge(-90), Le(90)] = 0.0
    """How far the mark is turned clockwise, in degrees; upwards to the right is less than 0."""
    tile: bool = False
    """Whether marks cover the whole picture, from the one at the anchor on."""
    spacing: Share = 0.15
    """The distance between tiled marks, as a share of the picture's shorter side."""

    def costs(self, usual: Cost) -> Cost:
        """Return 4 times as much for tiles and for what is turned.

        A stamp may be as large as the picture: then to turn it takes 180 ms and 40 MB a megapixel.
        """
        return usual.times(4) if self.tile or self.angle else usual

    @field_validator("text")
    @classmethod
    def _can_be_drawn(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text is None or not written(info):
            return text
        if not (line := one_line(text)):
            raise ValueError("nothing of it can be seen: write at least one letter")
        if missing := undrawable(line):
            first = f"{missing[0]!r} (U+{ord(missing[0]):04X}, {script_of(missing[0])})"
            raise ValueError(f"no bundled font has {first}: write it in {_scripts()}")
        return text

    @field_validator("image")
    @classmethod
    def _can_be_opened(cls, image: str | None, info: ValidationInfo) -> str | None:
        if image is not None and written(info):
            try:
                as_mark(watermark.asset(f"marks/{image}"))
            except (OSError, KeyError) as error:
                raise ValueError(f"there is no steps/marks/{image}: put it there") from error
        return image

    @model_validator(mode="after")
    def _is_one_mark(self) -> "WatermarkOptions":
        if self.text is None and self.image is None:
            raise ValueError("watermark needs a text or an image, exactly one of them")
        if self.text is not None and self.image is not None:
            raise ValueError("a mark is a text or an image, not both: remove one")
        return self


@dataclass(frozen=True)
class _Mark:
    """What is put over: how wide and high it is at a height of 1, and how to draw it."""

    width: float
    height: float
    draw: Callable[[float], Picture]
    softness: float  # of its shadow, at a height of 1
    light: bool


@step(
    version=2,
    fails=("unsupported_text", "empty_text"),
    assets=FILES,
    frames="all",
    cost=Cost(cpu_ms=45, memory_mb=12),
)
def watermark(picture: Picture, options: WatermarkOptions) -> Picture:
    """Put the text or the image over the picture; whatever is not near it stays as it was.

    A mark too large for the picture is made smaller until it fits, and left out where it would be
    under 5 pixels high. Fails with "unsupported_text" for characters that no bundled font has,
    with "empty_text" for a text without any that can be seen.
    """
    shorter = min(picture.width, picture.height)
    margin = round(options.margin * shorter)
    room = picture.width - 2 * margin, picture.height - 2 * margin
    kept = picture.width * picture.height <= KEPT_PIXELS
    stamp = (_stamp if kept else _stamp.__wrapped__)(options, room, shorter)
    if stamp is None:
        return picture
    left, top = place(options.anchor, (room[0] - stamp.ink[0], room[1] - stamp.ink[1]))
    if not options.tile:
        return laid(picture, stamp, margin + left, margin + top)
    return tiled(picture, stamp, margin + left, margin + top, round(options.spacing * shorter))


@lru_cache(maxsize=4)
def _stamp(options: WatermarkOptions, room: Size, shorter: int) -> Stamp | None:
    """Return the mark as large as it is asked for and fits in the room, or None."""
    mark = _picture_mark(options.image) if options.image else _text_mark(options)
    least = 0 if options.image else LEGIBLE_PX
    width, height = _turned(mark.width, mark.height, options.angle)
    px = min(max(least, options.size * shorter), room[0] / width, room[1] / height)
    while px >= SMALLEST_PX:
        drawn = mark.draw(px)
        if options.angle:
            drawn = drawn.rotated(options.angle, CLEAR).rendered()
        if drawn.width <= room[0] and drawn.height <= room[1]:
            return stamped(
                drawn,
                light=mark.light,
                softness=mark.softness * px,
                shadow=options.shadow,
                opacity=options.opacity,
            )
        px *= min(0.98, room[0] / drawn.width, room[1] / drawn.height)  # rounding made it larger
    return None


def _text_mark(options: WatermarkOptions) -> _Mark:
    line = one_line(options.text or "")
    if missing := undrawable(line):
        # Not the characters themselves: the text may be somebody's name, and events keep facts.
        first_of = script_of(missing[0])
        raise StepFailed("unsupported_text", characters=len(missing), first_of=first_of)
    if not line:
        raise StepFailed("empty_text")
    colour = rgba(options.colour)
    red, green, blue = colour[:3]
    light = 299 * red + 587 * green + 114 * blue > 127_500
    return _Mark(*proportions(line), lambda px: lettered(line, px, colour), 1 / 14, light)


@lru_cache(maxsize=4)
def _picture_mark(name: str) -> _Mark:
    mark = as_mark(watermark.asset(f"marks/{name}"))
    width = mark.width / mark.height

    def draw(height: float) -> Picture:
        return mark.scaled(max(1, round(width * height)), max(1, round(height)))

    return _Mark(width, 1, draw, 1 / 30, is_light(mark))


def _turned(width: float, height: float, degrees: float) -> tuple[float, float]:
    """Return the sides of the box around a box that is turned."""
    sine, cosine = (abs(each(math.radians(degrees))) for each in (math.sin, math.cos))
    return width * cosine + height * sine, width * sine + height * cosine


def _scripts() -> str:
    return f"{', '.join(SCRIPTS[:-1])} or {SCRIPTS[-1]}"
