"""watermark: write a line of text over a picture."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Annotated

from annotated_types import Ge, Gt, Le, Len
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from pydantic import ValidationInfo, field_validator

from steps.anchors import Anchor, place
from steps.colours import Colour, Rgba, rgba
from steps.contract import Cost, Options, Picture, Share, StepFailed, step
from steps.units import Examples
from steps.values import written

FONT = "fonts/Inter-SemiBold.otf"
LEGIBLE_PX = 11
"""Text is not made smaller than this by `size` alone: below it, Inter's letters run together."""
SMALLEST_PX = 5
"""Text that would have to be smaller than this to fit is left out: it would only be dirt."""
Box = tuple[int, int, int, int]  # left, top, right, bottom


class WatermarkOptions(Options):
    """The text, where it stands and how it looks.

    Shares are of the picture's shorter side: so a mark looks the same on every variant, upright
    or wide. A soft shadow, dark behind light text and light behind dark, keeps it readable on
    any picture.
    """

    text: Annotated[str, Len(1, 200), Examples(("© Ava Tavares", "Łódź, Ψ, Ю", "Ñ", "i"))]
    """What is written, in Latin, Greek or Cyrillic letters."""
    anchor: Anchor = "south-east"
    """Where the text stands: a side, a corner or the centre."""
    opacity: Annotated[float, Ge(0), Le(1)] = 0.5
    """How much of the picture the text hides: 0 (invisible) to 1."""
    size: Annotated[Share, Gt(0)] = 0.04
    """The height of the type (one em), as a share of the picture's shorter side."""
    margin: Annotated[Share, Le(0.4)] = 0.03
    """The distance of the text from the edges, as a share of the picture's shorter side."""
    colour: Colour = "white"
    """The colour of the text."""

    @field_validator("text")
    @classmethod
    def _can_be_drawn(cls, text: str, info: ValidationInfo) -> str:
        if written(info) and (missing := _missing(text)):
            first = f"{missing[0]!r} (U+{ord(missing[0]):04X}, {_script(missing[0])})"
            raise ValueError(f"the font has no {first}: write it in Latin, Greek or Cyrillic")
        return text


@dataclass(frozen=True)
class _Line:
    """A line of text in one size: the font, and the box of its ink around the base point."""

    text: str
    font: ImageFont.FreeTypeFont
    ink: Box

    @property
    def size(self) -> tuple[int, int]:
        left, top, right, bottom = self.ink
        return right - left, bottom - top


@step(version=1, fails=("unsupported_text",), assets=(FONT,), cost=Cost(cpu_ms=15, memory_mb=12))
def watermark(picture: Picture, options: WatermarkOptions) -> Picture:
    """Write the text over the picture; whatever is not near the text stays as it was.

    Text too long for the picture is set smaller until it fits, and left out where it would be
    under 5 pixels high. Fails with "unsupported_text" for characters that the bundled font
    (Latin, Greek, Cyrillic) does not have.
    """
    text = unicodedata.normalize("NFC", options.text)
    if missing := _missing(text):
        # Not the characters themselves: the text may be somebody's name, and events keep facts.
        raise StepFailed("unsupported_text", characters=len(missing), first_of=_script(missing[0]))
    shorter = min(picture.width, picture.height)
    margin = round(options.margin * shorter)
    room = picture.width - 2 * margin, picture.height - 2 * margin
    line = _fitted(text, max(LEGIBLE_PX, options.size * shorter), room)
    if line is None:
        return picture
    width, height = line.size
    left, top = place(options.anchor, (room[0] - width, room[1] - height))
    return _stamped(picture, line, (margin + left, margin + top), options)


def _missing(text: str) -> list[str]:
    """Return the characters of the text that the font cannot draw."""
    return [each for each in unicodedata.normalize("NFC", text) if not _drawable(each)]


def _script(character: str) -> str:
    """Return the first word of the character's name, which mostly is its script: "cjk"."""
    return unicodedata.name(character, "UNNAMED").split()[0].lower()


@cache
def _drawable(character: str) -> bool:
    """Whether the font has a glyph that stands by itself; NFC has joined what can be joined."""
    if unicodedata.combining(character):
        return False
    font = _font(32)
    absent = font.getmask("\U0010ffff")  # never a character, so always the font's "not here"
    glyph = font.getmask(character)
    return (glyph.size, bytes(glyph)) != (absent.size, bytes(absent))


def _font(px: float) -> ImageFont.FreeTypeFont:
    # BASIC, since the other engine is used only where a system library happens to be: the same
    # text would have other widths on a laptop and in Lambda.
    content = BytesIO(watermark.asset(FONT))
    return ImageFont.truetype(content, px, layout_engine=ImageFont.Layout.BASIC)


def _fitted(text: str, px: float, room: tuple[int, int]) -> _Line | None:
    """Return the text in the largest size up to `px` that fits in the room, or None."""
    while px >= SMALLEST_PX:
        font = _font(px)
        left, top, right, bottom = (round(side) for side in font.getbbox(text, anchor="ls"))
        line = _Line(text, font, (left, top, right, bottom))
        width, height = line.size
        if not (width and height):
            return None
        if width <= room[0] and height <= room[1]:
            return line
        # Widths are in whole pixels for each letter, so they do not shrink quite evenly.
        px *= min(0.98, room[0] / width, room[1] / height)
    return None


def _stamped(
    picture: Picture, line: _Line, ink_at: tuple[int, int], options: WatermarkOptions
) -> Picture:
    """Return the picture with the line's ink at `ink_at`; its shadow may end at the edges."""
    reach = _reach(line)
    stamp = _stamp(line, reach, rgba(options.colour), options.opacity)
    left, top = ink_at[0] - reach, ink_at[1] - reach
    inside = (
        max(0, -left),
        max(0, -top),
        min(stamp.width, picture.width - left),
        min(stamp.height, picture.height - top),
    )
    visible = Picture.from_pillow(stamp.crop(inside))
    return picture.overlaid(visible, left + inside[0], top + inside[1])


def _reach(line: _Line) -> int:
    """Return how many pixels the shadow reaches beyond the ink."""
    return round(line.font.size / 5) + 1


def _stamp(line: _Line, reach: int, colour: Rgba, opacity: float) -> Image.Image:
    """Draw the line with its shadow on nothing, `reach` pixels of it around the ink."""
    width, height = line.size
    letters = Image.new("L", (width + 2 * reach, height + 2 * reach))
    base = reach - line.ink[0], reach - line.ink[1]
    ImageDraw.Draw(letters).text(base, line.text, fill=255, font=line.font, anchor="ls")
    shadow = _shadow(letters, line.font.size)
    light = 299 * colour[0] + 587 * colour[1] + 114 * colour[2] > 127_500
    behind = Image.new("RGB", letters.size, "black" if light else "white")
    stamp = Image.composite(Image.new("RGB", letters.size, colour[:3]), behind, letters)
    share = opacity * colour[3] / 255
    stamp.putalpha(ImageChops.lighter(letters, shadow).point(lambda level: round(level * share)))
    return stamp


def _shadow(letters: Image.Image, px: float) -> Image.Image:
    """Return a soft, slightly wider and weaker copy of the letters."""
    blurred = letters.filter(ImageFilter.GaussianBlur(px / 14))
    return blurred.point(lambda level: min(170, round(level * 1.5)))
