"""resize meets its box: the properties of each fit, and the cases that break naive rounding."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.picture import Picture
from steps.resize import ResizeOptions, Size, resize
from steps.testing import pictures
from steps.testing.strategies import patterned

sides = st.integers(1, 120)


def boxes(**fixed: Any) -> st.SearchStrategy[ResizeOptions]:
    return st.builds(ResizeOptions, width=sides, height=sides, **{"enlarge": st.booleans()} | fixed)


def size_of(picture: Picture) -> Size:
    return picture.width, picture.height


@given(picture=pictures(), options=boxes(fit=st.just("contain")))
def test_contain_stays_in_the_box_and_keeps_the_shape(
    picture: Picture, options: ResizeOptions
) -> None:
    """No side leaves the box, and each is within a pixel of the exact shape."""
    result = resize(picture, options)

    assert 1 <= result.width <= (options.width or 0)
    assert 1 <= result.height <= (options.height or 0)
    skew = result.width * picture.height - result.height * picture.width
    assert abs(skew) <= picture.width + picture.height


@given(picture=pictures(), options=boxes(fit=st.just("contain")))
def test_contain_done_twice_is_done_once(picture: Picture, options: ResizeOptions) -> None:
    """A second pass changes no pixel: retries happen."""
    once = resize(picture, options)
    twice = resize(once, options)

    assert size_of(twice) == size_of(once)
    assert twice.pixels() == once.pixels()


@given(picture=pictures(), options=boxes(fit=st.just("contain"), enlarge=st.just(True)))
def test_contain_fills_the_box_one_way_when_it_may_enlarge(
    picture: Picture, options: ResizeOptions
) -> None:
    """It is as large as fits: at least one side is the box's."""
    result = resize(picture, options)

    assert result.width == options.width or result.height == options.height


@given(
    picture=pictures(),
    options=boxes(
        fit=st.sampled_from(["contain", "cover", "stretch"]),
        enlarge=st.just(False),
    ),
)
def test_nothing_is_enlarged_unless_asked(picture: Picture, options: ResizeOptions) -> None:
    """Only the canvas of `pad` may be larger than the picture was."""
    result = resize(picture, options)

    assert result.width <= picture.width
    assert result.height <= picture.height


@given(
    picture=pictures(),
    options=boxes(fit=st.sampled_from(["cover", "stretch"]), enlarge=st.just(True)),
)
def test_cover_and_stretch_give_exactly_the_box(picture: Picture, options: ResizeOptions) -> None:
    """Where they may enlarge, the result is the box itself."""
    assert size_of(resize(picture, options)) == (options.width, options.height)


@given(picture=pictures(), options=boxes(fit=st.sampled_from(["cover", "stretch"])))
def test_a_box_too_large_shrinks_in_its_own_shape(picture: Picture, options: ResizeOptions) -> None:
    """A small picture gives a smaller square for a square, not another shape."""
    width, height = options.width or 0, options.height or 0

    result = resize(picture, options)

    assert abs(result.width * height - result.height * width) <= width + height


@given(picture=pictures(), options=boxes(fit=st.just("pad")))
def test_pad_gives_exactly_the_box(picture: Picture, options: ResizeOptions) -> None:
    """The canvas is as asked, whether or not the picture could fill it."""
    assert size_of(resize(picture, options)) == (options.width, options.height)


@given(
    size=st.tuples(sides, sides),
    room=st.tuples(sides, sides),
    background=st.sampled_from(["#112233", "transparent"]),
    anchor=st.sampled_from(["north-west", "south-east"]),
)
def test_pad_anchors_the_picture_and_leaves_the_rest_to_the_background(
    size: Size, room: Size, background: str, anchor: str
) -> None:
    """The corner it is anchored in is the picture's; the far corner is the background's."""
    width, height = size[0] + room[0], size[1] + room[1]
    options = ResizeOptions.read(
        {"width": width, "height": height, "fit": "pad", "background": background, "anchor": anchor}
    )

    result = resize(Picture.plain(*size, (255, 0, 0, 255)), options)

    pixels, step = result.pixels(), 4 if result.alpha else 3
    near, far = pixels[:step], pixels[-step:]
    if anchor == "south-east":
        near, far = far, near
    assert result.alpha == (background == "transparent")
    assert near[:3] == b"\xff\x00\x00"
    assert far == (b"\x00\x00\x00\x00" if result.alpha else b"\x11\x22\x33")


