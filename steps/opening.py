"""Opening: an original becomes an upright sRGB picture without metadata, or a verdict (rule 1)."""

import gc
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import cast

from steps.decoding import Decoded, Wanted, decode
from steps.formats import TRAITS, Format
from steps.headers import Malformed, TooManyParts, Truncated, sniff, walk
from steps.limits import Limits, check_bytes, check_format, check_structure, rejected
from steps.picture import Picture
from steps.values import Rejected
from steps.vips import pyvips, remarks

OPENING_VERSION = 2
"""Raised when the same original gives other pixels; part of every variant's recipe."""


@dataclass(frozen=True)
class Header:
    """What an original is, in the words of the environment's `image.`."""

    format: Format
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
    file_format = cast("Format", sniff(original))
    try:
        decoded = _decode(original, file_format, limits, Wanted(keep, boxes))
    except pyvips.Error as refused:
        return _undecodable(refused, original)
    if isinstance(decoded, Rejected):
        return decoded
    picture = decoded.picture
    if file_format == "gif" and not _has_all_pixels(original, picture.frames):
        return rejected("truncated", limit=None, actual=len(original))
    header = Header(file_format, picture.width, picture.height, picture.frames, picture.alpha)
    return Opened(picture, header, decoded.scale)


def gate(original: bytes, limits: Limits) -> Rejected | None:
    """Return the verdict that the bytes' structure allows, before any decoder sees them."""
    found = sniff(original)
    verdict = check_bytes(limits, len(original)) or check_format(limits, found)
    if verdict is not None:
        return verdict
    file_format = cast("Format", found)
    if not TRAITS[file_format].animated:
        # Decoders of the others would quietly show the first frame.
        limits = limits.model_copy(update={"max_frames": 1})
    try:
        # To the end, whatever the verdict: the frames of an animation are known only there.
        for seen in walk(original, file_format):
            verdict = check_structure(limits, seen)
    except Truncated as cut:
        return verdict or rejected("truncated", limit=cut.needed, actual=len(original))
    except TooManyParts as endless:
        return verdict or rejected("too_many_parts", limit=endless.most, actual=str(endless))
    except Malformed as broken:
        return verdict or rejected("corrupt", limit=None, actual=str(broken))
    return verdict


def _decode(
    original: bytes, file_format: Format, limits: Limits, wanted: Wanted
) -> Decoded | Rejected:
    """Return the pixels, or a verdict on their shape; raises pyvips.Error for damaged ones.

    Of a JPEG, missing pixels are only a warning; but so are oddities that cameras write. libjpeg
    words the first of its warnings and counts the others: so a harmless one has to be the only one.
    """
    if file_format != "jpeg":
        return decode(original, file_format, limits, wanted, fail_on="error")
    try:
        with remarks() as said:
            decoded = decode(original, file_format, limits, wanted, fail_on="warning")
    except pyvips.Error as refused:
        if not _HARMLESS.search(str(refused.detail)):
            raise
    else:
        # libvips fails on a warning as it goes on to the next rows: of the last ones it only tells.
        damaged = rejected("corrupt", limit=None, actual="the last rows of pixels are damaged")
        return damaged if _warnings(said) else decoded
    gc.collect()  # a decoder counts its warnings as it is let go: not those of the try above
    with remarks() as said:
        decoded = decode(original, file_format, limits, wanted, fail_on="error")
        gc.collect()
    # Told as often as the file was looked into.
    if _warnings(said) == {1}:
        return decoded
    return rejected("corrupt", limit=None, actual="more than one warning of the decoder")


def _warnings(said: list[str]) -> set[int]:
    """Return how many warnings each decoder counted that was let go, where there were any."""
    return {int(found[1]) for each in said if (found := _WARNINGS.search(each))}


def _has_all_pixels(gif: bytes, frames: int) -> bool:
    """Say whether the frames of a GIF are as long as they say; libvips leaves the rest plain."""
    from PIL.GifImagePlugin import GifImageFile  # noqa: PLC0415 - only GIFs pay for importing it

    try:
        image = GifImageFile(BytesIO(gif))
        for frame in range(frames):
            image.seek(frame)
            image.load()
    except (OSError, EOFError, SyntaxError):
        return False
    return True


def _undecodable(refused: pyvips.Error, original: bytes) -> Rejected:
    lines = str(refused.detail).strip().splitlines() or ["the decoder gave no reason"]
    reason = "".join(each for each in lines[0] if each.isprintable())[:200]
    if _CUT_SHORT.search(reason):
        return rejected("truncated", limit=None, actual=len(original))
    return rejected("corrupt", limit=None, actual=reason)


_WARNINGS = re.compile(r"read gave (\d+) warnings")
_CUT_SHORT = re.compile(r"truncat|premature|end of|too short|not enough", re.IGNORECASE)
# libjpeg's warnings that leave every pixel in place; its other ones are damage.
_HARMLESS = re.compile(
    r"extraneous bytes|unknown JFIF revision|Unknown Adobe color transform|Invalid SOS parameters"
)
