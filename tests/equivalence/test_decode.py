"""A smaller decode is the plan's choice, and never one that a published picture suffers from."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from darkroom.plan import Plan
from dsl.compile import Compiled, compile_source
from steps.testing.sources import jpeg
from tests.equivalence.forms import InProcess, Platform, Story, kill, told
from tests.equivalence.plugins import ANSWERED, PLUGINS

PHOTO = jpeg(640, 480)
SHRINK = "uses: shrink, with: { side: 40"
# Pipelines of which some picture goes by the step that says its box.
PASSING = {
    "its error is passed": f"small: {{ {SHRINK}, limit: 300 }}, on_error: pass }}",
    "its kill is passed": f"small: {{ {SHRINK}, limit: 900 }}, on_error: pass, alone: true }}",
    "its condition is false": f"small: {{ {SHRINK}, limit: 900 }}, when: picture.alpha }}",
    "another way has none": (
        f"{{ small: {{ {SHRINK}, limit: 900 }} }}, whole: {{ uses: grey, from: original }} }}"
    ),
}
BOXED = {
    "one": f"small: {{ {SHRINK}, limit: 900 }} }}",
    "several": "sizes: { uses: resize, variants: { small: { width: 40 }, large: { width: 70 } } }",
    "with more behind": "{ small: { uses: resize, with: { width: 60 } }, grey: { uses: grey } }",
}


def compiled(steps: str) -> Compiled:
    braced = steps if steps.startswith("{") else f"{{ {steps} }}"
    text = f"pipeline: photos\naccept: {{ max_pixels: 1MP }}\nsteps: {braced}"
    return compile_source(text, "pipeline.yaml", PLUGINS)


def at_full_scale(plan: Plan) -> Plan:
    """Return the plan with a decode of every pixel."""
    return plan.model_copy(update={"opening": plan.opening.model_copy(update={"boxes": ()})})


def story(plan: Plan, original: bytes = PHOTO) -> Story:
    """Run the plan; a step that is alone is killed on every try."""
    platform = Platform(plan, original, **ANSWERED)
    alone = any(node.step == "small" and node.alone for node in plan.nodes)
    return kill("small", platform).story if alone else told(platform)


@pytest.mark.parametrize("steps", PASSING.values(), ids=PASSING)
def test_what_goes_by_a_box_is_published_with_every_pixel(steps: str) -> None:
    """It is not decoded for the box, and made large again: it is as if there were no boxes."""
    found = compiled(steps)
    whole = story(at_full_scale(found.plan))

    assert story(found.plan) == whole
    assert (640, 480) in {Image.open(BytesIO(each)).size for each in whole.objects.values()}


@pytest.mark.parametrize("steps", BOXED.values(), ids=BOXED)
def test_a_decode_for_the_boxes_is_that_of_every_form(steps: str) -> None:
    """The plan's scale is part of what made a picture: the same bytes in each form."""
    found = compiled(steps)
    here = Platform(found.plan, PHOTO, **ANSWERED)
    small = story(found.plan)

    assert found.plan.opening.boxes
    assert story(found.unfused) == told(here, InProcess(here)) == small


@pytest.mark.parametrize("steps", BOXED.values(), ids=BOXED)
def test_a_smaller_decode_is_told_and_cannot_be_seen(steps: str) -> None:
    """Other keys, since another recipe; pictures of the same names, sizes, and nearly pixels."""
    plan = compiled(steps).plan
    small, whole = (story(each) for each in (plan, at_full_scale(plan)))

    assert small.ending == whole.ending
    assert not small.objects.keys() & whole.objects.keys()
    for one, other in zip(pictures(small), pictures(whole), strict=True):
        assert one.size == other.size
        assert max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < 4


@pytest.mark.parametrize("steps", BOXED.values(), ids=BOXED)
def test_an_original_of_hardly_more_than_the_box_is_decoded_whole(steps: str) -> None:
    """The boxes are what has to be covered, no order to decode smaller: the same bytes."""
    plan = compiled(steps).plan
    original = jpeg(100, 75)

    assert story(plan, original) == story(at_full_scale(plan), original)


def pictures(told_: Story) -> list[Image.Image]:
    """Return the pictures of a story, the smallest first."""
    found = [Image.open(BytesIO(each)).convert("RGB") for each in told_.objects.values()]
    return sorted(found, key=lambda picture: picture.size)
