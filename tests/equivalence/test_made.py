"""Whatever pipeline is written, its forms mean the same (rule 19)."""

import re

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from dsl.compile import Compiled, compile_source
from dsl.diagnostics import PipelineRefused
from steps.testing.sources import gif, jpeg, png
from tests.dsl.pipelines import pipelines
from tests.equivalence.forms import InProcess, Platform, killing, told
from tests.equivalence.plugins import ANSWERED, PLUGINS

ORIGINALS = (jpeg(320, 240), png(310, 200, mode="RGBA"), gif(60, 40, frames=3))
# What is taken, and what of it is kept: an original that is not is rejected in every form.
HEADS = st.sampled_from(
    (
        "accept: { max_pixels: 1MP, formats: [jpeg, png] }",
        "accept: { max_pixels: 1MP, formats: [jpeg, png] }\nkeep: [icc, copyright]",
        "accept: { max_pixels: 1MP, formats: [gif], max_frames: 4 }",
    )
)
CONVERTED = (
    {"format": "webp", "effort": 0},
    {"format": "gif", "effort": 1},
    {"format": "png", "frames": "first"},
    {"format": "jpeg", "frames": "first", "background": "black"},
)
LIMITS = st.fixed_dictionaries({}, optional={"limit": st.integers(1, 400)})
PIPELINES = pipelines(
    picture_steps={
        "convert": st.sampled_from(CONVERTED),
        "grey": st.just({}),
        "narrow": LIMITS,
        "resize": st.fixed_dictionaries({"width": st.integers(1, 400)}),
    },
    facts_steps={"shape": LIMITS, "moderate": st.just({})},
    heads=HEADS,
    asked={"shape": "{}.wide", "moderate": "{}.score > 0.2"},
)


def compiled(text: str) -> Compiled | None:
    """Compile a pipeline that was made, if it has no mistakes."""
    try:
        return compile_source(text, "pipeline.yaml", PLUGINS)
    except PipelineRefused:
        return None


@given(text=PIPELINES, original=st.sampled_from(ORIGINALS), data=st.data())
def test_any_pipeline_means_one_thing_in_every_form(
    text: str, original: bytes, data: st.DataObject
) -> None:
    """The same bytes, events and ending; also when an invocation, any one, breaks off."""
    found = compiled(text)
    assume(found)
    assert found is not None
    here = Platform(found.plan, original, **ANSWERED)
    story = told(here, InProcess(here))
    fused = Platform(found.plan, original, **ANSWERED)
    unfused = Platform(found.unfused, original, **ANSWERED)

    assert told(fused) == story
    assert told(unfused) == story
    call = data.draw(st.integers(1, unfused.invocations))
    broken = Platform(found.unfused, original, fault=killing(at_call=call), **ANSWERED)
    assert told(broken) == story


PARTS = (
    *("from: original", "from: s0", r"\.(wide|score)", "only:", "variants:", "picture.width"),
    *('on_error: "pass"', 'on_error: "drop"', "alone:", "retry:", "uses: convert"),
    *("keep:", "max_frames: 4", "uses: validate", "uses: moderate"),
)


def test_pipelines_that_are_made_have_every_part() -> None:
    """Else the comparison above would say nothing of it."""
    seen: set[str] = set()

    @settings(max_examples=200, phases=[Phase.generate], derandomize=True, database=None)
    @given(text=PIPELINES)
    def collect(text: str) -> None:
        missing = {part for part in PARTS if re.search(part, text)} - seen
        if missing and compiled(text) is not None:
            seen.update(missing)

    collect()

    assert seen == set(PARTS)
