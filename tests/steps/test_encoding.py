"""Encoding: the right format, the same bytes, and nothing in them but the picture."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from steps.encoding import OverBudget, encode, extension, media_type, output_format
from steps.formats import FORMATS, Encoding, Format
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
    """Of others, transparency decides between png and jpeg; what a step chose goes before."""
    picture = Picture.plain(2, 2, (0, 0, 0, 0 if alpha else 255))

    assert output_format(picture, original) == expected
    assert output_format(picture.encoded_as(Encoding("webp")), original) == "webp"


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


@pytest.fixture(scope="module")
def photo() -> Picture:
    """A picture with something in it that quality can lose."""
    opened = open_picture(sources.saved_png(sources.scene(200, 150)), LIMITS)
    assert isinstance(opened, Opened)
    return opened.picture


@pytest.mark.parametrize("file_format", ["jpeg", "webp", "avif"])
def test_quality_is_bytes(photo: Picture, file_format: Format) -> None:
    """A lower one makes a smaller file, and None is the format's own."""
    usual, low, high = (
        encode(photo.encoded_as(Encoding(quality=quality)), file_format)
        for quality in ({"jpeg": 80, "webp": 80, "avif": 50}[file_format], 20, 95)
    )

    assert usual == encode(photo, file_format)
    assert len(low) < len(high)


@pytest.mark.parametrize("file_format", ["jpeg", "webp"])
def test_a_budget_takes_the_best_quality_that_fits(photo: Picture, file_format: Format) -> None:
    """It comes close to the budget; enough bytes change nothing."""
    budget = len(encode(photo.encoded_as(Encoding(quality=40)), file_format))

    within = encode(photo.encoded_as(Encoding(max_bytes=budget)), file_format)

    assert 0.9 * budget <= len(within) <= budget
    assert encode(photo.encoded_as(Encoding(max_bytes=10**6)), file_format) == encode(
        photo, file_format
    )


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_budget_that_nothing_meets_is_told_with_the_smallest(
    photo: Picture, file_format: Format
) -> None:
    """The number is what the lowest quality needs: enough to choose another budget."""
    with pytest.raises(OverBudget) as told:
        encode(photo.encoded_as(Encoding(max_bytes=50)), file_format)

    assert told.value.facts["limit"] == 50
    smallest = int(str(told.value.facts["actual"]))
    assert encode(photo.encoded_as(Encoding(max_bytes=smallest)), file_format)


def alpha_of(written: bytes) -> Image.Image:
    """Return what of a GIF is opaque: 0 or 255."""
    return Image.open(io.BytesIO(written)).convert("RGBA").getchannel("A")


@pytest.mark.parametrize(("alpha", "opaque"), [(20, 0), (80, 1 / 4), (100, 1 / 2), (128, 1)])
def test_what_is_half_transparent_is_seen_in_a_gif(alpha: int, opaque: float) -> None:
    """Faint areas stand in dots, in each quarter of them as many; half of it and more is all."""
    picture = Picture.from_pixels(bytes([200, 30, 30, alpha]) * 40 * 40, 40, 40, alpha=True)

    shown = alpha_of(encode(picture, "gif"))

    for corner in ((0, 0), (20, 0), (0, 20), (20, 20)):
        quarter = shown.crop((*corner, corner[0] + 20, corner[1] + 20))
        assert quarter.histogram()[255] == opaque * 400
        assert quarter.histogram()[0] == 400 - opaque * 400


@pytest.mark.parametrize("size", [(33, 21), (300, 190), (170, 170)])
def test_edges_in_a_gif_have_no_dots(size: tuple[int, int]) -> None:
    """A shape that was scaled ends where half of a pixel is covered, as it did before."""
    drawn = Image.new("RGBA", (150, 95), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).ellipse((20, 15, 120, 80), fill="orange")
    scaled = Picture.from_pillow(drawn).scaled(*size)

    shown = alpha_of(encode(scaled, "gif"))

    half = scaled.to_pillow().getchannel("A").point(lambda alpha: 255 * (alpha >= 128))
    assert shown.tobytes() == half.tobytes()


def test_what_stands_still_in_a_gif_does_not_flicker() -> None:
    """The dots of each frame are at the same places, however high a frame is."""
    faint = Picture.from_pixels(bytes([9, 9, 9, 70]) * 15 * 15, 15, 15, alpha=True)
    two = Picture.joined([faint, faint])
    timed = two.carrying(replace(two.carried, delays_ms=(100, 100)))

    again = open_picture(encode(timed, "gif"), Limits(formats=FORMATS, max_frames=2))

    assert isinstance(again, Opened)
    first, second = again.picture.split()
    assert first.pixels() == second.pixels() != faint.pixels()


@pytest.mark.parametrize("file_format", ["png", "gif"])
def test_a_format_without_quality_takes_none(file_format: Format) -> None:
    """To ignore what was asked would be a lie."""
    with pytest.raises(ValueError, match="no quality"):
        encode(KINDS["one pixel"].encoded_as(Encoding(quality=80)), file_format)


@pytest.mark.parametrize(
    ("delays_ms", "told"),
    [
        ((25, 25, 25, 25), (20, 30, 30, 20)),
        ((33, 33, 34), (30, 40, 30)),
        ((4, 4, 4, 60), (20, 20, 20, 20)),
        ((0, 10, 100), (0, 10, 100)),
    ],
    ids=["forty a second", "thirty a second", "too short to be shown", "another GIF's"],
)
def test_a_gif_lasts_as_long_as_its_frames_do(
    delays_ms: tuple[int, ...], told: tuple[int, ...]
) -> None:
    """It counts hundredths: what one is rounded by, the next makes good, if that can be shown."""
    colours = [(9 * at, 0, 0, 255) for at in range(len(delays_ms))]
    picture = Picture.joined(Picture.plain(8, 8, colour) for colour in colours)
    timed = picture.carrying(replace(picture.carried, delays_ms=delays_ms))

    again = open_picture(encode(timed, "gif"), Limits(formats=FORMATS, max_frames=9))

    assert isinstance(again, Opened)
    assert again.picture.carried.delays_ms == told


def test_full_colour_resolution_can_be_asked_for(photo: Picture) -> None:
    """4:4:4 keeps red letters on blue; the usual 4:2:0 is smaller."""
    full, half = (
        encode(photo.encoded_as(Encoding(chroma=chroma)), "jpeg") for chroma in ("4:4:4", "4:2:0")
    )

    assert _sampling(full) == (1, 1)
    assert _sampling(half) == (2, 2)
    assert half == encode(photo, "jpeg")


@given(picture=pictures(300), most=st.integers(1000, 20_000))
def test_a_jpeg_can_be_held_to_a_number_of_bytes(picture: Picture, most: int) -> None:
    """It gets smaller in pixels until it fits."""
    assert len(picture.jpeg(max_bytes=most)) <= most


def test_every_format_has_a_media_type_and_an_ending() -> None:
    """They come from what was written, never from what a client said."""
    assert [media_type(each) for each in FORMATS] == [f"image/{each}" for each in FORMATS]
    assert [extension(each) for each in FORMATS] == ["jpg", "png", "gif", "webp", "avif"]


def _sampling(jpeg: bytes) -> tuple[int, int]:
    """Return how many samples of light there are to one of colour, across and down."""
    image = Image.open(io.BytesIO(jpeg))
    _, across, down, _ = image.layer[0]
    return across, down
