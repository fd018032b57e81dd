"""Lettering: a line of text as a picture, in any script that the bundled typefaces have.

libvips' wheel brings HarfBuzz, FriBidi and Pango: letters are joined, stacked and ordered as
their scripts want it, the same on every machine (docs/decisions/012).
"""

import unicodedata
from functools import cache, lru_cache
from html import escape

from steps.colours import Rgba
from steps.picture import Picture
from steps.raster import Frame
from steps.typefaces import Typeface, needed_for, undrawable
from steps.vips import pyvips

Size = tuple[int, int]
_MEASURED_PX = 64
# Whole pixels between letters show in small text: there it is drawn larger, and shrunk.
_FINE_BELOW_PX, _FINER = 64, 4
# Without ink: hyphens that may be, joints, switches of direction, variants of emoji, tags.
_DROPPED = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x180B, 0x180E), (0x200B, 0x200B), (0x202A, 0x202E)),
    *((0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0000, 0xE0FFF)),
)
_BLANK = ("Cc", "Zl", "Zp", "Zs")  # categories of Unicode: control characters, lines, spaces
_INVISIBLE = ("Cf",)


def one_line(text: str) -> str:
    """Return the text as it is written: on one line, in composed characters, trimmed.

    Control characters and line breaks become spaces; what leaves no ink is dropped, but for what
    says how letters join. Letters in disguise, such as the mathematical U+1D49C for an A, are
    written plainly if no typeface has them. The result is empty if there is nothing to see.
    """
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(_plain(each) for each in composed if not _dropped(each))
    line = unicodedata.normalize("NFC", " ".join(kept.split()))
    seen = any(unicodedata.category(each) not in _INVISIBLE for each in line if each != " ")
    return line if seen else ""


def proportions(line: str) -> tuple[float, float]:
    """Return how wide and how high the ink of a line is, in its type's height (one em)."""
    mask = _measured(line)
    return mask[0] / _MEASURED_PX, mask[1] / _MEASURED_PX


def lettered(line: str, px: float, colour: Rgba) -> Picture:
    """Return the ink of a line, set in type of that height in pixels, on transparency.

    `line` is what `one_line` gave, not empty, and all of it can be drawn.
    """
    finer = _FINER if px < _FINE_BELOW_PX else 1
    mask = _mask(line, px * finer)
    if finer > 1:
        mask = mask.shrink(finer, finer, ceil=True)
    share = [0.0, 0.0, 0.0, colour[3] / 255]
    inked = mask.linear(share, [*colour[:3], 0.5], uchar=True)
    return Picture((inked.copy(interpretation="srgb"),))


@lru_cache(maxsize=256)
def _measured(line: str) -> Size:
    mask = _mask(line, _MEASURED_PX)
    return int(mask.width), int(mask.height)


def _mask(line: str, px: float) -> Frame:
    """Return the ink of a line: one band, 255 where it covers."""
    faces = needed_for(line)
    for each in faces:
        _load(each)
    # The language chooses among forms of a letter: not the machine's, nor one that is guessed.
    marked_up = f'<span lang="en">{escape(line, quote=False)}</span>'
    return pyvips.Image.text(marked_up, font=_described(faces, px), dpi=72)


@cache
def _load(face: Typeface) -> None:
    """Have libvips read the font, which it does as it first writes in it."""
    pyvips.Image.text("i", font=_described((face,), 9), dpi=72, fontfile=str(face.path))


def _described(faces: tuple[Typeface, ...], px: float) -> str:
    return f"{','.join(each.family for each in faces)} Semi-Bold {px:.3f}px"


def _dropped(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _DROPPED)


def _plain(character: str) -> str:
    if unicodedata.category(character) in _BLANK:
        return " "
    if undrawable(character) and not undrawable(alike := unicodedata.normalize("NFKC", character)):
        return alike
    return character
