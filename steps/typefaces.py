"""Typefaces: the fonts that texts are written in, and which characters they have."""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("fonts")


@dataclass(frozen=True)
class Typeface:
    """A bundled font: its file's name, its family's, and the scripts that it is there for."""

    file: str
    family: str
    scripts: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Where the font lies."""
        return FOLDER / self.file


def _noto(script: str) -> Typeface:
    return Typeface(f"NotoSans{script}-SemiBold.ttf", f"Noto Sans {script}", (script,))


TYPEFACES: tuple[Typeface, ...] = (
    Typeface("Inter-SemiBold.otf", "Inter", ("Latin", "Greek", "Cyrillic")),
    _noto("Arabic"),
    _noto("Armenian"),
    _noto("Bengali"),
    _noto("Devanagari"),
    _noto("Georgian"),
    _noto("Gujarati"),
    _noto("Gurmukhi"),
    _noto("Hebrew"),
    _noto("Kannada"),
    _noto("Khmer"),
    _noto("Lao"),
    _noto("Malayalam"),
    _noto("Sinhala"),
    _noto("Tamil"),
    _noto("Telugu"),
    _noto("Thai"),
)
"""In this order: a character is written in the first that has it."""
FILES = ("fonts/fonts.conf", *(f"fonts/{each.file}" for each in TYPEFACES))
"""All that writing reads, as the `assets` of a plugin in steps/."""
SCRIPTS = tuple(script for each in TYPEFACES for script in each.scripts)

# Invisible, and without a font of their own: they only say how letters join, and which way.
_JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c")
# Source: the blocks of Unicode that emoji-data.txt takes nearly all of its characters from.
_EMOJI = ((0x2600, 0x27BF), (0x1F000, 0x1FAFF))


def typeface_for(character: str) -> Typeface | None:
    """Return the first typeface that has the character, None if none does."""
    return next((each for each in TYPEFACES if ord(character) in _characters(each)), None)


def needed_for(text: str) -> tuple[Typeface, ...]:
    """Return the typefaces that a text takes, in their order; the first one always."""
    found = {typeface_for(each) for each in text if each not in _JOINERS}
    return tuple(each for each in TYPEFACES if each in found or each is TYPEFACES[0])


def undrawable(text: str) -> list[str]:
    """Return the characters of the text that no typeface has."""
    return [each for each in text if each not in _JOINERS and typeface_for(each) is None]


def script_of(character: str) -> str:
    """Return a word for what a character is: mostly its script, such as "cjk", or "emoji".

    It is the first word of the character's name in Unicode, but for emoji, whose names have none
    in common, and "unassigned" for what has no name.
    """
    if any(first <= ord(character) <= last for first, last in _EMOJI):
        return "emoji"
    return unicodedata.name(character, "unassigned").split()[0].lower()


@cache
def _characters(typeface: Typeface) -> frozenset[int]:
    """Return the code points that the font has a glyph for, but for those of private use."""
    ranges = _ranges(typeface.path.read_bytes())
    every = (each for first, last in ranges for each in range(first, last + 1))
    return frozenset(each for each in every if not 0xE000 <= each <= 0xF8FF)


def _ranges(font: bytes) -> Iterator[tuple[int, int]]:
    """Yield the ranges of a font's character map of format 12, which all of ours have.

    Source: the OpenType specification, "Font file" and "cmap", format 12.
    """
    tables = _records(">4sIII", font, 12, _number(">H", font, 4))
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    maps = _records(">HHI", font, start + 4, _number(">H", font, start + 2))
    whole = start + next(offset for *kind, offset in maps if kind == [3, 10])
    for first, last, _ in _records(">III", font, whole + 16, _number(">I", font, whole + 12)):
        yield first, last


def _number(layout: str, font: bytes, at: int) -> int:
    return int(struct.unpack_from(layout, font, at)[0])


def _records(layout: str, font: bytes, at: int, count: int) -> Iterator[tuple[Any, ...]]:
    return struct.iter_unpack(layout, font[at : at + count * struct.calcsize(layout)])
