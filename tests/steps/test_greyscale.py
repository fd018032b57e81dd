"""greyscale keeps light and takes colour."""

from hypothesis import given
from hypothesis import strategies as st

from steps.greyscale import GreyscaleOptions, greyscale
from steps.picture import Picture
from steps.testing import pictures

levels = st.integers(0, 255)


def grey(picture: Picture) -> Picture:
    return greyscale(picture, GreyscaleOptions())


def luminance(red: int, green: int, blue: int) -> float:
    """The CIE luminance of an sRGB colour, 0 to 1. Source: IEC 61966-2-1."""
    linear = [
        level / 255 / 12.92 if level <= 10 else ((level / 255 + 0.055) / 1.055) ** 2.4
        for level in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(picture=pictures())
def test_all_colours_are_grey_and_as_opaque(picture: Picture) -> None:
    """The three levels of each pixel are one, and alpha stays."""
    result = grey(picture)

    bands = result.images[0].bandsplit()
    assert (result.width, result.height, result.alpha) == (
        picture.width,
        picture.height,
        picture.alpha,
    )
    assert (bands[0] - bands[1]).abs().max() == (bands[1] - bands[2]).abs().max() == 0
    if picture.alpha:
        assert (bands[3] - picture.images[0][3]).abs().max() == 0


@given(red=levels, green=levels, blue=levels)
def test_a_colour_becomes_the_grey_that_is_as_light(red: int, green: int, blue: int) -> None:
    """Within two levels of the grey whose luminance is the colour's."""
    level = grey(Picture.plain(1, 1, (red, green, blue, 255))).pixels()[0]

    light = luminance(red, green, blue)
    assert luminance(*[max(0, level - 2)] * 3) <= light <= luminance(*[min(255, level + 2)] * 3)


@given(picture=pictures())
def test_grey_done_twice_is_done_once(picture: Picture) -> None:
    """A second pass changes no level by more than one."""
    once = grey(picture)

    assert (grey(once).images[0] - once.images[0]).abs().max() <= 1