@pytest.mark.parametrize(
    ("anchor", "left"), [("west", 0), ("centre", 100), ("east", 200), ("south-east", 200)]
)
def test_cover_cuts_off_what_is_away_from_the_anchor(anchor: str, left: int) -> None:
    """Of three stripes the anchor's own stays."""
    stripes = b"".join(bytes([level]) * 300 for level in (0, 100, 200))
    picture = Picture.from_pixels(stripes * 100, 300, 100, alpha=False)
    options = ResizeOptions.read({"width": 100, "height": 100, "fit": "cover", "anchor": anchor})

    result = resize(picture, options)

    assert result.pixels() == picture.cropped(left, 0, 100, 100).pixels()


@pytest.mark.parametrize("fit", ["contain", "cover", "stretch", "pad"])
@pytest.mark.parametrize("enlarge", [False, True])
def test_a_strip_survives_a_small_box(fit: str, enlarge: bool) -> None:
    """1 x 5000 in 10 x 10 would round to no width at all."""
    strip = patterned(1, 5000, alpha=True, pattern=b"\x01\x80\xff")
    options = ResizeOptions.read({"width": 10, "height": 10, "fit": fit, "enlarge": enlarge})

    result = resize(strip, options)

    assert min(size_of(result)) >= 1
    assert result.pixels()


def test_one_side_is_enough_for_contain() -> None:
    """The other follows from the picture's shape."""
    picture = patterned(300, 200, alpha=False, pattern=b"\x55")

    assert size_of(resize(picture, ResizeOptions(width=150))) == (150, 100)
    assert size_of(resize(picture, ResizeOptions(height=50))) == (75, 50)
    assert size_of(resize(picture, ResizeOptions(width=900))) == (300, 200)
    assert size_of(resize(picture, ResizeOptions(width=900, enlarge=True))) == (900, 600)


def test_one_side_never_makes_the_other_longer_than_files_can_hold() -> None:
    """A strip enlarged by its width stops at the longest side of a file."""
    strip = patterned(1, 5000, alpha=False, pattern=b"\x55")

    assert size_of(resize(strip, ResizeOptions(width=16_383, enlarge=True))) == (3, 16_383)


def test_a_strip_may_be_enlarged_to_cover_any_box() -> None:
    """It is cut before it grows: scaled whole it would be a quarter of a billion pixels long."""
    strip = patterned(1, 16_383, alpha=False, pattern=b"\x55")
    options = ResizeOptions(width=16_383, height=10, fit="cover", enlarge=True)

    result = resize(strip, options)

    assert size_of(result) == (16_383, 10)
    assert set(result.pixels()) == {0x55}


def test_invisible_colours_do_not_bleed() -> None:
    """Red under full transparency lends nothing to the grey beside it."""
    half = b"\xff\x00\x00\x00" * 50 + b"\x64\x64\x64\xff" * 50
    picture = Picture.from_pixels(half * 100, 100, 100, alpha=True)

    result = resize(picture, ResizeOptions(width=10)).pixels()

    visible = [result[at : at + 3] for at in range(0, len(result), 4) if result[at + 3] > 20]
    assert visible
    assert all(98 <= level <= 102 for colour in visible for level in colour)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "needs a width, a height or both"),
        ({"width": 10, "fit": "cover"}, "fit: cover needs both"),
        ({"height": 10, "fit": "pad"}, "fit: pad needs both"),
        ({"width": 16_000, "height": 16_000}, "more than 100 MP"),
        ({"width": 10, "background": "blu"}, "'blu' is no colour"),
        ({"width": 0}, "greater than or equal to 1"),
        ({"width": "800"}, "valid integer"),
    ],
)
def test_options_that_make_no_box_are_refused_in_words(
    options: dict[str, object], words: str
) -> None:
    """The message says what is missing or wrong."""
    with pytest.raises(ValueError, match=words):
        ResizeOptions.read(options)
