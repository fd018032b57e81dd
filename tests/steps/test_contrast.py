"""contrast spreads levels, each colour alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.contrast import ContrastOptions, contrast
from steps.picture import Picture
from steps.testing import options_for, pictures


def every_level() -> Picture:
    """256 pixels, from black to white."""
    return Picture.from_pixels(b"".join(bytes([at]) * 3 for at in range(256)), 256, 1, alpha=False)


def spread(black: float, white: float) -> list[int]:
    result = contrast(every_level(), ContrastOptions(black=black, white=white))
    return list(result.pixels()[::3])


@given(picture=pictures(), options=options_for(ContrastOptions))
def test_size_and_transparency_stay(picture: Picture, options: ContrastOptions) -> None:
    """Every pixel is as opaque as it was."""
    result = contrast(picture, options)

    assert (result.width, result.height) == (picture.width, picture.height)
    assert result.alpha == picture.alpha
    if picture.alpha:
        assert (result.images[0][3] - picture.images[0][3]).abs().max() == 0


@given(black=st.floats(0, 0.49), white=st.floats(0.51, 1))
def test_what_is_darker_stays_darker(black: float, white: float) -> None:
    """All up to `black` is black, all from `white` on is white, and nothing changes places."""
    result = spread(black, white)

    assert result == sorted(result)
    assert {result[at] for at in range(256) if at / 255 <= black} <= {0}
    assert {result[at] for at in range(256) if at / 255 >= white} <= {255}


@pytest.mark.parametrize(("black", "white"), [(0.2, 0.6), (0.02, 0.98), (0.0, 0.5)])
def test_levels_in_between_are_spread_evenly(black: float, white: float) -> None:
    """Each within half a level of the straight line."""
    result = spread(black, white)

    line = [255 * (at / 255 - black) / (white - black) for at in range(256)]
    exact = [min(255.0, max(0.0, level)) for level in line]
    assert all(abs(level - wanted) <= 0.51 for level, wanted in zip(result, exact, strict=True))


def test_nothing_to_spread_is_the_same_picture() -> None:
    """To the pixel."""
    picture = every_level()

    assert contrast(picture, ContrastOptions()) is picture


@pytest.mark.parametrize("options", [{"black": 0.6, "white": 0.4}, {"black": 0.5, "white": 0.5}])
def test_black_is_below_white(options: dict[str, object]) -> None:
    """The message says by how much."""
    with pytest.raises(ValueError, match="at least 1% above its `black`"):
        ContrastOptions.read(options)
