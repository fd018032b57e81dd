"""Opening: an original becomes an upright sRGB picture without metadata, or a verdict (rule 1)."""

import gc
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import cast

from steps.formats import Format
from steps.headers import Malformed, Truncated, sniff, walk
from steps.limits import Limits, check_bytes, check_format, check_shape, rejected
from steps.picture import Picture
from steps.profiles import to_srgb
from steps.values import Rejected
from steps.vips import pyvips, remarks

OPENING_VERSION = 1
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
    """An original that was accepted and decoded."""

    picture: Picture
    header: Header


def open_picture(original: bytes, limits: Limits, keep: Sequence[str] = ()) -> Opened | Rejected:
    """Hold the original to `limits`, decode all of it once, and return it upright and in sRGB.

    Whatever the bytes are, the answer is a value: hostile ones are refused by their structure,
    before a decoder sees them, and what the decoder then objects to is a verdict too.

    Raises ValueError for a `keep` with anything in it: all metadata is dropped.
    """
    if keep:
        raise ValueError(f"metadata cannot be kept: {', '.join(keep)}")
    verdict = _gate(original, limits)
    if verdict is not None:
        return verdict
    file_format = cast("Format", sniff(original))
    try:
        picture = _decode(original, limits, strictly=file_format == "jpeg")
    except pyvips.Error as refused:
        return _undecodable(refused, original)
    if file_format == "gif" and not _has_all_pixels(original):
        return rejected("truncated", limit=None, actual=len(original))
    if isinstance(picture, Rejected):
        return picture
    header = Header(file_format, picture.width, picture.height, picture.frames, picture.alpha)
    return Opened(picture, header)


def _gate(original: bytes, limits: Limits) -> Rejected | None:
    """Return the verdict that the bytes' structure allows, without decoding."""
    verdict = check_bytes(limits, len(original)) or check_format(limits, sniff(original))
    if verdict is not None:
        return verdict
    try:
        # To the end, whatever the verdict: the frames of an animation are known only there.
        for sides in walk(original, cast("Format", sniff(original))):
            verdict = check_shape(
                limits, width=sides.width, height=sides.height, frames=sides.frames
            )
    except Truncated as cut:
        return verdict or rejected("truncated", limit=cut.needed, actual=len(original))
    except Malformed as broken:
        return verdict or rejected("corrupt", limit=None, actual=str(broken))
    return verdict


def _decode(original: bytes, limits: Limits, *, strictly: bool) -> Picture | Rejected:
    """Return the picture, or a verdict on its shape; raises pyvips.Error for damaged pixels.

    Of a JPEG, missing pixels are only a warning; but so are oddities that cameras write. libjpeg
    words the first of its warnings and counts the others: so a harmless one has to be the only one.
    """
    try:
        return _decode_failing_on("warning" if strictly else "error", original, limits)
    except pyvips.Error as refused:
        if not (strictly and _HARMLESS.search(str(refused.detail))):
            raise
    gc.collect()  # a decoder counts its warnings as it is let go: not those of the try above
    with remarks() as said:
        picture = _decode_failing_on("error", original, limits)
        gc.collect()
    # Told as often as the file was looked into.
    if {int(found[1]) for each in said if (found := _WARNINGS.search(each))} == {1}:
        return picture
    return rejected("corrupt", limit=None, actual="more than one warning of the decoder")


def _decode_failing_on(level: str, original: bytes, limits: Limits) -> Picture | Rejected:
    image = pyvips.Image.new_from_buffer(original, "", access="sequential", fail_on=level)
    # The decoder has read the header by now, and might have read it otherwise than we did.
    verdict = check_shape(limits, width=image.width, height=image.height, frames=1)
    if verdict is not None:
        return verdict
    srgb = to_srgb(image)
    turned = "orientation" in image.get_fields() and image.get("orientation") != 1
    upright = srgb.copy_memory().autorot() if turned else srgb
    # Only the pixels go on: what was read of metadata stays behind with the decoder's image.
    picture = Picture.from_pixels(
        upright.write_to_memory(), upright.width, upright.height, alpha=upright.hasalpha()
    )
    return picture.without_idle_alpha().rendered()


def _has_all_pixels(gif: bytes) -> bool:
    """Say whether the frames of a GIF are as long as they say; libvips leaves the rest plain."""
    from PIL.GifImagePlugin import GifImageFile  # noqa: PLC0415 - only GIFs pay for importing it

    try:
        GifImageFile(BytesIO(gif)).load()
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
