"""Decoding: all frames, and at a smaller scale what no box would miss."""

from io import BytesIO
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from steps.carried import Carried
from steps.contract import Rejected
from steps.decoding import MARGIN, SCALES, scale_for
from steps.encoding import encode
from steps.formats import FORMATS, Encoding, Format
from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.resize import ResizeOptions, resize
from steps.testing import sources

LIMITS = Limits(formats=FORMATS, max_frames=10)
sides = st.integers(1, 20_000)
boxes = st.lists(st.tuples(sides, sides), min_size=1, max_size=4)


def opened(original: bytes, boxes: list[tuple[int, int]] | None = None) -> Opened:
    result = open_picture(original, LIMITS, boxes=boxes or ())
    assert isinstance(result, Opened), result
    return result


@given(size=st.tuples(sides, sides), boxes=boxes)
def test_the_smallest_decode_that_covers_every_box_is_taken(
    size: tuple[int, int], boxes: list[tuple[int, int]]
) -> None:
    """With its margin; none smaller would do."""
    scale = scale_for(size, boxes)

    def covers(scale: int) -> bool:
        return all(ceil(size[at] / scale) >= MARGIN * box[at] for box in boxes for at in (0, 1))

    assert scale == 1 or covers(scale)
    assert not any(covers(smaller) for smaller in SCALES if smaller > scale)


def test_without_boxes_every_pixel_counts() -> None:
    """A plan that says nothing decodes the original as it is."""
    assert scale_for((10_000, 10_000), []) == 1


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("original_format", ["jpeg", "png", "webp", "avif"])
def test_a_smaller_decode_gives_the_same_picture(original_format: Format, orientation: int) -> None:
    """Of the same size, and to the eye the same, whatever the format and however it lay."""
    image = sources.scene(403, 261)
    original = (
        sources.saved_jpeg(image, orientation=orientation, quality=95)
        if original_format == "jpeg"
        else encode(Picture.from_pillow(image), original_format)
    )
    options = ResizeOptions(width=60)

    whole, smaller = opened(original), opened(original, [(60, 1)])

    lying = original_format == "jpeg" and orientation == 6
    assert (whole.scale, smaller.scale) == (1, 2 if lying else 4)
    assert whole.header == smaller.header
    one, other = (resize(each.picture, options) for each in (whole, smaller))
    assert (one.width, one.height) == (other.width, other.height)
    assert _difference(one, other) < 3


def test_what_is_transparent_anywhere_is_so_in_a_smaller_decode() -> None:
    """One pixel of 64 that lets through a little is not averaged away."""
    image = Image.new("RGBA", (160, 160), (10, 200, 30, 255))
    image.putpixel((77, 77), (10, 200, 30, 254))

    smaller = opened(sources.saved_png(image), [(8, 8)])

    assert smaller.scale == 8
    assert smaller.header.alpha


@pytest.mark.parametrize(("file_format", "frames"), [("gif", 4), ("webp", 3)])
def test_all_frames_of_an_animation_are_opened(file_format: Format, frames: int) -> None:
    """At full scale, each as Pillow shows it, with its time and the number of rounds."""
    original = getattr(sources, file_format)(frames=frames, duration=[70] * frames, loop=3)

    picture = opened(original, [(5, 5)]).picture

    assert picture.frames == frames
    assert picture.carried.delays_ms == (70,) * frames
    for at, frame in enumerate(picture.split()):
        assert _difference(frame, Picture.from_pillow(_frame(original, at))) < 1


@pytest.mark.parametrize("written", ["gif", "webp"])
def test_an_animation_is_written_with_its_times(written: Format) -> None:
    """Frames, delays and rounds are those of the original, in either format."""
    picture = opened(sources.gif(frames=3, duration=[70, 120, 200], loop=5)).picture

    again = opened(encode(picture, written)).picture

    assert again.frames == 3
    assert again.carried.delays_ms == (70, 120, 200)
    assert again.carried.loop == picture.carried.loop


@pytest.mark.parametrize(
    ("written", "delays_ms"), [("gif", (70, 80, 120)), ("webp", (70 + 80, 120))]
)
def test_frames_that_look_alike_keep_their_times(
    written: Format, delays_ms: tuple[int, ...]
) -> None:
    """A still moment lasts as long; libwebp writes it as one frame, and has no other way."""
    still, other = opened(sources.gif(frames=2)).picture.split()
    picture = Picture.joined([still, still, other]).carrying(Carried(delays_ms=(70, 80, 120)))

    again = opened(encode(picture, written)).picture

    assert again.carried.delays_ms == delays_ms


@pytest.mark.parametrize("file_format", ["jpeg", "png", "avif"])
def test_a_format_of_one_frame_takes_no_animation(file_format: Format) -> None:
    """Frames are never lost quietly."""
    picture = opened(sources.gif(frames=3)).picture

    with pytest.raises(ValueError, match=f"{file_format} holds one frame, not 3"):
        encode(picture.encoded_as(Encoding()), file_format)


def test_an_animation_that_hides_in_a_png_is_refused_whatever_the_limit() -> None:
    """Its decoder would show the first frame alone."""
    result = open_picture(sources.png(frames=3), LIMITS)

    assert result == Rejected("too_many_frames", {"limit": 1, "actual": 3})


def test_a_cut_behind_the_first_frame_is_found() -> None:
    """The structure was closed again, and libvips would leave the rest of that frame plain."""
    first, second = (Image.effect_noise((120, 90), sigma) for sigma in (60, 90))
    file = BytesIO()
    first.save(file, "GIF", save_all=True, append_images=[second], duration=50)
    whole = file.getvalue()
    at = whole.rindex(b"\x2c" + bytes(4))
    tables = 3 * 2 ** ((whole[at + 9] & 7) + 1) if whole[at + 9] & 0x80 else 0
    blocks = at + 10 + tables + 1

    assert opened(whole).header.frames == 2
    cut = whole[: blocks + 4 * 256] + b"\0;"
    assert open_picture(cut, LIMITS) == Rejected("truncated", {"limit": None, "actual": len(cut)})


def _frame(original: bytes, at: int) -> Image.Image:
    image = Image.open(BytesIO(original))
    image.seek(at)
    return image.convert("RGB")


def _difference(one: Picture, other: Picture) -> float:
    """Return the mean difference of a level, 0 to 255."""
    there, here = one.images[0], other.images[0]
    return float((there - here).abs().avg())
