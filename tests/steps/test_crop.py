"""crop cuts out exactly what is asked for, and changes no pixel of it."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from steps.areas import Area, within
from steps.crop import CropOptions, crop
from steps.picture import Picture
from steps.testing import options_for, pictures, sources

shares = st.floats(0, 1)
areas = st.tuples(shares, shares, shares, shares)
sides = st.integers(1, 400)


def cut(picture: Picture, **options: object) -> Picture:
    return crop(picture, CropOptions.read(options))


def size_of(picture: Picture) -> tuple[int, int]:
    return picture.width, picture.height


def dotted(at: tuple[int, int], size: tuple[int, int] = (400, 300)) -> Picture:
    """A bright red dot on dull grey: nothing else can catch the eye."""
    image = Image.new("RGB", size, (100, 100, 100))
    image.paste((255, 40, 30), (at[0] - 12, at[1] - 12, at[0] + 12, at[1] + 12))
    return Picture.from_pillow(image)


@given(picture=pictures(), options=options_for(CropOptions))
def test_a_part_is_never_larger_nor_empty(picture: Picture, options: CropOptions) -> None:
    """Whatever is asked for, some of the picture is left, and nothing is added."""
    result = crop(picture, options)

    assert 1 <= result.width <= picture.width
    assert 1 <= result.height <= picture.height
    assert result.alpha == picture.alpha


@given(area=areas, width=sides, height=sides)
def test_an_area_has_every_pixel_that_it_touches(area: Area, width: int, height: int) -> None:
    """No more than a millionth of a pixel is left out, and less than one is added each way."""
    left, top, across, down = within(area, width, height)

    for first, count, start, length, side in (
        (left, across, area[0], area[2], width),
        (top, down, area[1], area[3], height),
    ):
        assert 0 <= first < first + count <= side
        assert first <= start * side + 1e-5
        assert first + count >= min(side, (start + length) * side) - 1e-5
        assert first + 1 > min(start * side, side - 1)
        assert first + count - 1 < max((start + length) * side, first + 1)


@pytest.mark.parametrize("side", [10, 100, 333, 6000])
def test_a_floats_error_touches_no_pixel_more(side: int) -> None:
    """0.1 + 0.2 is a little more than 0.3."""
    left, _, across, _ = within((0.1, 0.0, 0.2, 1.0), 10 * side, 10)

    assert (left, across) == (side, 2 * side)


@given(width=st.integers(2, 300), height=st.integers(2, 300), split=st.integers(1, 99))
def test_areas_side_by_side_leave_no_gap(width: int, height: int, split: int) -> None:
    """Tiles that meet at a share overlap by a pixel at most, however the picture is sized."""
    at = split / 100
    left, _, across, _ = within((0.0, 0.0, at, 1.0), width, height)
    next_left, _, rest, _ = within((at, 0.0, 1 - at, 1.0), width, height)

    assert left == 0
    assert next_left <= across <= next_left + 1
    assert next_left + rest == width


@given(picture=pictures(), across=st.integers(1, 30), down=st.integers(1, 30), anchor=st.booleans())
def test_a_ratio_gives_the_largest_part_of_that_shape(
    picture: Picture, across: int, down: int, anchor: bool
) -> None:
    """One side is all there is, and the other within a pixel of the exact shape."""
    result = cut(picture, ratio=f"{across}:{down}", **({"anchor": "west"} if anchor else {}))

    scale = min(Fraction(picture.width, across), Fraction(picture.height, down))
    assert abs(result.width - across * scale) < 1
    assert abs(result.height - down * scale) < 1


@given(picture=pictures(), across=st.integers(1, 20), down=st.integers(1, 20))
def test_a_ratio_cut_twice_is_cut_once(picture: Picture, across: int, down: int) -> None:
    """Where a whole number of pixels has that shape: a second pass takes nothing more off."""
    assume(picture.width >= across)
    assume(picture.height >= down)
    once = cut(picture, ratio=f"{across}:{down}")
    assume(once.width * down == once.height * across)

    assert cut(once, ratio=f"{across}:{down}").pixels() == once.pixels()


@pytest.mark.parametrize(
    ("anchor", "corner"),
    [("north-west", (0, 0)), ("centre", (20, 10)), ("south-east", (40, 20)), (None, (20, 10))],
)
def test_a_size_is_cut_where_the_anchor_is(anchor: str | None, corner: tuple[int, int]) -> None:
    """As Pillow cuts it there, to the pixel; left out, the anchor is the centre."""
    scene = sources.scene(60, 40)
    asked = {} if anchor is None else {"anchor": anchor}

    result = cut(Picture.from_pillow(scene), width=20, height=20, **asked)

    left, top = corner
    expected = scene.crop((left, top, left + 20, top + 20))
    assert result.pixels() == expected.tobytes()


def test_lengths_in_percent_are_of_the_own_side() -> None:
    """`%` is read as a share; pixels and shares stand together; a side left out is all."""
    picture = Picture.from_pillow(sources.scene(60, 40))

    assert size_of(cut(picture, width=0.5, height=10)) == (30, 10)
    assert size_of(cut(picture, height=0.25)) == (60, 10)
    assert size_of(cut(picture, width=1.0, height=1)) == (60, 1)
    assert size_of(cut(picture, width=900)) == (60, 40)


@pytest.mark.parametrize("at", [(30, 30), (370, 40), (60, 270), (200, 150)])
def test_attention_keeps_what_catches_the_eye(at: tuple[int, int]) -> None:
    """A square around the only spot of colour has it inside, wherever it is."""
    result = cut(dotted(at), width=100, height=100, anchor="attention")

    red, green, _ = result.to_pillow().split()
    assert size_of(result) == (100, 100)
    assert red.getextrema()[1] == 255
    assert green.getextrema()[0] == 40


def test_attention_cuts_all_frames_at_one_place() -> None:
    """An animation does not jump: what the first frame shows decides."""
    first, second = dotted((40, 150)), dotted((360, 150))

    result = cut(Picture.joined([first, second]), ratio="1:1", anchor="attention")

    reds = [frame.to_pillow().getextrema()[0] for frame in result.split()]
    assert reds == [(100, 255), (100, 100)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "one of them"),
        ({"ratio": "1:1", "width": 10}, "one of them"),
        ({"area": [0, 0, 1, 1], "anchor": "north"}, "leave `anchor` out"),
        ({"area": [0, 0, 1]}, "Field required"),
        ({"area": [0, 0, 1, 1.5]}, "less than or equal to 1"),
        ({"ratio": "16/9"}, 'write "16:9"'),
        ({"ratio": "0:9"}, "a shape is width:height"),
        ({"width": 0}, "greater than"),
    ],
)
def test_options_that_name_no_part_are_refused_in_words(
    options: dict[str, object], words: str
) -> None:
    """The message says what is missing or wrong."""
    with pytest.raises(ValueError, match=words):
        CropOptions.read(options)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("16/9", "16:9"),
        ("4x3", "4:3"),
        ("16 : 9", "16:9"),
        (1.5, "3:2"),
        (2, "2:1"),
        (1.7777, "16:9"),
        ("1:0", "16:9"),
        ("wide", "16:9"),
        (-3, "16:9"),
        (0, "16:9"),
    ],
)
def test_a_shape_that_is_none_is_told_with_the_one_that_is_meant(
    written: object, meant: str
) -> None:
    """Or with one that everybody knows."""
    with pytest.raises(ValidationError, match=f'in whole numbers up to 9999: write "{meant}"'):
        CropOptions.read({"ratio": written})


def test_a_shape_that_is_no_text_and_no_number_has_the_wrong_type() -> None:
    """A list of two sides, for one."""
    with pytest.raises(ValidationError, match="valid string"):
        CropOptions.read({"ratio": [16, 9]})
