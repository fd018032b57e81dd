"""Picture: frames, and what goes with them, whatever is done to the pixels."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from steps.carried import Carried
from steps.contract import Options, Rejected, WrongAnswer, step
from steps.formats import Encoding
from steps.metadata import Tag
from steps.packing import described, packed, unpacked
from steps.picture import Picture
from steps.plugins import AnyStep
from steps.testing import pictures, sources

NOTICE = Tag("image", 0x8298, 2, 8, "© Ava\0".encode())
ENCODING = Encoding("webp", quality=70, background=(1, 2, 3, 255))
WHITE = (255, 255, 255, 255)
METHODS: dict[str, Callable[[Picture], Picture]] = {
    "scaled": lambda picture: picture.scaled(7, 5),
    "cropped": lambda picture: picture.cropped(0, 0, 1, 1),
    "padded": lambda picture: picture.padded(1, 2, 400, 400, WHITE),
    "overlaid": lambda picture: picture.overlaid(Picture.plain(1, 1, (9, 9, 9, 99)), 0, 0),
    "flattened": lambda picture: picture.flattened(WHITE),
    "turned": lambda picture: picture.turned(1),
    "rotated": lambda picture: picture.rotated(30, WHITE),
    "mirrored": lambda picture: picture.mirrored(),
    "greyscale": lambda picture: picture.greyscale(),
    "stretched": lambda picture: picture.stretched(0.1, 0.8),
    "blurred": lambda picture: picture.blurred(1.5),
    "sharpened": lambda picture: picture.sharpened(1.0, 0.5),
    "rendered": lambda picture: picture.rendered(),
    "in srgb": lambda picture: picture.in_srgb(),
}


@st.composite
def animations(draw: st.DrawFn) -> Picture:
    """Draw animations of two to four frames, with all that a picture can carry but a profile."""
    first = draw(pictures(30))
    more = draw(st.lists(st.integers(0, 255), min_size=1, max_size=3))
    frames = [
        first,
        *(Picture.plain(first.width, first.height, (each, 0, 9, 255)) for each in more),
    ]
    delays = tuple(40 + 10 * at for at in range(len(frames)))
    carried = Carried(delays_ms=delays, loop=2, tags=(NOTICE,), encoding=ENCODING)
    return Picture.joined(frames).carrying(carried)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=min(50, settings().max_examples))
@given(picture=animations())
def test_every_frame_is_treated_as_a_picture_of_its_own(method: str, picture: Picture) -> None:
    """And what the picture carries goes with it."""
    made = METHODS[method](picture)

    alone = [METHODS[method](frame) for frame in picture.split()]
    assert made.pixels() == b"".join(frame.pixels() for frame in alone)
    assert made.carried == picture.carried
    assert (made.width, made.height) == (alone[0].width, alone[0].height)


@given(picture=animations(), longer=st.integers(1, 3))
def test_nothing_is_lost_between_two_processes(picture: Picture, longer: int) -> None:
    """Pixels, frames, times, tags, the chosen encoding, and the size that it stands for."""
    smaller = picture.standing_for(longer * picture.width, longer * picture.height)

    again = unpacked(described(smaller), packed(smaller))

    assert described(again) == described(smaller)
    assert packed(again) == packed(smaller)
    assert again.carried == smaller.carried


def test_pixels_of_another_length_are_no_picture() -> None:
    """A description that lost some of them is not filled up."""
    picture = Picture.plain(4, 4, (1, 2, 3, 255))

    with pytest.raises(ValueError, match="1 frames of 48 bytes are not 47"):
        unpacked(described(picture), packed(picture)[:-1])


def test_a_smaller_decode_is_scaled_from_its_own_pixels() -> None:
    """The size it stands for is what steps see; pixels are interpolated only where one asks."""
    stored = Picture.from_pillow(sources.scene(50, 40))

    picture = stored.standing_for(100, 80)

    assert (picture.width, picture.height) == (100, 80)
    assert picture.scaled(50, 40).pixels() == stored.pixels()
    assert picture.scaled(20, 16).pixels() == stored.scaled(20, 16).pixels()
    assert picture.cropped(0, 0, 100, 80).pixels() == stored.scaled(100, 80).pixels()


def test_frames_are_of_one_size_and_kind() -> None:
    """Others are no picture; where only transparency differs, all get it."""
    red, clear = (Picture.plain(4, 4, colour) for colour in ((255, 0, 0, 255), (0, 0, 0, 0)))

    assert Picture.joined([red, clear]).alpha
    assert not Picture.joined([red, Picture.plain(4, 4, WHITE)]).alpha
    with pytest.raises(ValueError, match="all of one size"):
        Picture.joined([red, Picture.plain(4, 5, WHITE)])


def test_alpha_stays_while_one_frame_uses_it() -> None:
    """An animation is transparent as a whole, or not at all."""
    opaque, clear = (
        Picture.plain(4, 4, colour).padded(0, 0, 4, 4, (0, 0, 0, 0))
        for colour in ((255, 0, 0, 255), (0, 0, 0, 0))
    )

    assert Picture.joined([opaque, clear]).without_idle_alpha().alpha
    assert not Picture.joined([opaque, opaque]).without_idle_alpha().alpha


class Nothing(Options):
    """Nothing to choose."""


@step(version=1)
def redrawn(picture: Picture, options: Nothing) -> Picture:
    """Draw another picture from scratch."""
    return Picture.plain(picture.width, picture.height, (0, 200, 0, 255))


@step(version=1)
def through_pillow(picture: Image.Image, options: Nothing) -> Image.Image:
    """Do nothing, by way of Pillow."""
    return picture


@step(version=1)
def uneven(picture: Picture, options: Nothing) -> Picture:
    """Make each frame as wide as its first pixel is red."""
    return picture.scaled(1 + picture.pixels()[0], 4)


@step(version=1, rejects=("dark",))
def light(picture: Picture, options: Nothing) -> Picture | Rejected:
    """Refuse what is dark."""
    return picture if picture.pixels()[0] else Rejected("dark", {})


@pytest.mark.parametrize("plugin", [redrawn, through_pillow])
@given(picture=animations())
def test_what_a_step_says_nothing_of_stays(plugin: AnyStep, picture: Picture) -> None:
    """A picture drawn from scratch keeps times, notice and encoding of the one before."""
    made = plugin.apply(picture, Nothing())

    assert isinstance(made, Picture)
    assert made.carried == picture.carried
    assert made.frames == picture.frames


def _reddish(*levels: int) -> Picture:
    return Picture.joined([Picture.plain(4, 4, (level, 0, 0, 255)) for level in levels])


def test_frames_of_different_sizes_are_no_answer() -> None:
    """The message names the cure."""
    with pytest.raises(WrongAnswer, match=r"uneven made frames of different sizes: declare frames"):
        uneven.apply(_reddish(1, 2), Nothing())


def test_one_frame_that_is_refused_is_enough() -> None:
    """What hides in the second frame is found."""
    assert light.apply(_reddish(9, 0, 9), Nothing()) == Rejected("dark", {})
    assert isinstance(light.apply(_reddish(9, 9), Nothing()), Picture)
