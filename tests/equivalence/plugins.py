"""Real steps for pipelines whose forms are compared: small, and all that a step can come to."""

from collections.abc import Mapping
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from darkroom.runner.apply import AnyStep
from darkroom.runner.calls import Call, Reply
from steps.contract import Asks, Facts, Options, Picture, Rejected, StepFailed, step
from steps.convert import convert
from steps.resize import resize
from steps.validate import validate
from steps.watermark import watermark


class NoOptions(Options):
    """Nothing to choose."""


class LimitOptions(Options):
    """Where something begins to go wrong."""

    limit: Annotated[int, Gt(0)] = 300


class ShrinkOptions(LimitOptions):
    """The side of the square that a picture is made to fill."""

    side: Annotated[int, Gt(0)] = 40

    def box(self) -> tuple[int, int]:
        """Return the square."""
        return self.side, self.side


class ShapeFacts(Facts):
    """What a picture is like."""

    ratio: float
    wide: bool
    thin: float | None = None


class SafetyFacts(Facts):
    """What a service says of a picture."""

    score: Annotated[float, Ge(0), Le(1)]


@step(version=1)
def grey(picture: Picture, options: NoOptions) -> Picture:
    """Take the colours out."""
    return picture.greyscale()


@step(version=1, fails=("too_wide",))
def narrow(picture: Picture, options: LimitOptions) -> Picture:
    """Cut a picture in half, but fail on one that is too wide."""
    if picture.width > options.limit:
        raise StepFailed("too_wide", limit=options.limit, actual=picture.width)
    return picture.cropped(0, 0, max(1, picture.width // 2), picture.height)


@step(version=1, fails=("too_wide",))
def shrink(picture: Picture, options: ShrinkOptions) -> Picture:
    """Scale a picture to its box, but fail on one that is too wide."""
    if picture.width > options.limit:
        raise StepFailed("too_wide", limit=options.limit, actual=picture.width)
    return picture.scaled(options.side, options.side)


@step(version=1, fails=("too_tall",))
def shape(picture: Picture, options: LimitOptions) -> ShapeFacts:
    """Tell what a picture is like, but fail on one that is too tall."""
    if picture.height > options.limit:
        raise StepFailed("too_tall", limit=options.limit, actual=picture.height)
    ratio = picture.width / picture.height
    return ShapeFacts(ratio=ratio, wide=ratio > 1, thin=ratio if ratio < 0.25 else None)


@step(version=1, rejects=("unsafe",))
def judge(picture: Picture, options: LimitOptions) -> ShapeFacts | Rejected:
    """Reject what is wider than the limit."""
    if picture.width > options.limit:
        return Rejected("unsafe", {"limit": options.limit, "actual": picture.width})
    return ShapeFacts(ratio=1.0, wide=False)


@step(version=1, calls=("rekognition:DetectModerationLabels",))
def moderate(picture: Picture, options: NoOptions) -> Asks[SafetyFacts]:
    """Ask a service about the picture."""
    reply = yield Call("rekognition:DetectModerationLabels", {"Width": picture.width})
    return SafetyFacts(score=reply["Score"])


def answer(call: Call) -> Reply:
    """Say of a picture that it is the less safe the wider it is."""
    return {"Score": min(1.0, call.parameters["Width"] / 1000)}


PLUGINS: Mapping[str, AnyStep] = {
    each.name: each
    for each in (convert, grey, judge, moderate, narrow, resize, shape, shrink, validate, watermark)
}
ANSWERED: Mapping[str, Any] = {"load": PLUGINS.__getitem__, "ask": answer}
