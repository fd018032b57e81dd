"""Writing: frames become the bytes of a file, with nothing in it but what they carry."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from steps import profiles
from steps.carried import Carried
from steps.formats import TRAITS, Encoding, FormatTraits
from steps.metadata import SRGB, exif_block
from steps.raster import Frame, dotted, flattened
from steps.vips import pyvips

_EXIF, _ICC = 1, 8  # libvips' ForeignKeep
_SHORTEST = 2  # hundredths of a second
_CHROMA = {"4:2:0": "on", "4:4:4": "off"}


def write(frames: Sequence[Frame], encoding: Encoding, carried: Carried) -> bytes:
    """Return the file: the same bytes for the same frames, whatever ran before.

    What a format cannot hold is left out: transparency meets the background, or is all or nothing
    in a GIF; a profile's colours are brought to sRGB, and metadata is dropped. Raises ValueError
    for an encoding without a format, for what is not the format's to choose, and for frames that
    it cannot hold.
    """
    if encoding.format is None:
        raise ValueError("an encoding needs a format to be written")
    traits = TRAITS[encoding.format]
    if len(frames) > 1 and not traits.animated:
        raise ValueError(f"{encoding.format} holds one frame, not {len(frames)}")
    if encoding.format == "gif":
        frames = [dotted(each) for each in frames]
        carried = replace(carried, delays_ms=in_hundredths(carried.delays_ms))
    image = frames[0] if len(frames) == 1 else pyvips.Image.arrayjoin(list(frames), across=1)
    if not traits.alpha:
        image = flattened(image, encoding.background)
    if carried.profile and not traits.carries:
        image = profiles.from_profile(image, carried.profile)
    settings = {**traits.settings, **_chosen(encoding, traits), **_kept(carried, traits)}
    if len(frames) > 1:
        settings["page_height"] = frames[0].height
    return bytes(getattr(_marked(image, carried), traits.saver)(**settings))


def in_hundredths(delays_ms: Sequence[int]) -> tuple[int, ...]:
    """Return the times of frames as a GIF can hold them, in milliseconds: whole hundredths.

    Each frame ends at the hundredth next to where it ended, so that 40 frames a second take a
    second, and lasts two at the least: browsers show what is shorter for 100 ms. So no more than
    50 frames a second are shown, and 60 take a fifth longer. Times that are
    whole hundredths, as those of another GIF, stay as they are.
    """
    if not any(each % 10 for each in delays_ms):
        return tuple(delays_ms)
    ends, told = 0, []
    for ends_ms in accumulate(delays_ms):
        lasts = max(_SHORTEST, round(ends_ms / 10) - ends)
        ends += lasts
        told.append(10 * lasts)
    return tuple(told)


def _chosen(encoding: Encoding, traits: FormatTraits) -> Mapping[str, Any]:
    """Return the settings that the encoding asks for, and the default quality."""
    asked = {
        "quality": (encoding.quality, traits.quality is not None),
        "effort": (encoding.effort, encoding.effort in (traits.efforts or ())),
        "chroma": (encoding.chroma, traits.chroma),
    }
    for what, (value, can_be) in asked.items():
        if value is not None and not can_be:
            raise ValueError(f"{encoding.format} has no {what} {value} to choose")
    chosen: dict[str, Any] = {}
    if traits.quality is not None:
        chosen["Q"] = encoding.quality or traits.quality
    if encoding.effort is not None:
        chosen[traits.effort] = encoding.effort
    if encoding.chroma is not None:
        chosen["subsample_mode"] = _CHROMA[encoding.chroma]
    return chosen


def _kept(carried: Carried, traits: FormatTraits) -> Mapping[str, Any]:
    if not traits.carries:
        return {"keep": 0}
    return {"keep": (_EXIF if carried.tags else 0) | (_ICC if carried.profile else 0)}


def _marked(image: Frame, carried: Carried) -> Frame:
    """Return the image with what savers look for beside the pixels."""
    marked = image.copy()
    if carried.delays_ms:
        marked.set_type(pyvips.GValue.array_int_type, "delay", list(carried.delays_ms))
        marked.set_type(pyvips.GValue.gint_type, "loop", carried.loop)
    if carried.profile:
        marked.set_type(pyvips.GValue.blob_type, "icc-profile-data", carried.profile)
    if carried.tags:
        tags = carried.tags if carried.profile else (*carried.tags, SRGB)
        marked.set_type(pyvips.GValue.blob_type, "exif-data", exif_block(tags))
    return marked
