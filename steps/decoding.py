"""Decoding: the pixels of an original, once, at the scale that all ways of a plan can share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from steps import heif, icc, profiles
from steps.carried import Carried
from steps.formats import ANIMATED, OriginalFormat
from steps.headers import tiff
from steps.headers.colours import colours
from steps.limits import Limits, check_shape
from steps.metadata import kept_tags
from steps.picture import Picture
from steps.raster import Frame, shrunken
from steps.values import Rejected
from steps.vips import pyvips

Size = tuple[int, int]
SCALES = (8, 4, 2)
"""How many times smaller a decode may be: what a JPEG's blocks of 8 x 8 pixels offer."""
MARGIN = 1.5
"""How much larger than every box a smaller decode stays, so that Lanczos makes what is seen.

docs/decisions/011 has what it costs and what it saves.
"""
_COARSE, _COARSEST = 1.5, 3.0
_UPRIGHT, _LYING = 1, range(5, 9)  # EXIF's orientations
_USUAL_DELAY_MS = 100  # of a frame that has none


@dataclass(frozen=True)
class Wanted:
    """What a decode has to give: metadata to keep, and boxes to cover (none: all pixels)."""

    keep: Collection[str] = ()
    boxes: Sequence[Size] = ()


@dataclass(frozen=True)
class Decoded:
    """The picture, upright, and how many times smaller each way it was decoded."""

    picture: Picture
    scale: int


def decode(
    original: bytes, file_format: OriginalFormat, limits: Limits, wanted: Wanted, *, fail_on: str
) -> Decoded | Rejected:
    """Return all frames of the original, or a verdict on their shape.

    `fail_on` is libvips' word for how much damage it takes, "warning" or "error"; raises
    pyvips.Error for more than that, and what `steps.heif.decoded` does.
    """
    image = _opened(original, file_format, limits, fail_on)
    width, height, frames = int(image.width), page_height(image), pages(image)
    # The decoder has read the header by now, and might have read it otherwise than we did.
    verdict = check_shape(limits, width=width, height=height, frames=frames)
    if verdict is not None:
        return verdict
    size = (height, width) if _orientation(image) in _LYING else (width, height)
    scale = scale_for(size, wanted.boxes) if frames == 1 else 1
    if scale > 1 and file_format == "jpeg":
        image = _opened(original, file_format, limits, fail_on, shrink=scale)
    rgb, profile = profiles.to_rgb(image, keep="icc" in wanted.keep)
    if scale > 1 and file_format != "jpeg":
        rgb = shrunken(rgb, scale)
    exif = original if file_format == "tiff" else _blob(image, "exif-data")  # a TIFF is EXIF itself
    carried = Carried(
        delays_ms=_delays(image, frames),
        loop=_field(image, "loop", 0) if frames > 1 else 0,
        profile=profile,
        tags=kept_tags(exif, _blob(image, "iptc-data"), wanted.keep),
    )
    picture = Picture(_upright(rgb, frames), carried, in_memory=True).without_idle_alpha()
    return Decoded(picture.rendered().standing_for(*size), scale)


def scale_for(size: Size, boxes: Sequence[Size]) -> int:
    """Return how many times smaller a picture of that size may be decoded to cover the boxes."""
    fitting = (
        scale
        for scale in SCALES
        if all(
            ceil(side / scale) >= MARGIN * needed
            for box in boxes
            for side, needed in zip(size, box, strict=True)
        )
    )
    return next(fitting, 1) if boxes else 1


def pages(image: Frame) -> int:
    """Return how many frames lie below each other in the image."""
    return int(image.height) // page_height(image)


def page_height(image: Frame) -> int:
    """Return the height of one of them, in pixels."""
    height = int(_field(image, "page-height", image.height))
    return height if height > 0 and image.height % height == 0 else int(image.height)


def _opened(
    original: bytes, file_format: OriginalFormat, limits: Limits, fail_on: str, **options: int
) -> Frame:
    if file_format == "heic":
        return _coloured(heif.decoded(original), original)
    if limits.max_frames > 1 and file_format in ANIMATED:
        options["n"] = -1
    # Of a source: pyvips copies a buffer at each opening, which took a twentieth of the time.
    source = pyvips.Source.new_from_memory(original)
    image = pyvips.Image.new_from_source(
        source, "", access="sequential", fail_on=fail_on, **options
    )
    if file_format == "avif":
        return _coloured(image, original)
    if file_format == "tiff":
        image = image[: tiff.known_samples(original)]
        return _squared(image) if tiff.is_fax(original) else image
    return image


def _squared(fax: Frame) -> Frame:
    """Return it with pixels as wide as they are high, where fax machines have scanned otherwise.

    Coarse ones scan 98 lines an inch of 204 dots, superfine ones 391; the axis that has fewer is
    stretched. The 196 of fine ones are left: 4 % are not seen, and letters stay sharp.
    Source: ITU-T T.4, table 1.
    """
    across, down = fax.xres, fax.yres  # whatever the file says: nothing is divided before that
    if _COARSE * down < across < _COARSEST * down:
        # In memory: libvips enlarges from no stream.
        return fax.copy_memory().resize(1, vscale=across / down, kernel="linear")
    if _COARSE * across < down < _COARSEST * across:
        return fax.copy_memory().resize(down / across, vscale=1, kernel="linear")
    return fax


def _coloured(image: Frame, original: bytes) -> Frame:
    """Return it with the profile of the colours that a HEIF tells by numbers, if it has none."""
    told = colours(original)
    profile = icc.of_primaries(told.primaries) if told else None
    if profile is None or profiles.FIELD in image.get_fields():
        return image
    return profiles.profiled(image, profile)


def _upright(rgb: Frame, frames: int) -> list[Frame]:
    """Return the frames, upright, in memory: nothing but pixels goes on."""
    turned = _orientation(rgb) != _UPRIGHT
    if turned or frames > 1:
        rgb = rgb.copy_memory()
    height = int(rgb.height) // frames
    parts = [rgb.crop(0, at * height, rgb.width, height) for at in range(frames)]
    return [_bare(part.autorot() if turned else part) for part in (parts if frames > 1 else [rgb])]


def _bare(frame: Frame) -> Frame:
    pixels = frame.write_to_memory()
    bare = pyvips.Image.new_from_memory(pixels, frame.width, frame.height, frame.bands, "uchar")
    return bare.copy(interpretation="srgb")


def _delays(image: Frame, frames: int) -> tuple[int, ...]:
    if frames == 1:
        return ()
    told: list[int] = list(_field(image, "delay", ()))[:frames]
    return (*told, *[_USUAL_DELAY_MS] * (frames - len(told)))


def _orientation(image: Frame) -> int:
    return int(_field(image, "orientation", _UPRIGHT))


def _blob(image: Frame, name: str) -> bytes:
    return bytes(_field(image, name, b""))


def _field(image: Frame, name: str, otherwise: Any) -> Any:
    return image.get(name) if name in image.get_fields() else otherwise
