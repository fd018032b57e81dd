"""Plugins that the examples use and that are not there yet: they declare, and never run.

A plugin that steps/ has is never stubbed: what is here by its name is passed over, and a test
says so. One by one, these go.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Len

from dsl.draft import Plugin, Plugins
from steps import plugins
from steps.colours import Colour
from steps.contract import (
    Asks,
    Bytes,
    Call,
    Cost,
    Facts,
    Options,
    Picture,
    Rejected,
    Share,
    step,
)
from steps.formats import Format

Part = Annotated[float, Ge(0), Le(1)]
Box = tuple[Part, Part, Part, Part]  # left, top, width and height, as shares of the picture


class NoOptions(Options):
    """Nothing to choose."""


class ConvertOptions(Options):
    """How pictures are encoded at the outputs below."""

    format: Format
    """The format of the files."""
    quality: Annotated[int, Ge(1), Le(100)] | None = None
    """1 to 100; left out, the format's default."""
    max_bytes: Bytes | None = None
    """The size of a file, kept by lowering the quality."""
    background: Colour = "white"
    """What transparency meets in a format that has none."""
    frames: Literal["all", "first"] = "all"
    """Which frames of an animation are taken."""


class CropOptions(Options):
    """The part to cut out."""

    area: Box
    """Left, top, width and height, as shares of the picture."""


class BlurOptions(Options):
    """How far pictures are blurred, and where."""

    radius: Annotated[Share, Gt(0)] = 0.02
    """The radius, as a share of the picture's shorter side."""
    boxes: Annotated[tuple[Box, ...], Len(0, 100)] | None = None
    """The parts to blur; left out, all of the picture."""


class ContrastOptions(Options):
    """What becomes black and what white."""

    black: Share = 0.0
    """Up to this lightness all is black."""
    white: Share = 1.0
    """From this lightness on all is white."""


class StripOptions(Options):
    """What is left of the metadata that the pipeline keeps."""

    keep: tuple[Literal["icc", "copyright", "capture", "gps"], ...] = ()
    """What stays."""


class RejectOptions(Options):
    """What the uploader is told."""

    reason: Annotated[str, Len(1, 60)]
    """The reason, a word or two."""


class SafetyFacts(Facts):
    """How sure it is that a picture is unsafe, from 0 to 1."""

    score: float


class FacesFacts(Facts):
    """The faces in a picture: how many, and where."""

    count: int
    boxes: Annotated[tuple[Box, ...], Len(0, 100)]


class PlaceholderFacts(Facts):
    """What can be shown before a picture has come."""

    blurhash: str
    colour: str


class HashFacts(Facts):
    """A hash, as hex digits, which is nearly the same for nearly the same picture."""

    hash: str


class NoFacts(Facts):
    """Nothing to tell."""


@step(version=1, cost=Cost(cpu_ms=1, memory_mb=0))
def convert(picture: Picture, options: ConvertOptions) -> Picture:
    """Choose how the picture is encoded at the outputs below."""
    return picture


@step(version=1, cost=Cost(cpu_ms=4, memory_mb=6))
def crop(picture: Picture, options: CropOptions) -> Picture:
    """Cut a part out of the picture."""
    return picture


@step(version=1, cost=Cost(cpu_ms=40, memory_mb=12))
def blur(picture: Picture, options: BlurOptions) -> Picture:
    """Blur the picture, or parts of it."""
    return picture


@step(version=1, cost=Cost(cpu_ms=8, memory_mb=6))
def contrast(picture: Picture, options: ContrastOptions) -> Picture:
    """Spread the lightness of the picture between black and white."""
    return picture


@step(version=1, cost=Cost(cpu_ms=15, memory_mb=12))
def greyscale(picture: Picture, options: NoOptions) -> Picture:
    """Turn every colour into the grey that is as light."""
    return picture


@step(version=1, cost=Cost(cpu_ms=1, memory_mb=0))
def strip_metadata(picture: Picture, options: StripOptions) -> Picture:
    """Remove more metadata than the pipeline does."""
    return picture


@step(version=1, rejects=("refused",), cost=Cost(cpu_ms=0, memory_mb=0))
def reject(picture: Picture, options: RejectOptions) -> NoFacts | Rejected:
    """Refuse the image, for a reason."""
    return Rejected("refused", {"reason": options.reason})


@step(version=1, calls=("rekognition:DetectModerationLabels",), frames="all")
def moderate(picture: Picture, options: NoOptions) -> Asks[SafetyFacts]:
    """Ask AWS how sure it is that the picture is unsafe."""
    reply = yield Call("rekognition:DetectModerationLabels", {"Image": {"Bytes": b""}})
    return SafetyFacts(score=reply["ModerationLabels"][0]["Confidence"] / 100)


@step(version=1, calls=("rekognition:DetectFaces",), frames="all")
def detect_faces(picture: Picture, options: NoOptions) -> Asks[FacesFacts]:
    """Ask AWS where in the picture faces are."""
    reply = yield Call("rekognition:DetectFaces", {"Image": {"Bytes": b""}})
    return FacesFacts(count=len(reply["FaceDetails"]), boxes=())


@step(version=1, cost=Cost(cpu_ms=10, memory_mb=6))
def placeholder(picture: Picture, options: NoOptions) -> PlaceholderFacts:
    """Find what can be shown before the picture has come."""
    return PlaceholderFacts(blurhash="", colour="")


@step(version=1, cost=Cost(cpu_ms=10, memory_mb=6))
def phash(picture: Picture, options: NoOptions) -> HashFacts:
    """Hash what the picture looks like."""
    return HashFacts(hash="")


@step(version=1, cost=Cost(cpu_ms=400, memory_mb=60))
def remove_background(picture: Picture, options: NoOptions) -> Picture:
    """Make all transparent that is not the subject of the picture."""
    return picture


_PLAIN = (
    *(blur, contrast, convert, crop, detect_faces, greyscale, moderate, phash, placeholder),
    *(reject, strip_metadata),
)
STUBS: Mapping[str, Plugin] = {
    **{each.name: each for each in _PLAIN},
    # A plugin of a package has its dotted name from the entry point.
    "acme.remove_background": replace(remove_background, name="acme.remove_background"),
}


def with_stubs() -> Plugins:
    """Return all plugins of steps/, and stubs for what they lack."""
    return dict(sorted({**STUBS, **plugins.find()}.items()))
