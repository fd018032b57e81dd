"""budgets: no run has more events, or a larger payload, than the compiler says of its plan."""

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from tests.dsl.bounds import Form, forms
from tests.dsl.machines.worst import Worst, run_worst
from tests.dsl.pipelines import pipelines
from tests.equivalence.plugins import PLUGINS
from tests.examples.conftest import EXAMPLES, written
from tests.examples.stubs import with_stubs

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/pipeline.yaml"))
GOOD = sorted((Path(__file__).parent / "fixtures" / "good").glob("*.yaml"))

ALONE = "alone: true, retry: { attempts: 1 }"
SIZES = "variants: { a: { width: 9 }, b: { width: 8 } }"
WORST: tuple[Worst, ...] = ("events", "dropping", "breaking")
# By what each shows: the whole pipeline, but for its name.
TIGHT = {
    "a fork behind the first task": f"""
  one: {{ uses: resize, with: {{ width: 9 }}, {ALONE} }}
  two: {{ uses: grey, from: original, {ALONE} }}
""",
    "a map behind the first task": f"""
  sizes: {{ uses: resize, {SIZES} }}
  grey: {{ uses: grey, {ALONE} }}
""",
    "what may go by, between forks": f"""
  look: {{ uses: shape }}
  one: {{ uses: grey, when: look.ratio > 0, on_error: pass, {ALONE} }}
  two: {{ uses: grey, from: look, when: look.ratio > 1, on_error: pass, {ALONE} }}
  three: {{ uses: grey, {ALONE} }}
  four: {{ uses: resize, from: two, with: {{ width: 9 }}, {ALONE} }}
  five: {{ uses: resize, from: one, with: {{ width: 9 }}, {ALONE} }}
  six: {{ uses: grey, from: one, {ALONE} }}
""",
    "a map beside another, of facts that nobody may ask for": f"""
  look: {{ uses: shape }}
  sizes: {{ uses: resize, {SIZES} }}
  other: {{ uses: shape, from: look, when: look.ratio > 0, on_error: pass, {ALONE} }}
  each: {{ uses: shape, from: sizes, when: look.ratio > 0, on_error: pass, {ALONE} }}
""",
}


def check(found: tuple[Form, Form]) -> None:
    """Run the worst that may happen in each form, and hold it to what was said."""
    for form in found:
        for worst in WORST:
            run = run_worst(form.plan, worst)

            assert run.status == "SUCCEEDED" or run.error == "Lambda.ServiceException"
            assert run.events <= form.events
            assert run.largest_bytes <= max(form.left_bytes, form.joined_bytes)
            assert run.answered_bytes <= form.left_bytes
            assert run.joined_bytes <= form.joined_bytes


@pytest.mark.parametrize("name", NAMES)
def test_no_run_of_an_example_is_larger_than_was_said(name: str) -> None:
    """Every picture that may come, with the longest names, and every try but the last in vain."""
    check(forms(written(name), with_stubs()))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_no_run_of_a_good_pipeline_is_larger_than_was_said(path: Path, plugins: Plugins) -> None:
    """Among them, whatever the language has."""
    check(forms(path.read_text("utf-8"), plugins))


@pytest.mark.parametrize("steps", TIGHT.values(), ids=TIGHT)
def test_no_run_is_larger_where_nothing_is_to_spare(steps: str) -> None:
    """A single attempt: no try that is not needed makes up for an event that was forgotten."""
    text = f"pipeline: photos\naccept: {{ max_pixels: 1MP }}\nsteps:{steps}"

    check(forms(text, PLUGINS))


# Thirty pictures of long names, which a Map and a Parallel hand on.
_NAMES = ", ".join(f"{'x' * 30}{at:02}: {{ width: {at + 1} }}" for at in range(30))
WIDE = f"""
pipeline: photos
accept: {{ max_pixels: 1MP, formats: [jpeg] }}
steps:
  look: {{ uses: shape }}
  sizes: {{ uses: resize, variants: {{ {_NAMES} }} }}
  told: {{ uses: shape, from: sizes, when: look.ratio > 0, POLICY {ALONE} }}
"""


@pytest.mark.parametrize(
    ("policy", "worst"), [("", "breaking"), ("on_error: drop,", "dropping"), ("", "events")]
)
def test_what_is_said_of_many_pictures_is_close_to_what_may_happen(
    policy: str, worst: Worst
) -> None:
    """Else pipelines would be refused that do no harm."""
    form, _ = forms(WIDE.replace("POLICY", policy), PLUGINS)
    run = run_worst(form.plan, worst)

    assert run.events >= 0.7 * form.events
    assert 0.9 * form.left_bytes <= run.answered_bytes <= form.left_bytes
    assert run.joined_bytes >= 0.85 * form.joined_bytes or worst != "breaking"


SINGLE = pipelines(
    picture_steps={"grey": st.just({}), "resize": st.just({"width": 9})},
    facts_steps={"shape": st.just({})},
)


@settings(max_examples=15)
@given(text=SINGLE, attempts=st.integers(1, 3))
def test_no_run_of_any_pipeline_is_larger_than_was_said(text: str, attempts: int) -> None:
    """Whatever its shape."""
    text = text.replace("steps:", f"defaults: {{ retry: {{ attempts: {attempts} }} }}\nsteps:")
    try:
        found = forms(text, PLUGINS)
    except PipelineRefused:
        assume(False)
        raise

    check(found)
