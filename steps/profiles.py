"""Profiles: whatever colours an original has are brought to 8 bits of sRGB, or of its own."""

from functools import lru_cache
from itertools import product
from typing import Any

from steps import icc
from steps.vips import pyvips

FIELD = "icc-profile-data"
"""Where libvips has an image's profile."""
_LEVELS = range(0, 256, 15)
_CUBE = bytes(level for colour in product(_LEVELS, repeat=3) for level in colour)


def to_rgb(image: Any, *, keep: bool) -> tuple[Any, bytes]:
    """Return a libvips image of 8 bits in RGB with its alpha, and the profile of its colours.

    They are sRGB, and no profile, unless `keep` says so and the image brings a profile of RGB that
    can be written anew (steps/icc.py). 16 bits, grey, palette and CMYK are all brought there; CMYK
    without a profile by libvips' own. A profile for another kind of picture, or a broken one, says
    nothing and is left out.
    """
    profile = bytes(image.get(FIELD)) if FIELD in image.get_fields() else b""
    kept = _kept(profile) if keep and profile and _is_rgb(image) else b""
    if not image.hasalpha():
        return (_eight_bits(image) if kept else _colours(image, profile)), kept
    last = image.bands - 1
    # Apart from the colours: no profile speaks of alpha, and 16 bits of it are only scaled.
    colours = image[:last]
    rgb = _eight_bits(colours) if kept else _colours(colours, profile)
    return rgb.bandjoin(_eight_bits(image[last])).copy(interpretation="srgb"), kept


def from_profile(image: Any, profile: bytes) -> Any:
    """Return an RGB image whose colours are those of `profile` in sRGB."""
    return _apart_from_alpha(image, lambda colours: _by_profile(profiled(colours, profile)))


def from_srgb(image: Any, profile: bytes) -> Any:
    """Return an sRGB image in the colours of `profile`: what it cannot hold comes near."""

    def brought(colours: Any) -> Any:
        between = colours.icc_import(input_profile="srgb", intent="relative")
        return profiled(between, profile).icc_export(intent="relative", depth=8)

    return _apart_from_alpha(image, brought)


def _apart_from_alpha(image: Any, work: Any) -> Any:
    if not image.hasalpha():
        return work(image).copy(interpretation="srgb")
    return work(image[:3]).bandjoin(image[3]).copy(interpretation="srgb")


def _colours(image: Any, profile: bytes) -> Any:
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


def _is_rgb(image: Any) -> bool:
    return image.interpretation in {"srgb", "rgb16", "rgb"}


def _eight_bits(image: Any) -> Any:
    narrow = image if image.format == "uchar" else (image >> 8).cast("uchar")
    return narrow.copy(interpretation="srgb") if narrow.bands == 3 else narrow


def profiled(image: Any, profile: bytes) -> Any:
    """Return the image with the profile beside it."""
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, FIELD, profile)
    return image


@lru_cache(maxsize=16)
def _kept(profile: bytes) -> bytes:
    """Return the profile written anew, if that means the same colours; else no profile."""
    anew = icc.anew(profile)
    return anew if anew and _alike(_cube_by(profile), _cube_by(anew)) else b""


def _changes_nothing(profile: bytes) -> bool:
    """Whether the profile means sRGB.

    Most photos carry such a profile. To apply it takes longer than to decode them.
    """
    return _alike(_cube_by(profile), _CUBE)


def _alike(one: bytes | None, other: bytes | None) -> bool:
    """Whether no colour of two cubes differs by over one level."""
    if one is None or other is None:
        return False
    return all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))


@lru_cache(maxsize=16)
def _cube_by(profile: bytes) -> bytes | None:
    """Return what the profile makes of a cube of 5,832 colours; None if it is broken."""
    cube = pyvips.Image.new_from_memory(_CUBE, len(_CUBE) // 3, 1, 3, "uchar")
    try:
        shown = _by_profile(profiled(cube.copy(interpretation="srgb"), profile))
        return bytes(shown.write_to_memory())
    except pyvips.Error:
        return None
