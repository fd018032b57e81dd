"""Limits: what is accepted of an original, and the one place where a picture is held to it."""

from typing import Annotated, Literal, get_args

from annotated_types import Ge, Gt, Le, Len

from steps.formats import MAX_SIDE, OriginalFormat
from steps.headers import Structure
from steps.units import BYTES, Bytes, PixelCount
from steps.values import LARGEST, Options, Rejected, Scalar

Code = Literal[
    "empty",
    "too_many_bytes",
    "unsupported_format",
    "too_many_frames",
    "too_many_pixels",
    "side_too_long",
    "too_many_scans",
    "metadata_too_large",
    "too_many_parts",
    "truncated",
    "corrupt",
    "decoder_timeout",
    "decoder_out_of_memory",
    "decoder_crashed",
]
CODES: tuple[Code, ...] = get_args(Code)

MAX_FRAMES = 1_000
"""More than a minute of an animation: each frame is a picture of its own to every step."""

Formats = Annotated[tuple[OriginalFormat, ...], Len(1)]
Frames = Annotated[int, Ge(1), Le(MAX_FRAMES)]
Side = Annotated[int, Ge(1), Le(MAX_SIDE)]
Scans = Annotated[int, Ge(1), Le(100)]  # libvips itself takes no more
MetadataBytes = Annotated[int, Gt(0), Le(64_000_000), BYTES]  # to read more would be the bomb
DEFAULT_FORMATS: tuple[OriginalFormat, ...] = ("jpeg", "png", "gif", "webp")


OF_THE_ORIGINAL = ("formats", "max_bytes", "max_scans", "max_metadata")
"""What only an original can meet: a picture on its way has none of it any more."""


class LoosenedLimit(ValueError):
    """A step asks for more than the pipeline accepts; it may only ask for less."""

    def __init__(self, option: str, accepted: object, asked: object) -> None:
        super().__init__(f"{option} may only tighten what the pipeline accepts: {accepted}")
        self.option = option
        self.accepted = accepted
        self.asked = asked


class LimitOptions(Options):
    """Limits to tighten; None leaves one as the pipeline's `accept` has it."""

    formats: Formats | None = None
    """The formats that an original may have, as its first bytes show them."""
    max_bytes: Bytes | None = None
    """The size of the original's file."""
    max_pixels: PixelCount | None = None
    """Width x height x frames."""
    max_frames: Frames | None = None
    """The number of frames; 1 takes no animations."""
    max_side: Side | None = None
    """The longer side in pixels."""
    max_scans: Scans | None = None
    """How often a progressive JPEG goes over its pixels; each time costs as much as the first."""
    max_metadata: MetadataBytes | None = None
    """All that is no pixels, such as EXIF, profiles and comments; inflated where it is deflated."""


class Limits(Options):
    """What `accept` says, or its defaults: jpeg, png, gif, webp; 25 MB; 50 MP; one frame.

    Each default is as large as photos need, and small enough that none costs more than seconds.
    """

    formats: Formats = DEFAULT_FORMATS
    """The formats that an original may have, as its first bytes show them."""
    max_bytes: Bytes = 25_000_000
    """The size of the original's file."""
    max_pixels: PixelCount = 50_000_000
    """Width x height x frames."""
    max_frames: Frames = 1
    """The number of frames; 1 takes no animations."""
    max_side: Side = MAX_SIDE
    """The longer side in pixels."""
    max_scans: Scans = 100
    """How often a progressive JPEG goes over its pixels; each time costs as much as the first."""
    max_metadata: MetadataBytes = 8_000_000
    """All that is no pixels, such as EXIF, profiles and comments; inflated where it is deflated."""

    def tightened(self, by: LimitOptions) -> "Limits":
        """Return these limits with those that `by` gives; raises LoosenedLimit for a wider one."""
        asked = by.model_dump(exclude_none=True)
        for option, value in asked.items():
            accepted = getattr(self, option)
            fits = set(value) <= set(accepted) if option == "formats" else value <= accepted
            if not fits:
                raise LoosenedLimit(option, accepted, value)
        return self.model_copy(update=asked)


def rejected(code: Code, *, limit: Scalar, actual: Scalar) -> Rejected:
    """Return the verdict, with the limit that was broken and what was found instead.

    docs/hostile-input.md has both for each code. A file may claim any number: of one beyond
    2^53 - 1, which neither JSON's readers nor DynamoDB keep as it is, the verdict tells that.
    """
    return Rejected(code, {"limit": _bounded(limit), "actual": _bounded(actual)})


def _bounded(value: Scalar) -> Scalar:
    return min(value, LARGEST) if isinstance(value, int) else value


def check_bytes(limits: Limits, actual: int) -> Rejected | None:
    """Return the verdict on a file's size, None if it may pass."""
    if actual == 0:
        return rejected("empty", limit=1, actual=0)
    return _at_most("too_many_bytes", limits.max_bytes, actual)


def check_format(limits: Limits, actual: str) -> Rejected | None:
    """Return the verdict on the format that a file's first bytes show, None if it may pass."""
    return None if actual in limits.formats else unread_format(limits, actual)


def unread_format(limits: Limits, actual: str) -> Rejected:
    """Return the verdict on a format, or a way of one, that is not read."""
    return rejected("unsupported_format", limit=", ".join(limits.formats), actual=actual)


def check_structure(limits: Limits, seen: Structure) -> Rejected | None:
    """Return the verdict on what a file tells of itself, None if it may pass."""
    return (
        check_shape(limits, width=seen.width, height=seen.height, frames=seen.frames)
        or _at_most("too_many_scans", limits.max_scans, seen.scans)
        or _at_most("metadata_too_large", limits.max_metadata, seen.metadata)
    )


def check_shape(
    limits: Limits | LimitOptions, *, width: int, height: int, frames: int
) -> Rejected | None:
    """Return the verdict on sides and frames, None if they may pass. None as a limit is none."""
    return (
        _at_most("too_many_frames", limits.max_frames, frames)
        or _at_most("too_many_pixels", limits.max_pixels, width * height * frames)
        or _at_most("side_too_long", limits.max_side or MAX_SIDE, max(width, height))
    )


def _at_most(code: Code, limit: int | None, actual: int) -> Rejected | None:
    if limit is None or actual <= limit:
        return None
    return rejected(code, limit=limit, actual=actual)
