"""HEIF: HEIC is decoded by pi-heif, since the libvips that is packed for Python knows no HEVC."""

from collections.abc import Mapping
from typing import Any

from steps.headers import Unread
from steps.raster import Frame
from steps.vips import pyvips


class Undecodable(Exception):
    """The decoder gave up; the text is its own."""


def decoded(original: bytes) -> Frame:
    """Return the picture of a HEIC, turned and mirrored as it says, with its profile and EXIF.

    10 and 12 bits become 8. EXIF's orientation is not told on: of a HEIC, only the boxes' counts,
    which libheif has followed.

    Raises Undecodable for damage, Unread where pi-heif is not installed.
    """
    try:
        import pi_heif  # noqa: PLC0415 - only HEICs pay for importing it
    except ImportError:
        raise Unread("heic: pi-heif, which reads it, is not installed here") from None
    # Only the picture is wanted, so nothing else is looked into.
    pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False
    try:
        opened = pi_heif.open_heif(original)
        pixels, (width, height), mode = opened.data, opened.size, str(opened.mode)
    except MemoryError:
        raise
    except Exception as refused:  # pi-heif is Python too, and hostile bytes find all that it raises
        raise Undecodable(str(refused)) from refused
    # Copied: they are lent for as long as the file is open.
    image = pyvips.Image.new_from_memory(bytes(pixels), width, height, len(mode), "uchar")
    image = image.copy(interpretation="srgb" if mode.startswith("RGB") else "b-w")
    if mode.endswith("a"):
        image = undimmed(image)
    return _with_metadata(image, opened.info)


def undimmed(image: Frame) -> Frame:
    """Return the image with the colours that alpha has dimmed already, to the nearest level."""
    return image.unpremultiply().rint().cast("uchar")


def _with_metadata(image: Frame, told: Mapping[str, Any]) -> Frame:
    for field, name in (("icc-profile-data", "icc_profile"), ("exif-data", "exif")):
        if told.get(name):
            image.set_type(pyvips.GValue.blob_type, field, told[name])
    # libvips reads EXIF as it is set.
    image.set_type(pyvips.GValue.gint_type, "orientation", 1)
    return image
