"""placeholder: find what a page can show before the picture has come."""

from base64 import b64encode
from collections import Counter
from typing import Annotated

from annotated_types import Len

from steps.colours import Rgba
from steps.contract import Cost, Facts, Options, Picture, step
from steps.hashes import blur_hash, thumb_hash
from steps.resize import ResizeOptions, resize

LOOKED_AT_PX = 48
"""The longer side of the rendering that is looked at: hashes have no finer waves."""
_CLEAR = (0, 0, 0, 0)


class PlaceholderOptions(Options):
    """Nothing to choose."""


class PlaceholderFacts(Facts):
    """Two hashes that a script in the page draws, and two colours that need none."""

    blurhash: Annotated[str, Len(28, 28)]
    """A BlurHash of 4 x 3 waves; transparency meets white."""
    thumbhash: Annotated[str, Len(1, 40)]
    """A ThumbHash in base64, which has the shape and transparency of the picture as well."""
    average: Annotated[str, Len(7, 7)]
    """The mean colour, such as "#336699"."""
    dominant: Annotated[str, Len(7, 7)]
    """The mean of the colour that most of the picture has, in 16 levels of each channel."""


@step(version=1, frames="all", cost=Cost(cpu_ms=25, memory_mb=14))
def placeholder(picture: Picture, options: PlaceholderOptions) -> PlaceholderFacts:
    """Look at a rendering of 48 pixels, in sRGB, of the first frame."""
    box = ResizeOptions(width=LOOKED_AT_PX, height=LOOKED_AT_PX)
    small = resize(picture.first().in_srgb(), box)
    pixels = _pixels(small)
    seen = [pixel for pixel in pixels if pixel[3] > 0] or [_CLEAR]
    return PlaceholderFacts(
        blurhash=blur_hash(pixels, small.width),
        thumbhash=b64encode(thumb_hash(pixels, small.width)).decode(),
        average=_hex(_mean(seen)),
        dominant=_hex(_dominant(seen)),
    )


def _pixels(picture: Picture) -> list[Rgba]:
    content, bands = picture.pixels(), 4 if picture.alpha else 3
    return [
        (*content[at : at + 3], content[at + 3] if picture.alpha else 255)
        for at in range(0, len(content), bands)
    ]


def _dominant(pixels: list[Rgba]) -> tuple[int, ...]:
    """Return the mean of the fullest sixteenth of each channel; the darker one of two as full."""
    opacity: Counter[tuple[int, ...]] = Counter()
    for red, green, blue, alpha in pixels:
        opacity[red >> 4, green >> 4, blue >> 4] += alpha
    fullest = max(sorted(opacity), key=lambda corner: opacity[corner])
    return _mean([each for each in pixels if tuple(level >> 4 for level in each[:3]) == fullest])


def _mean(pixels: list[Rgba]) -> tuple[int, ...]:
    """Return the mean colour; what is more opaque counts more."""
    weight = sum(pixel[3] for pixel in pixels) or 1
    return tuple(
        round(sum(pixel[band] * pixel[3] for pixel in pixels) / weight) for band in range(3)
    )


def _hex(colour: tuple[int, ...]) -> str:
    return "#" + bytes(colour).hex()
