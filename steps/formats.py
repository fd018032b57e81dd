"""The formats that Darkroom reads and writes, and how each is written."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Format = Literal["jpeg", "png", "gif", "webp", "avif"]
FORMATS: tuple[Format, ...] = get_args(Format)

MAX_SIDE = 16_383
"""The longest side of a picture, in pixels: the longest that WebP holds, so all formats do.

Source: WebP container specification, VP8 frame header (14 bits).
"""


@dataclass(frozen=True)
class FormatTraits:
    """What there is to know about a format, beside its bytes."""

    media_type: str
    extension: str  # of object keys and files, without the dot
    alpha: bool  # holds transparency
    quality: int | None  # the default, 1 to 100; None where the format has no such choice
    saver: str  # libvips operation
    settings: dict[str, Any] = field(default_factory=dict)


TRAITS: dict[Format, FormatTraits] = {
    "jpeg": FormatTraits(
        media_type="image/jpeg",
        extension="jpg",
        alpha=False,
        quality=80,
        saver="jpegsave_buffer",
        settings={"interlace": True, "optimize_coding": True},
    ),
    "png": FormatTraits(
        media_type="image/png",
        extension="png",
        alpha=True,
        quality=None,
        saver="pngsave_buffer",
        settings={"compression": 6},
    ),
    "gif": FormatTraits(
        media_type="image/gif",
        extension="gif",
        alpha=True,
        quality=None,
        saver="gifsave_buffer",
    ),
    "webp": FormatTraits(
        media_type="image/webp",
        extension="webp",
        alpha=True,
        quality=80,
        saver="webpsave_buffer",
        settings={"effort": 4},
    ),
    "avif": FormatTraits(
        media_type="image/avif",
        extension="avif",
        alpha=True,
        quality=50,
        saver="heifsave_buffer",
        settings={"compression": "av1", "effort": 4},
    ),
}


def write(image: Any, file_format: Format, quality: int | None = None) -> bytes:
    """Return the file of a libvips image, with no metadata; transparency meets white in a JPEG.

    `quality` is 1 to 100, the format's default if None. Raises ValueError where the format has
    no such choice.
    """
    traits = TRAITS[file_format]
    if quality is not None and traits.quality is None:
        raise ValueError(f"{file_format} has no quality to choose")
    settings = dict(traits.settings)
    if traits.quality is not None:
        settings["Q"] = quality or traits.quality
    if not traits.alpha and image.hasalpha():
        image = image.flatten(background=[255, 255, 255])
    return bytes(getattr(image, traits.saver)(keep="none", **settings))
