"""Encoding: the right format, the same bytes, and nothing in them but the picture."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from steps.encoding import encode, extension, media_type, output_format
from steps.formats import FORMATS, Format
from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.testing import KINDS, pictures, sources

LIMITS = Limits(formats=FORMATS)


@given(picture=pictures(), file_format=st.sampled_from(FORMATS))
def test_what_is_written_can_be_opened(picture: Picture, file_format: Format) -> None:
    """It is the same size and of the format that was asked for; only a jpeg loses alpha."""
    result = open_picture(encode(picture, file_format), LIMITS)

    assert isinstance(result, Opened)
    assert result.header.format == file_format
    assert (result.header.width, result.header.height) == (picture.width, picture.height)
    assert not (result.header.alpha and file_format == "jpeg")


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("kind", ["one pixel", "one invisible pixel", "tall strip", "wide strip"])
def test_extreme_pictures_can_be_written(kind: str, file_format: Format) -> None:
    """One pixel and strips of 1 x 5000 are files too, the same each time."""
    assert encode(KINDS[kind], file_format) == encode(KINDS[kind], file_format)


@given(picture=pictures())
def test_png_loses_nothing(picture: Picture) -> None:
    """The pixels come back as they were, unless no pixel used the alpha."""
    result = open_picture(encode(picture, "png"), LIMITS)

    assert isinstance(result, Opened)
    assert result.picture.pixels() == picture.without_idle_alpha().pixels()


@pytest.mark.parametrize(
    ("original", "alpha", "expected"),
    [
        ("jpeg", False, "jpeg"),
        ("gif", True, "gif"),
        ("webp", False, "webp"),
        ("avif", True, "avif"),
        ("heic", False, "jpeg"),
        ("tiff", True, "png"),
    ],
)
def test_variants_have_the_originals_format_where_it_is_written(
    original: str, alpha: bool, expected: str
) -> None:
    """Of others, transparency decides between png and jpeg."""
    assert output_format(original, alpha=alpha) == expected


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_metadata_is_written(file_format: Format) -> None:
    """A position, a description and a profile of the original are nowhere in the file."""
    opened = open_picture(sources.jpeg(icc_profile=sources.srgb_profile()), LIMITS)
    assert isinstance(opened, Opened)

    file = encode(opened.picture, file_format)

    image = Image.open(io.BytesIO(file))
    assert not image.getexif()
    assert "icc_profile" not in image.info
    assert b"secret" not in file
    assert b"Exif" not in file


def test_transparency_meets_white_in_a_jpeg() -> None:
    """What cannot be seen through is paper."""
    picture = Picture.plain(16, 16, (200, 0, 0, 0))

    file = encode(picture, "jpeg")

    assert min(Image.open(io.BytesIO(file)).convert("RGB").tobytes()) >= 254


def test_jpegs_are_progressive() -> None:
    """They show early over a slow line, and are smaller."""
    image = Image.open(io.BytesIO(encode(KINDS["photo-sized"], "jpeg")))

    assert image.info.get("progressive") == 1


@pytest.mark.parametrize("file_format", ["jpeg", "webp", "avif"])
def test_quality_is_bytes(file_format: Format) -> None:
    """A lower one makes a smaller file, and None is the format's own."""
    opened = open_picture(sources.saved_png(sources.scene(200, 150)), LIMITS)
    assert isinstance(opened, Opened)
    usual = {"jpeg": 80, "webp": 80, "avif": 50}[file_format]

    assert encode(opened.picture, file_format, usual) == encode(opened.picture, file_format)
    assert len(encode(opened.picture, file_format, 20)) < len(
        encode(opened.picture, file_format, 95)
    )


@pytest.mark.parametrize("file_format", ["png", "gif"])
def test_a_format_without_quality_takes_none(file_format: Format) -> None:
    """To ignore what was asked would be a lie."""
    with pytest.raises(ValueError, match="no quality"):
        encode(KINDS["one pixel"], file_format, 80)


@given(picture=pictures(300), most=st.integers(1000, 20_000))
def test_a_jpeg_can_be_held_to_a_number_of_bytes(picture: Picture, most: int) -> None:
    """It gets smaller in pixels until it fits."""
    assert len(picture.jpeg(max_bytes=most)) <= most


def test_every_format_has_a_media_type_and_an_ending() -> None:
    """They come from what was written, never from what a client said."""
    assert [media_type(each) for each in FORMATS] == [f"image/{each}" for each in FORMATS]
    assert [extension(each) for each in FORMATS] == ["jpg", "png", "gif", "webp", "avif"]
