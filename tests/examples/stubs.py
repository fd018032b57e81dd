"""Plugins that the examples use and that are not there yet: they declare, and never run.

A plugin that steps/ has is never stubbed: what is here by its name is passed over, and a test
says so. One by one, these go.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from annotated_types import Ge, Le, Len

from dsl.draft import Plugin, Plugins
from steps import plugins
from steps.contract import (
    Asks,
    Call,
    Cost,
    Facts,
    Options,
    Picture,
    step,
)

Part = Annotated[float, Ge(0), Le(1)]
Box = tuple[Part, Part, Part, Part]  # left, top, width and height, as shares of the picture


class NoOptions(Options):
    """Nothing to choose."""


class SafetyFacts(Facts):
    """How sure it is that a picture is unsafe, from 0 to 1."""

    score: float


class FacesFacts(Facts):
    """The faces in a picture: how many, and where."""

    count: int
    boxes: Annotated[tuple[Box, ...], Len(0, 100)]


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


@step(version=1, cost=Cost(cpu_ms=400, memory_mb=60))
def remove_background(picture: Picture, options: NoOptions) -> Picture:
    """Make all transparent that is not the subject of the picture."""
    return picture


_PLAIN = (detect_faces, moderate)
STUBS: Mapping[str, Plugin] = {
    **{each.name: each for each in _PLAIN},
    # A plugin of a package has its dotted name from the entry point.
    "acme.remove_background": replace(remove_background, name="acme.remove_background"),
}


def with_stubs() -> Plugins:
    """Return all plugins of steps/, and stubs for what they lack."""
    return dict(sorted({**STUBS, **plugins.find()}.items()))
