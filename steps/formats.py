"""The formats that Darkroom reads and writes, and what each can hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from steps.colours import Rgba

Format = Literal["jpeg", "png", "gif", "webp", "avif"]
FORMATS: tuple[Format, ...] = get_args(Format)
OriginalFormat = Literal["jpeg", "png", "gif", "webp", "avif", "tiff", "heic"]
"""Those that are read; not all of them are written."""
ORIGINAL_FORMATS: tuple[OriginalFormat, ...] = get_args(OriginalFormat)
Chroma = Literal["4:2:0", "4:4:4"]
"""Whether colours have half the resolution of light each way, or all of it."""

MAX_SIDE = 16_383
"""The longest side of a picture, in pixels: the longest that WebP holds, so all formats do.

Source: WebP container specification, VP8 frame header (14 bits).
"""


@dataclass(frozen=True)
class Encoding:
    """How a picture is to be written; what is None is left to its format."""

    format: Format | None = None  # None: as rule 9 of the language has it
    quality: int | None = None  # 1 to 100
    effort: int | None = None  # more takes longer and gives fewer bytes
    chroma: Chroma | None = None
    max_bytes: int | None = None  # kept by lowering the quality
    background: Rgba = (255, 255, 255, 255)  # what transparency meets where there is none


AS_IT_COMES = Encoding()
"""Nothing is chosen: the original's format, and its defaults."""


@dataclass(frozen=True)
class FormatTraits:
    """What there is to know about a format, beside its bytes."""

    media_type: str
    extension: str  # of object keys and files, without the dot
    saver: str  # libvips operation
    settings: Mapping[str, Any]
    alpha: bool = True  # holds transparency
    animated: bool = False  # holds frames
    carries: bool = True  # holds a profile and EXIF
    quality: int | None = None  # the default, 1 to 100; None where the format has no such choice
    efforts: range | None = None  # None where there is no choice
    effort: str = "effort"  # libvips' name of it
    chroma: bool = False  # colours may have half the resolution


TRAITS: dict[Format, FormatTraits] = {
    "jpeg": FormatTraits(
        media_type="image/jpeg",
        extension="jpg",
        saver="jpegsave_buffer",
        settings={"interlace": True, "optimize_coding": True},
        alpha=False,
        quality=80,
        chroma=True,
    ),
    "png": FormatTraits(
        media_type="image/png",
        extension="png",
        saver="pngsave_buffer",
        # Rows told by their neighbours: photos take a third less, drawings a seventh more.
        settings={"compression": 6, "filter": "all"},
        efforts=range(10),
        effort="compression",
    ),
    "gif": FormatTraits(
        media_type="image/gif",
        extension="gif",
        saver="gifsave_buffer",
        # libvips' own 7 takes six times as long on noise, for a tenth less of a photo's bytes.
        settings={"effort": 4, "keep_duplicate_frames": True},
        animated=True,
        carries=False,
        efforts=range(1, 11),
    ),
    "webp": FormatTraits(
        media_type="image/webp",
        extension="webp",
        saver="webpsave_buffer",
        settings={"effort": 4},
        animated=True,
        quality=80,
        efforts=range(7),
    ),
    "avif": FormatTraits(
        media_type="image/avif",
        extension="avif",
        saver="heifsave_buffer",
        # libvips' own 4 takes four to seven times as long, for 3 % less bytes.
        settings={"compression": "av1", "effort": 3},
        quality=50,
        efforts=range(10),
        chroma=True,
    ),
}

ANIMATED = frozenset(name for name, traits in TRAITS.items() if traits.animated)
"""The formats whose frames are read, and written."""
