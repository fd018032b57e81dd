"""Whatever pipeline is written, its forms mean the same (rule 19)."""

from hypothesis import assume, given
from hypothesis import strategies as st

from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from steps.testing.sources import jpeg
from tests.dsl.pipelines import pipelines
from tests.equivalence.forms import InProcess, Platform, killing, told
from tests.equivalence.plugins import ANSWERED, PLUGINS

PHOTO = jpeg(320, 240)
LIMITS = st.fixed_dictionaries({}, optional={"limit": st.integers(1, 400)})
PICTURE_STEPS = {
    "grey": st.just({}),
    "narrow": LIMITS,
    "resize": st.fixed_dictionaries({"width": st.integers(1, 400)}),
}
FACTS_STEPS = {"shape": LIMITS, "moderate": st.just({})}


@given(text=pipelines(picture_steps=PICTURE_STEPS, facts_steps=FACTS_STEPS), data=st.data())
def test_any_pipeline_means_one_thing_in_every_form(text: str, data: st.DataObject) -> None:
    """The same bytes, events and ending; also when an invocation, any one, breaks off."""
    try:
        compiled = compile_source(text, "pipeline.yaml", PLUGINS)
    except PipelineRefused:
        assume(False)
        raise
    here = Platform(compiled.plan, PHOTO, **ANSWERED)
    story = told(here, InProcess(here))
    fused = Platform(compiled.plan, PHOTO, **ANSWERED)
    unfused = Platform(compiled.unfused, PHOTO, **ANSWERED)

    assert told(fused) == story
    assert told(unfused) == story
    call = data.draw(st.integers(1, unfused.invocations))
    broken = Platform(compiled.unfused, PHOTO, fault=killing(at_call=call), **ANSWERED)
    assert told(broken) == story
