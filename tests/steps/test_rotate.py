"""rotate turns clockwise, and loses nothing."""

from math import cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from steps.picture import Picture
from steps.rotate import RotateOptions, rotate
from steps.testing import pictures, sources

CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
BLACK, NOTHING = "black", "transparent"


def turn(picture: Picture, **options: object) -> Picture:
    return rotate(picture, RotateOptions.read(options))


@pytest.mark.parametrize("degrees", CLOCKWISE)
@given(picture=pictures())
def test_quarter_turns_move_pixels_and_change_none(degrees: int, picture: Picture) -> None:
    """As Pillow moves them, whose angles go the other way."""
    image = Image.frombuffer(
        "RGBA" if picture.alpha else "RGB", (picture.width, picture.height), picture.pixels()
    )

    result = turn(picture, degrees=degrees)

    assert result.pixels() == image.transpose(CLOCKWISE[degrees]).tobytes()
    assert turn(picture, degrees=degrees - 360).pixels() == result.pixels()
    assert turn(result, degrees=360 - degrees).pixels() == picture.pixels()


@pytest.mark.parametrize("mirror", ["horizontal", "vertical"])
@given(picture=pictures())
def test_mirrored_twice_is_the_same_picture(mirror: str, picture: Picture) -> None:
    """To the pixel."""
    options = {"degrees": 0, "mirror": mirror}

    assert turn(turn(picture, **options), **options).pixels() == picture.pixels()


def test_mirroring_comes_before_turning() -> None:
    """The corner that was north-west ends where a mirror, then a quarter turn put it."""
    picture = Picture.from_pillow(sources.scene(60, 40))

    result = turn(picture, degrees=90, mirror="horizontal").to_pillow()

    mirrored = sources.scene(60, 40).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert result.tobytes() == mirrored.transpose(Image.Transpose.ROTATE_270).tobytes()


@given(width=st.integers(1, 200), height=st.integers(1, 200), degrees=st.floats(-360, 360))
def test_the_canvas_holds_all_of_it_and_no_more(width: int, height: int, degrees: float) -> None:
    """Less than a pixel more than the turned rectangle takes, and its middle is the middle."""
    result = turn(Picture.plain(width, height, (255, 255, 255, 255)), degrees=degrees)

    across, down = abs(cos(radians(degrees))), abs(sin(radians(degrees)))
    for side, exact in (
        (result.width, width * across + height * down),
        (result.height, height * across + width * down),
    ):
        assert exact - 0.06 <= side < exact + 1


@given(width=st.integers(1, 60), height=st.integers(1, 60), degrees=st.floats(0, 180))
def test_no_light_is_lost(width: int, height: int, degrees: float) -> None:
    """White on black has the same area as before; a rim of half a pixel's coverage is left."""
    result = turn(
        Picture.plain(width, height, (255, 255, 255, 255)), degrees=degrees, background=BLACK
    )

    light = result.images[0][0].avg() / 255 * result.width * result.height
    assert abs(light - width * height) <= 0.3 * (width + height) + 0.5


@given(degrees=st.floats(0.5, 89.5))
def test_corners_are_the_backgrounds_and_the_middle_stays(degrees: float) -> None:
    """A colour that is there stays to the level; what is new is what was asked for."""
    result = turn(
        Picture.plain(80, 60, (200, 100, 50, 255)), degrees=degrees, background="#336699"
    ).to_pillow()

    assert result.getpixel((result.width // 2, result.height // 2)) == (200, 100, 50)
    # In the middle of an edge of the canvas a turned corner may lie, in its corners never.
    corners = [(x, y) for x in (0, result.width - 1) for y in (0, result.height - 1)]
    beyond = 60 * sin(radians(min(degrees, 90 - degrees)))
    assert beyond < 4 or {result.getpixel(at) for at in corners} == {(0x33, 0x66, 0x99)}


@given(alpha=st.integers(1, 255), degrees=st.floats(1, 89))
def test_transparency_lends_no_colour_to_edges(alpha: int, degrees: float) -> None:
    """Half-transparent red on nothing is red wherever it can be seen."""
    red = Picture.plain(30, 20, (255, 0, 0, alpha))

    result = turn(red, degrees=degrees, background=NOTHING)

    red_band, green, blue, opacity = result.images[0].bandsplit()
    assert result.alpha
    assert opacity.max() <= 1.16 * alpha + 1  # as far as the bicubic overshoots beside an edge
    assert (opacity > 8).ifthenelse(red_band, 255).min() >= 255 - 255 / 8
    assert max(green.max(), blue.max()) == 0


@pytest.mark.parametrize("size", [(1, 1), (3, 1), (1, 5000), (5000, 1)])
@pytest.mark.parametrize("degrees", [0.001, 30, 89.999, 359.9])
def test_a_strip_is_never_turned_out_of_sight(size: tuple[int, int], degrees: float) -> None:
    """However thin it is, some of it shows."""
    result = turn(Picture.plain(*size, (255, 0, 0, 255)), degrees=degrees, background=BLACK)

    assert result.images[0][0].max() >= 60
