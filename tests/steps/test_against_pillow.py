"""What the kernel makes of a picture is what Pillow makes of it, within a stated tolerance.

Two implementations that share no code agree on where a pixel lies: half a pixel's shift of these
scenes is 20 levels and more at their edges. Quarter turns and crops agree to the pixel
(test_rotate, test_crop), blurs within their own tolerance (test_blur).
"""

from math import cos, radians, sin

import pytest
from PIL import Image, ImageDraw

from steps.picture import Picture
from steps.resize import ResizeOptions, resize
from steps.rotate import RotateOptions, rotate
from steps.testing import sources
from tests.steps.likeness import apart

LANCZOS, BICUBIC = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC
Size = tuple[int, int]


def drawn(size: Size = (240, 160)) -> Image.Image:
    """A scene with slopes, straight edges, a curve and fine lines."""
    image = sources.scene(*size)
    pen = ImageDraw.Draw(image)
    pen.ellipse((30, 20, 130, 120), fill=(250, 240, 230), outline=(20, 30, 90), width=5)
    pen.rectangle((140, 60, 220, 140), fill=(10, 120, 60))
    for at in range(0, 60, 6):
        pen.line((150 + at, 66, 150 + at, 130), fill=(240, 200, 40), width=2)
    return image


def stretched(image: Image.Image, size: Size) -> Picture:
    options = ResizeOptions(width=size[0], height=size[1], fit="stretch", enlarge=True)
    return resize(Picture.from_pillow(image), options)


@pytest.mark.parametrize("size", [(120, 80), (97, 61), (239, 159), (60, 160)])
def test_a_smaller_picture_is_pillows_lanczos(size: Size) -> None:
    """Half a level on the average, and 16 at the hardest edges."""
    image = drawn()

    mean, most = apart(stretched(image, size), Picture.from_pillow(image.resize(size, LANCZOS)))

    assert mean <= 0.6
    assert most <= 16


def test_a_much_smaller_picture_is_nearly_pillows_lanczos() -> None:
    """Ten times: two levels on the average, since libvips averages squares of pixels first."""
    image = drawn()

    small = Picture.from_pillow(image.resize((24, 16), LANCZOS))

    assert apart(stretched(image, (24, 16)), small)[0] <= 2


@pytest.mark.parametrize("size", [(480, 320), (241, 161), (360, 240), (700, 500), (240, 320)])
def test_a_larger_picture_is_pillows_bicubic(size: Size) -> None:
    """A third of a level on the average: libvips enlarges so, also where Lanczos is asked for."""
    image = drawn()

    mean, most = apart(stretched(image, size), Picture.from_pillow(image.resize(size, BICUBIC)))

    assert mean <= 0.35
    assert most <= 16


@pytest.mark.parametrize("size", [(480, 80), (100, 400)])
def test_one_side_larger_and_one_smaller_is_between_both(size: Size) -> None:
    """Where nothing is one side's only: Lanczos downwards, bicubic upwards."""
    image = drawn()
    middle = min(size[0], image.width), min(size[1], image.height)

    expected = image.resize(middle, LANCZOS).resize(size, BICUBIC)

    mean, most = apart(stretched(image, size), Picture.from_pillow(expected))
    assert mean <= 0.6
    assert most <= 12


def test_transparency_is_scaled_as_pillow_scales_it() -> None:
    """Seen on a colour, which is what alpha is for."""
    image = drawn().convert("RGBA")
    image.putalpha(sources.scene(240, 160, "L"))
    beneath = (200, 30, 90, 255)

    ours = stretched(image, (97, 61)).flattened(beneath)

    theirs = Picture.from_pillow(image.resize((97, 61), LANCZOS)).flattened(beneath)
    mean, most = apart(ours, theirs)
    assert mean <= 1
    assert most <= 12


@pytest.mark.parametrize("degrees", [0.5, 10, 30, 45, 60, 89.9, 135, -20, 300])
def test_a_turned_picture_is_pillows(degrees: float) -> None:
    """Two levels on the average: Pillow's bicubic is a sharper one, and has no smooth rim."""
    image = drawn()
    grey = (128, 128, 128)
    ours = rotate(Picture.from_pillow(image), RotateOptions(degrees=degrees, background="#808080"))

    mean, _ = apart(ours, Picture.from_pillow(_turned(image, degrees, ours, grey)))

    assert mean <= 2


def _turned(
    image: Image.Image, degrees: float, like: Picture, colour: tuple[int, int, int]
) -> Image.Image:
    """Turn it clockwise about its middle, by Pillow, onto a canvas of the same size."""
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    (across, down), (width, height) = image.size, (like.width, like.height)
    back = (
        *(cosine, sine, (across - cosine * width - sine * height) / 2),
        *(-sine, cosine, (down + sine * width - cosine * height) / 2),
    )
    return image.transform((width, height), Image.Transform.AFFINE, back, BICUBIC, fillcolor=colour)
