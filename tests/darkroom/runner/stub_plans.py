"""Plugins that do one thing each, and plans made of them."""

import math
from collections.abc import Mapping
from typing import Any

from darkroom.plan import Environment, Node, Opening, Plan, Task, promised, ways
from darkroom.runner.apply import AnyStep
from steps.contract import Asks, Call, Facts, Options, Picture, Rejected, StepFailed, step
from steps.limits import Limits

ENVIRONMENT: Environment = {"image.id": "an image", "image.owner": "an owner"}


class NoOptions(Options):
    """Nothing to choose."""


class TextOptions(Options):
    """What a text is."""

    text: str = "nothing"


class Found(Facts):
    """What `look` finds: nothing of the second."""

    width: int
    text: str | None = None


@step(version=1)
def same(picture: Picture, options: TextOptions) -> Picture:
    """Do nothing; its options stand in the recipe all the same."""
    return picture


@step(version=1)
def look(picture: Picture, options: NoOptions) -> Found:
    """Find the width."""
    return Found(width=picture.width)


@step(version=1, rejects=("too_dull",))
def judge(picture: Picture, options: NoOptions) -> Picture | Rejected:
    """Find every picture dull."""
    return Rejected("too_dull", {"limit": 3, "actual": 0})


@step(version=1, rejects=("too_dull",))
def judge_oddly(picture: Picture, options: NoOptions) -> Picture | Rejected:
    """Give a verdict that is not declared."""
    return Rejected("too_bright", {})


@step(version=1, fails=("no_room",))
def refuse(picture: Picture, options: NoOptions) -> Picture:
    """Fail as declared."""
    raise StepFailed("no_room", limit=4)


@step(version=1, fails=("no_room",))
def refuse_oddly(picture: Picture, options: NoOptions) -> Picture:
    """Fail with a code that is not declared."""
    raise StepFailed("no_patience")


@step(version=1, fails=("no_room",))
def refuse_endlessly(picture: Picture, options: NoOptions) -> Picture:
    """Fails with a fact that no event can hold."""
    raise StepFailed("no_room", limit=math.inf)


@step(version=1)
def crash(picture: Picture, options: NoOptions) -> Picture:
    """Fail by mistake."""
    raise ZeroDivisionError("secret")


@step(version=1)
def grow(picture: Picture, options: NoOptions) -> Picture:
    """Make a picture that no JPEG can hold: 70,000 pixels wide. Lazily, as pictures are."""
    return picture.cropped(0, 0, 1, 1).padded(0, 0, 70_000, 1, (0, 0, 0, 255))


@step(version=1, calls=("rekognition:DetectLabels",))
def ask(picture: Picture, options: NoOptions) -> Asks[Found]:
    """Ask AWS twice; the second question depends on the first reply."""
    reply = yield Call("rekognition:DetectLabels", {"MaxLabels": 1})
    reply = yield Call("rekognition:DetectLabels", {"MaxLabels": reply["seen"]})
    return Found(width=reply["seen"])


@step(version=1, calls=("rekognition:DetectLabels",))
def ask_oddly(picture: Picture, options: NoOptions) -> Asks[Found]:
    """Ask for what was not declared, and is not granted."""
    yield Call("s3:DeleteObject", {})
    return Found(width=1)


PLUGINS: Mapping[str, AnyStep] = {
    each.name: each
    for each in (
        *(same, look, judge, judge_oddly, refuse, refuse_oddly),
        *(refuse_endlessly, crash, grow, ask, ask_oddly),
    )
}


def node(uses: str, way: str = "", **kept: Any) -> Node:
    """Return a node for one of the plugins above; its step is called as its plugin."""
    kind = PLUGINS[uses].kind if uses in PLUGINS else "picture"
    return Node.model_validate(
        {"step": uses, "way": way or uses, "uses": uses, "version": 1, "kind": kind, "options": {}}
        | kept
    )


def a_plan(*nodes: Node, limits: Mapping[str, Any] | None = None) -> Plan:
    return Plan(
        pipeline="photos",
        digest="5e" * 32,
        opening=Opening(
            step="check", version=1, options={**Limits().model_dump(), **(limits or {})}
        ),
        nodes=nodes,
        outputs=promised(nodes),
        stages=(),
        start=Task(stage="photos", at="", covers=ways(nodes)),
        encoder=1,
        engine="express",
        worst_case_s=60,
    )
