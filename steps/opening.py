"""Opening: an original becomes an upright sRGB picture without metadata, or a verdict (rule 1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from steps.damage import undamaged
from steps.decoding import Wanted
from steps.formats import ANIMATED, OriginalFormat
from steps.headers import Malformed, TooManyParts, Truncated, Unread, sniff, walk
from steps.limits import (
    Limits,
    check_bytes,
    check_format,
    check_structure,
    rejected,
    unread_format,
)
from steps.picture import Picture
from steps.values import Rejected

OPENING_VERSION = 4
"""Raised when the same original gives other pixels; part of every variant's recipe."""


@dataclass(frozen=True)
class Header:
    """What an original is, in the words of the environment's `image.`."""

    format: OriginalFormat
    width: int  # pixels, upright
    height: int  # pixels, upright
    frames: int
    alpha: bool  # whether any pixel is not opaque


@dataclass(frozen=True)
class Opened:
    """An original that was accepted and decoded, so many times smaller each way."""

    picture: Picture
    header: Header
    scale: int


def open_picture(
    original: bytes,
    limits: Limits,
    keep: Collection[str] = (),
    boxes: Sequence[tuple[int, int]] = (),
) -> Opened | Rejected:
    """Hold the original to `limits`, decode all of it once, and return it upright and in sRGB.

    Metadata is dropped but for what `keep` names; with `icc`, so is the conversion of an RGB
    original that has a profile. With `boxes`, the decode may be smaller, but covers each of them.

    Whatever the bytes are, the answer is a value: hostile ones are refused by their structure,
    before a decoder sees them, and what the decoder then objects to is a verdict too.
    """
    return gate(original, limits) or opened(original, limits, keep, boxes)


def opened(
    original: bytes,
    limits: Limits,
    keep: Collection[str] = (),
    boxes: Sequence[tuple[int, int]] = (),
) -> Opened | Rejected:
    """Open an original that has passed the gate, as `open_picture` does."""
    file_format = cast("OriginalFormat", sniff(original))
    decoded = undamaged(original, file_format, limits, Wanted(keep, boxes))
    if isinstance(decoded, Rejected):
        return decoded
    picture = decoded.picture
    header = Header(file_format, picture.width, picture.height, picture.frames, picture.alpha)
    return Opened(picture, header, decoded.scale)


def gate(original: bytes, limits: Limits) -> Rejected | None:
    """Return the verdict that the bytes' structure allows, before any decoder sees them."""
    found = sniff(original)
    verdict = check_bytes(limits, len(original)) or check_format(limits, found)
    if verdict is not None:
        return verdict
    file_format = cast("OriginalFormat", found)
    if file_format not in ANIMATED:
        # Decoders of the others would quietly show the first frame, or page.
        limits = limits.model_copy(update={"max_frames": 1})
    try:
        # To the end, whatever the verdict: the frames of an animation are known only there.
        for seen in walk(original, file_format):
            verdict = check_structure(limits, seen)
    except Truncated as cut:
        return verdict or rejected("truncated", limit=cut.needed, actual=len(original))
    except TooManyParts as endless:
        return verdict or rejected("too_many_parts", limit=endless.most, actual=str(endless))
    except Unread as unread:
        return verdict or unread_format(limits, str(unread))
    except Malformed as broken:
        return verdict or rejected("corrupt", limit=None, actual=str(broken))
    return verdict
