"""Profiles: whatever colours an original has are brought to 8-bit sRGB."""

from functools import lru_cache
from itertools import product
from typing import Any

from steps.vips import pyvips

_PROFILE = "icc-profile-data"
_LEVELS = range(0, 256, 15)
_CUBE = bytes(level for colour in product(_LEVELS, repeat=3) for level in colour)


def to_srgb(image: Any) -> Any:
    """Return a libvips image in 8-bit sRGB with its alpha, by its own profile if that works.

    16 bits, grey, palette and CMYK are all brought there; CMYK without a profile by libvips'
    own. A profile for another kind of picture, or a broken one, says nothing and is left out.
    """
    if not image.hasalpha():
        return _colours(image)
    last = image.bands - 1
    # Apart from the colours: no profile speaks of alpha, and 16 bits of it are only scaled.
    alpha = image[last] if image.format == "uchar" else (image[last] >> 8).cast("uchar")
    return _colours(image[:last]).bandjoin(alpha).copy(interpretation="srgb")


def _colours(image: Any) -> Any:
    profile = bytes(image.get(_PROFILE)) if _PROFILE in image.get_fields() else b""
    plain = (image.interpretation, image.format) == ("srgb", "uchar")
    if (profile or image.interpretation == "cmyk") and not (plain and _changes_nothing(profile)):
        try:
            return _by_profile(image)
        except pyvips.Error:
            # A profile for another kind of picture, such as an RGB one in a grey picture.
            return image.colourspace("srgb")
    return image.colourspace("srgb")


def _by_profile(image: Any) -> Any:
    fallback = "cmyk" if image.interpretation == "cmyk" else "srgb"
    return image.icc_transform(
        "srgb", embedded=True, input_profile=fallback, intent="perceptual", depth=8
    )


@lru_cache(maxsize=16)
def _changes_nothing(profile: bytes) -> bool:
    """Whether the profile means sRGB: it moves no colour of a cube of 5,832 by over one level.

    Most photos carry such a profile. To apply it takes longer than to decode them.
    """
    cube = pyvips.Image.new_from_memory(_CUBE, len(_CUBE) // 3, 1, 3, "uchar")
    profiled = cube.copy(interpretation="srgb")
    profiled.set_type(pyvips.GValue.blob_type, _PROFILE, profile)
    try:
        return bool((_by_profile(profiled) - cube).abs().max() <= 1)
    except pyvips.Error:
        return False
