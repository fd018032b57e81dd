"""Every example means one thing, fused and unfused, also when an invocation breaks off."""

import pytest

from dsl.compile import compile_source
from steps.contract import Call, Reply
from steps.testing.sources import gif, jpeg
from tests.equivalence.forms import InProcess, Platform, killing, told
from tests.examples.conftest import EXAMPLES, possible
from tests.examples.stubs import with_stubs

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/pipeline.yaml"))
REPLIES = {
    "rekognition:DetectModerationLabels": {"ModerationLabels": [{"Confidence": 85}]},
    "rekognition:DetectFaces": {"FaceDetails": [{}]},
}


def answer(call: Call) -> Reply:
    """Answer as AWS would, in what the stubs read of it."""
    return REPLIES[call.action]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_means_one_thing_in_every_form(name: str) -> None:
    """The same bytes, events and ending; and again with each of the calls broken off."""
    plugins = with_stubs()
    compiled = compile_source(possible(name), f"{name}.yaml", plugins)
    means = {"load": plugins.__getitem__, "ask": answer}
    taken = compiled.plan.opening.options["formats"][0]
    original = gif(40, 30, frames=2) if taken == "gif" else jpeg(80, 60)
    here = Platform(compiled.plan, original, **means)
    story = told(here, InProcess(here))

    for plan in (compiled.plan, compiled.unfused):
        platform = Platform(plan, original, **means)
        assert told(platform) == story
        for call in range(1, platform.invocations + 1):
            assert told(Platform(plan, original, fault=killing(at_call=call), **means)) == story


def test_there_are_fifteen_examples() -> None:
    """All of them are compared."""
    assert len(NAMES) == 15
