"""The contact sheet: all variants of an image side by side, each with its name and size."""

from collections.abc import Mapping
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

_CELL = 480  # pixels, square; variants are shown at one scale, the largest filling its cell
_GAP = 24
_CAPTION = 44
_COLUMN = 150  # wide enough for a caption
_PAPER = (24, 24, 26)
_INK = (222, 222, 218)


def contact_sheet(variants: Mapping[str, bytes]) -> bytes:
    """Return a PNG of all variants, true to each other in scale, captioned by name and pixels.

    Raises ValueError for no variants at all.
    """
    pictures = {name: Image.open(BytesIO(content)) for name, content in variants.items()}
    largest = max(max(picture.size) for picture in pictures.values())
    shown = {name: _scaled(picture, _CELL / largest) for name, picture in pictures.items()}
    columns = {name: max(picture.width, _COLUMN) for name, picture in shown.items()}
    ground = _GAP + max(picture.height for picture in shown.values())
    size = sum(columns.values()) + _GAP * (len(columns) + 1), ground + _CAPTION + _GAP
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=15)
    left = _GAP
    for name, picture in shown.items():
        sheet.paste(picture, (left, ground - picture.height), picture)
        full = pictures[name]
        caption = f"{name}\n{full.width} x {full.height}, {len(variants[name]) / 1e3:.0f} kB"
        draw.multiline_text((left, ground + 8), caption, _INK, font)
        left += columns[name] + _GAP
    written = BytesIO()
    sheet.save(written, "PNG")
    return written.getvalue()


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
