"""Stamps are laid over pictures as Pillow would lay them, once or all over."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from steps.picture import Picture
from steps.stamps import is_light, laid, stamped, tiled
from steps.testing import pictures


@given(below=pictures(60), over=pictures(30), left=st.integers(0, 40), top=st.integers(0, 40))
def test_overlaying_is_what_pillow_does(below: Picture, over: Picture, left: int, top: int) -> None:
    """Within two levels where anything can be seen, for pictures with and without alpha."""
    over = over.cropped(0, 0, min(over.width, below.width), min(over.height, below.height))
    left, top = min(left, below.width - over.width), min(top, below.height - over.height)

    result = below.overlaid(over, left, top)

    expected = below.to_pillow().convert("RGBA")
    expected.alpha_composite(over.to_pillow().convert("RGBA"), (left, top))
    shown = [on_black(each) for each in (result.to_pillow().convert("RGBA"), expected)]
    worst = max(high for _, high in ImageChops.difference(*shown).getextrema())
    assert result.alpha == below.alpha
    assert worst <= 2


@given(below=pictures(60), over=pictures(20), left=st.integers(-50, 90), top=st.integers(-50, 90))
def test_tiling_is_laying_side_by_side(below: Picture, over: Picture, left: int, top: int) -> None:
    """Each copy is where it would be, were all of them one picture that is laid over."""
    tile = over.to_pillow().convert("RGBA")
    sheet = Image.new("RGBA", (below.width, below.height))
    columns = range(left % over.width - over.width, below.width, over.width)
    rows = range(top % over.height - over.height, below.height, over.height)
    for place in product(columns, rows):
        sheet.paste(tile, place)

    result = below.tiled(over, left, top)

    assert result.pixels() == below.overlaid(Picture.from_pillow(sheet), 0, 0).pixels()


@pytest.mark.parametrize(("shade", "light"), [(0, False), (110, False), (140, True), (255, True)])
@pytest.mark.parametrize("alpha", [40, 255])
def test_a_mark_is_light_by_what_can_be_seen_of_it(shade: int, light: bool, alpha: int) -> None:
    """Transparency makes it neither dark nor light; nor does what cannot be seen at all."""
    mark = Picture.plain(20, 20, (shade, shade, shade, alpha))
    edged = mark.padded(10, 10, 40, 40, (255 - shade, 255 - shade, 255 - shade, 0))

    assert is_light(mark) == light
    assert is_light(edged) == light


def test_rows_of_tiles_are_shifted() -> None:
    """So that no upright line through the picture meets no mark."""
    mark = Picture.plain(20, 10, (255, 255, 255, 255))
    stamp = stamped(mark, light=True, softness=1, shadow=0, opacity=1)
    picture = Picture.plain(200, 200, (0, 0, 0, 255))

    result = tiled(picture, stamp, 30, 30, gap=15).to_pillow().convert("L")

    assert all(result.resize((200, 1), Image.Resampling.BOX).tobytes())
    assert result.getpixel((30, 30)) == 255
    assert result.getpixel((29, 30)) == 0


def test_a_shadow_may_end_at_the_edges() -> None:
    """A mark in the corner keeps its place; what reaches beyond is not drawn."""
    mark = Picture.plain(20, 10, (255, 255, 255, 255))
    stamp = stamped(mark, light=True, softness=4, shadow=1, opacity=1)
    picture = Picture.plain(60, 60, (90, 90, 90, 255))

    result = laid(picture, stamp, 0, 50).to_pillow().convert("L")

    assert stamp.reach > 4
    assert stamp.ink == (20, 10)
    assert result.crop((0, 50, 20, 60)).getextrema() == (255, 255)
    assert result.getpixel((22, 55)) < 80


def on_black(image: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", image.size, "black")
    ground.alpha_composite(image)
    return ground.convert("RGB")
