"""Every example means one thing, fused and unfused, also when an invocation breaks off."""

from typing import Any

import pytest

from steps.contract import Call, Reply
from steps.testing.sources import gif, jpeg
from tests.dsl.bounds import Form, forms
from tests.equivalence.forms import InProcess, Platform, kill, killing, told
from tests.examples.conftest import EXAMPLES, written
from tests.examples.stubs import with_stubs

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/pipeline.yaml"))
REPLIES = {
    "rekognition:DetectModerationLabels": {"ModerationLabels": [{"Confidence": 85}]},
    "rekognition:DetectFaces": {"FaceDetails": [{}]},
}


def answer(call: Call) -> Reply:
    """Answer as AWS would, in what the stubs read of it."""
    return REPLIES[call.action]


def known(name: str) -> tuple[tuple[Form, Form], bytes, dict[str, Any]]:
    """Return an example's forms, an original that it takes, and what its runs need."""
    plugins = with_stubs()
    found = forms(written(name), plugins)
    taken = found[0].plan.opening.options["formats"][0]
    original = gif(40, 30, frames=2) if taken == "gif" else jpeg(80, 60)
    return found, original, {"load": plugins.__getitem__, "ask": answer}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_means_one_thing_in_every_form(name: str) -> None:
    """The same bytes, events and ending; and again with each of the calls broken off."""
    found, original, means = known(name)
    here = Platform(found[0].plan, original, **means)
    story = told(here, InProcess(here))

    for form in found:
        platform = Platform(form.plan, original, **means)
        assert told(platform) == story
        assert_within(form, platform)
        for call in range(1, platform.invocations + 1):
            broken = Platform(form.plan, original, fault=killing(at_call=call), **means)
            assert told(broken) == story
            assert_within(form, broken)


@pytest.mark.parametrize("name", NAMES)
def test_a_kill_of_a_step_ends_an_example_alike_in_every_form(name: str) -> None:
    """Whichever step it is, and however many run with it: the same ending, to the last word."""
    (fused, unfused), original, means = known(name)
    steps = {step for stage in unfused.plan.stages for step in stage.steps}

    for step in sorted(steps):
        killed, apart = (
            kill(step, Platform(form.plan, original, **means)) for form in (fused, unfused)
        )
        assert killed.asked
        assert not apart.asked or apart.story.ending == killed.story.ending, step


def assert_within(form: Form, platform: Platform) -> None:
    """No execution was larger than the compiler says of its plan."""
    for execution in platform.executions:
        assert execution.events <= form.events
        assert execution.largest_bytes <= max(form.left_bytes, form.joined_bytes)


def test_there_are_fifteen_examples() -> None:
    """All of them are compared."""
    assert len(NAMES) == 15
