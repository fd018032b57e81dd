"""Fused, unfused and in one process: the same bytes, events and ending (rule 19)."""

from pathlib import Path

import pytest

from darkroom.plan import tasks_of
from dsl.compile import Compiled, compile_source
from steps import plugins
from steps.testing.sources import jpeg, webp
from tests.equivalence.forms import InProcess, Platform, Story, killing, killing_all_of, told

ROOT = Path(__file__).parents[2]
PHOTOS = (ROOT / "tests" / "photos.yaml").read_text("utf-8")
ORIGINALS = {"photo": jpeg(900, 600), "narrow": webp(90, 200, mode="RGBA"), "bad": b"no picture"}


def compiled(text: str) -> Compiled:
    return compile_source(text, "pipeline.yaml", plugins.find())


@pytest.mark.parametrize("original", ORIGINALS.values(), ids=ORIGINALS)
def test_the_shipped_pipeline_means_one_thing_in_every_form(original: bytes) -> None:
    """In one invocation, in one for each node, and without any machine."""
    pipeline = compiled(PHOTOS)
    fused = Platform(pipeline.plan, original)
    unfused = Platform(pipeline.unfused, original)
    here = Platform(pipeline.plan, original)

    story = told(fused)

    assert story == told(unfused) == told(here, InProcess(here))
    assert fused.invocations == 1


def test_the_unfused_form_makes_an_invocation_for_each_node() -> None:
    """Else the comparison above would compare little."""
    pipeline = compiled(PHOTOS)
    platform = Platform(pipeline.unfused, ORIGINALS["photo"])

    told(platform)

    assert platform.invocations == len(list(tasks_of(pipeline.unfused.start))) == 6


def _invocations(text: str, form: str) -> int:
    platform = Platform(getattr(compiled(text), form), ORIGINALS["photo"])
    told(platform)
    return platform.invocations


def _whole_story(text: str) -> Story:
    return told(Platform(compiled(text).plan, ORIGINALS["photo"]))


@pytest.mark.parametrize("form", ["plan", "unfused"])
def test_a_failure_at_any_call_changes_nothing(form: str) -> None:
    """Tried again, each invocation finds what is done already."""
    whole = _whole_story(PHOTOS)

    for call in range(1, _invocations(PHOTOS, form) + 1):
        plan = getattr(compiled(PHOTOS), form)
        assert told(Platform(plan, ORIGINALS["photo"], fault=killing(at_call=call))) == whole


@pytest.mark.parametrize("stage", ["photos", "sizes", "brand"])
def test_a_stage_that_is_killed_for_good_fails_the_image(stage: str) -> None:
    """Rule 15: after all tries of engine and queue, with one ending; what was made stays."""
    plan = compiled(PHOTOS).unfused

    story = told(Platform(plan, ORIGINALS["photo"], fault=killing_all_of(stage)))

    assert story.ending.startswith("failed ")
    assert "Sandbox.Timedout" in story.ending


def test_the_engine_goes_on_where_only_one_picture_was_stopped() -> None:
    """A branch runs to its end whatever happens on another: the small one is there."""
    plan = compiled(PHOTOS).unfused

    story = told(Platform(plan, ORIGINALS["photo"], fault=killing_all_of("brand")))

    assert len(story.objects) == 1
    assert any('"name":"thumbnail"' in event for event in story.events)
