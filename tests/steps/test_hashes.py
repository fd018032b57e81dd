"""Hashes: those of the reference implementations, and near for what is near."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from steps.colours import Rgba
from steps.contract import Picture
from steps.encoding import encode
from steps.formats import Encoding, Format
from steps.hashes import blur_hash, thumb_hash
from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.phash import PhashOptions, phash
from steps.placeholder import PlaceholderFacts, PlaceholderOptions, placeholder
from steps.testing import pictures
from steps.testing.sources import scene


def pattern(width: int, height: int, *, alpha: bool = False) -> list[Rgba]:
    """Return the pixels whose hashes the reference implementations were asked for."""
    return [
        (
            255 - x * 255 // width,
            255 - y * 255 // height,
            x * y * 7 % 256,
            255 - (x * 5 + y * 3) % 200 if alpha else 255,
        )
        for y in range(height)
        for x in range(width)
    ]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((32, 24), "L;H.TY|@$2xCq5objsk8gZfhfPfi"),
        ((24, 32), "L;H_-]|[$2xDq4objrk9gZfifPfi"),
        ((48, 5), "L~Hyd6]j$1s.*8w]n~oNg=fjfRfl"),
        ((1, 1), "L~TSR4~h~h~h~h~h~h~h~h~h~h~h"),
    ],
)
def test_a_blurhash_is_that_of_the_reference(size: tuple[int, int], expected: str) -> None:
    """Made with npm's blurhash 2.0.5, for 4 x 3 waves."""
    assert blur_hash(pattern(*size), size[0]) == expected


@pytest.mark.parametrize(
    ("size", "alpha", "expected"),
    [
        ((32, 24), False, "YPgJRZp/d3d/d3d2h4h3dp+P+Qd4"),
        ((24, 32), True, "IgmGLBAZf/d5d3d39/uqn3D2iNh4iIeICA=="),
        ((48, 5), False, "X9kJaZpfaIZ8h1iInI/6CHg="),
        ((1, 1), False, "6g9W/wEI9wiIh4hwj3CI+AiIgIAIAAAA"),
    ],
)
def test_a_thumbhash_is_that_of_the_reference(
    size: tuple[int, int], alpha: bool, expected: str
) -> None:
    """Made with npm's thumbhash 0.1.1."""
    found = thumb_hash(pattern(*size, alpha=alpha), size[0])

    assert b64encode(found).decode() == expected


@given(picture=pictures())
def test_a_placeholder_fits_its_facts_whatever_the_picture(picture: Picture) -> None:
    """Hashes and colours are as long as they are declared."""
    facts = placeholder(picture, PlaceholderOptions())

    assert isinstance(facts, PlaceholderFacts)
    assert PlaceholderFacts.model_validate_json(facts.model_dump_json()) == facts


def test_colours_are_those_of_what_can_be_seen() -> None:
    """Three quarters are blue; what is transparent has no say."""
    image = Image.new("RGBA", (40, 40), (0, 0, 240, 255))
    image.paste((240, 240, 0, 255), (0, 0, 20, 20))
    image.paste((255, 0, 0, 0), (20, 20, 40, 40))

    facts = placeholder(Picture.from_pillow(image), PlaceholderOptions())

    assert facts.dominant == "#0000f0"
    assert facts.average == "#5050a0"


def _hash(picture: Picture) -> int:
    return int(phash(picture, PhashOptions()).hash, 16)


def _photo(at: int) -> Picture:
    """One of several pictures that have little in common."""
    image = scene(400, 300).rotate(37 * at)
    image.paste(Image.linear_gradient("L").resize((150, 100)).rotate(90 * at), (50 * at, 20 * at))
    return Picture.from_pillow(image)


@pytest.mark.parametrize(("file_format", "quality"), [("jpeg", 40), ("webp", 30), ("avif", 30)])
@pytest.mark.parametrize("at", range(3))
def test_the_same_picture_at_another_size_and_quality_hashes_nearly_the_same(
    at: int, file_format: Format, quality: int
) -> None:
    """Few of the 64 bits differ."""
    picture = _photo(at)
    small = picture.scaled(200, 150).encoded_as(Encoding(quality=quality))
    again = open_picture(encode(small, file_format), Limits(formats=(file_format,)))

    assert isinstance(again, Opened)
    assert (_hash(picture) ^ _hash(again.picture)).bit_count() <= 8


@given(pair=st.sampled_from([(0, 1), (0, 2), (1, 2)]))
def test_other_pictures_hash_to_something_else(pair: tuple[int, int]) -> None:
    """About half of the bits differ."""
    one, other = (_hash(_photo(at)) for at in pair)

    assert (one ^ other).bit_count() > 16
