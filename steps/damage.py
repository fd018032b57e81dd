"""Damage: decoders show what they can of a broken picture; here it has to be all of it."""

import gc
import re
from io import BytesIO

from steps.decoding import Decoded, Wanted, decode
from steps.formats import OriginalFormat
from steps.headers import Unread
from steps.heif import Undecodable
from steps.limits import Limits, rejected, unread_format
from steps.values import Rejected
from steps.vips import pyvips, remarks


def undamaged(
    original: bytes, file_format: OriginalFormat, limits: Limits, wanted: Wanted
) -> Decoded | Rejected:
    """Return the pixels of an original that has passed the gate, or a verdict.

    It is on their shape, or on damage: what the decoder fails on, and what it only warns of.
    """
    decoding = {"jpeg": _jpeg, "tiff": _tiff}.get(file_format, _other)
    try:
        decoded = decoding(original, file_format, limits, wanted)
    except pyvips.Error as refused:
        return _undecodable(str(refused.detail), original)
    except Undecodable as refused:
        return _undecodable(str(refused), original)
    except Unread as unread:
        return unread_format(limits, str(unread))
    if isinstance(decoded, Rejected) or file_format != "gif":
        return decoded
    return _lacking(original, decoded.picture.frames) or decoded


def _other(
    original: bytes, file_format: OriginalFormat, limits: Limits, wanted: Wanted
) -> Decoded | Rejected:
    return decode(original, file_format, limits, wanted, fail_on="error")


def _tiff(
    original: bytes, file_format: OriginalFormat, limits: Limits, wanted: Wanted
) -> Decoded | Rejected:
    """Of faxes and JPEGs, libtiff fills in what is missing, and only warns.

    It warns of much else too, such as tags that it does not know: those of damage are listed.
    """
    with remarks() as said:
        decoded = decode(original, file_format, limits, wanted, fail_on="error")
    damage = [each for each in said if _FILLED_IN.search(each)]
    return rejected("corrupt", limit=None, actual=_words(damage[0])) if damage else decoded


def _jpeg(
    original: bytes, file_format: OriginalFormat, limits: Limits, wanted: Wanted
) -> Decoded | Rejected:
    """Missing pixels are only a warning; but so are oddities that cameras write.

    libjpeg words the first of its warnings and counts the others: so a harmless one has to be the
    only one.
    """
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


def _lacking(gif: bytes, frames: int) -> Rejected | None:
    """Return the verdict on a GIF whose frames are not as long as they say, or None.

    libvips leaves the rest of them plain.
    """
    from PIL.GifImagePlugin import GifImageFile  # noqa: PLC0415 - only GIFs pay for importing it

    try:
        image = GifImageFile(BytesIO(gif))
        for frame in range(frames):
            image.seek(frame)
            image.load()
    except (OSError, EOFError, SyntaxError):
        return rejected("truncated", limit=None, actual=len(gif))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  Pillow reads it in Python, and hostile bytes find all it raises
        return rejected("corrupt", limit=None, actual="a GIF whose blocks do not fit together")
    return None


def _undecodable(said: str, original: bytes) -> Rejected:
    reason = _words(said)
    if _NO_MEMORY.search(said):
        return rejected("decoder_out_of_memory", limit=None, actual=None)
    if _CUT_SHORT.search(reason):
        return rejected("truncated", limit=None, actual=len(original))
    return rejected("corrupt", limit=None, actual=reason)


def _words(said: str) -> str:
    lines = said.strip().splitlines() or ["the decoder gave no reason"]
    return "".join(each for each in lines[0] if each.isprintable())[:200]


_WARNINGS = re.compile(r"read gave (\d+) warnings")
_CUT_SHORT = re.compile(r"truncat|premature|end of|too short|not enough", re.IGNORECASE)
_NO_MEMORY = re.compile(
    r"out of memory|memory allocation (of|error(?!: (security|invalid)))", re.IGNORECASE
)
# libjpeg's warnings that leave every pixel in place; its other ones are damage.
_HARMLESS = re.compile(
    r"extraneous bytes|unknown JFIF revision|Unknown Adobe color transform|Invalid SOS parameters"
)
# libtiff's of a fax, and libjpeg's of a JPEG in a TIFF.
_FILLED_IN = re.compile(
    r"Premature|Line length mismatch|Buffer overrun|without EOL|Corrupt JPEG|progression sequence"
)
