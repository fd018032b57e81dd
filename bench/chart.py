"""Chart: the bench as a picture, bars of how many times as fast each is as sharp."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bench.cases import CONTENDERS, Which
from bench.ratios import Taken, times_as_fast

FONT = Path("steps/fonts/Inter-SemiBold.otf")
_PAPER, _INK, _FAINT = "#18181a", "#e6e6e2", "#8a8a86"
_COLOURS: dict[Which, str] = {
    "darkroom": "#f2a65a",
    "sharp": "#6fa8a0",
    "pyvips": "#6b82b8",
    "pillow": "#83738c",
}
_WIDTH, _MARGIN, _LEFT, _MIDDLE, _GAP = 1500, 60, 350, 880, 70
_BAR, _ROW = 18, 4 * 22 + 34
_HEAD = 180
_MOST = 2.5  # times as fast; longer bars are cut, or one would make all others short


def chart(cases: Mapping[str, Taken], titles: Mapping[str, str], subtitle: str) -> bytes:
    """Return a PNG: for each case, each contender's speed beside sharp's, and its memory.

    Raises ValueError for no cases at all.
    """
    if not cases:
        raise ValueError("there is nothing to draw")
    image = Image.new("RGB", (_WIDTH, _HEAD + _ROW * len(cases) + _MARGIN), _PAPER)
    draw = ImageDraw.Draw(image)
    _heading(draw, subtitle)
    fastest = max(times_as_fast(taken, which) for taken in cases.values() for which in taken)
    most = min(fastest, _MOST)
    memory = max(each.peak_mb for taken in cases.values() for each in taken.values())
    for row, (name, taken) in enumerate(cases.items()):
        top = _HEAD + row * _ROW
        draw.multiline_text((_MARGIN, top + 8), _wrapped(titles[name]), _INK, _font(19))
        _bars(draw, taken, top, most, memory)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _heading(draw: ImageDraw.ImageDraw, subtitle: str) -> None:
    draw.text((_MARGIN, 40), "Darkroom beside others, on one core", _INK, _font(32))
    draw.text((_MARGIN, 86), subtitle, _FAINT, _font(16))
    draw.text((_LEFT, _HEAD - 40), "times as fast as sharp (more is better)", _FAINT, _font(16))
    draw.text((_MIDDLE + _GAP, _HEAD - 40), "peak memory in MB (less is better)", _FAINT, _font(16))


def _bars(draw: ImageDraw.ImageDraw, taken: Taken, top: int, most: float, memory: float) -> None:
    """Draw the contenders of a case below each other: speed on the left, memory on the right."""
    room = _MIDDLE - _LEFT - 170, _WIDTH - _MIDDLE - _GAP - _MARGIN - 60
    for at, (which, measured) in enumerate(taken.items()):
        y = top + at * (_BAR + 4)
        speed = times_as_fast(taken, which)
        ink = _INK if which == "darkroom" else _FAINT
        right = _bar(draw, (_LEFT, y), room[0] * min(speed / most, 1), _COLOURS[which])
        draw.text((right + 8, y), f"{speed:.2f}  {CONTENDERS[which]}", ink, _font(15))
        right = _bar(
            draw, (_MIDDLE + _GAP, y), room[1] * measured.peak_mb / memory, _COLOURS[which]
        )
        draw.text((right + 8, y), f"{measured.peak_mb:.0f}", ink, _font(15))


def _bar(draw: ImageDraw.ImageDraw, at: tuple[int, int], length: float, colour: str) -> float:
    """Draw a bar and return where it ends."""
    right = at[0] + max(3.0, length)
    draw.rounded_rectangle((*at, right, at[1] + _BAR), radius=3, fill=colour)
    return right


def _wrapped(title: str) -> str:
    """Return the title in lines that the left column holds."""
    lines = [""]
    for word in title.split():
        if len(lines[-1]) + len(word) > 25:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _font(px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, px, layout_engine=ImageFont.Layout.BASIC)
