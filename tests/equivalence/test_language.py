"""Every part of the language means one thing, fused and unfused, also when something breaks."""

import pytest

from darkroom.errors import Unfinished
from darkroom.plan import Plan
from darkroom.testing.samples import REF
from dsl.backends.asl import state_machine
from dsl.compile import compile_source
from steps.testing.sources import jpeg
from tests.equivalence.forms import (
    THROTTLED,
    InProcess,
    Platform,
    killing,
    killing_all_of,
    told,
)
from tests.equivalence.plugins import ANSWERED, PLUGINS

PHOTO = jpeg(640, 480)
SIZES = "sizes: { uses: resize, variants: { small: { width: 80 }, large: { width: 400 } } }"

# By what each shows: the whole pipeline, but for its name.
PIPELINES = {
    "drop": f"""
  {SIZES}
  half: {{ uses: narrow, on_error: drop }}
""",
    "drop alone, below a fork": f"""
  {SIZES}
  half: {{ uses: narrow, on_error: drop, alone: true }}
  mark: {{ uses: watermark, with: {{ text: "${{image.owner_name else 'x'}}" }} }}
""",
    "pass": """
  look: { uses: shape, on_error: pass }
  half: { uses: narrow, on_error: pass }
  small: { uses: resize, with: { width: 80 }, when: look.ratio else 0 > 1 }
""",
    "pass alone, in the middle": """
  half: { uses: narrow, on_error: pass, alone: true }
  small: { uses: resize, with: { width: 80 } }
""",
    "a condition that a machine asks": """
  look: { uses: shape, with: { limit: 900 } }
  half: { uses: narrow, alone: true, with: { limit: 900 }, when: look.wide and picture.width > 600 }
  never: { uses: grey, alone: true, when: look.thin else 1 < 1 or look.ratio < 1 }
  small: { uses: resize, with: { width: 80 } }
""",
    "a service, and what follows from it": f"""
  safety: {{ uses: moderate, on_error: pass }}
  refuse: {{ uses: judge, when: safety.score else 0 > 0.7, with: {{ limit: 100 }} }}
  hide: {{ uses: grey, when: safety.score else 1 > 0.6 }}
  {SIZES}
""",
    "a verdict in a stage of its own": f"""
  safety: {{ uses: moderate }}
  refuse: {{ uses: judge, when: safety.score > 0.6, with: {{ limit: 100 }} }}
  {SIZES}
""",
    "branches of several kinds": f"""
  {SIZES}
  mark: {{ uses: watermark, only: [large], alone: true, with: {{ text: a }} }}
  mono: {{ uses: grey, from: original }}
  tiny:
    uses: resize
    from: sizes.small
    alone: true
    variants: {{ x: {{ width: 9 }}, y: {{ width: 7 }} }}
  told: {{ uses: shape, from: sizes, on_error: drop }}
""",
    "facts only": """
  look: { uses: shape }
  safety: { uses: moderate }
""",
    "a failing branch beside others": """
  half: { uses: narrow, from: original, alone: true }
  small: { uses: resize, from: original, with: { width: 50 } }
  tall: { uses: shape, from: original, with: { limit: 5 } }
""",
}


@pytest.fixture(params=PIPELINES.values(), ids=PIPELINES)
def forms(request: pytest.FixtureRequest) -> tuple[Plan, Plan]:
    """The plan as it is deployed, and unfused."""
    text = f"pipeline: photos\naccept: {{ max_pixels: 1MP }}\nsteps:{request.param}"
    compiled = compile_source(text, "pipeline.yaml", PLUGINS)
    return compiled.plan, compiled.unfused


def test_every_form_tells_the_same_story(forms: tuple[Plan, Plan]) -> None:
    """The same bytes, events and ending; in one process too, where there is no machine."""
    fused, unfused = (Platform(plan, PHOTO, **ANSWERED) for plan in forms)
    here = Platform(forms[0], PHOTO, **ANSWERED)

    story = told(fused)

    assert told(unfused) == story
    assert told(here, InProcess(here)) == story
    assert fused.invocations <= unfused.invocations


def test_a_failure_at_any_call_changes_nothing(forms: tuple[Plan, Plan]) -> None:
    """The engine tries again, and finds what is done already."""
    for plan in forms:
        platform = Platform(plan, PHOTO, **ANSWERED)
        whole = told(platform)
        for call in range(1, platform.invocations + 1):
            fault = killing(at_call=call)
            assert told(Platform(plan, PHOTO, fault=fault, **ANSWERED)) == whole


def test_a_kill_has_one_ending_in_every_form(forms: tuple[Plan, Plan]) -> None:
    """Of a step that is alone in both forms: which siblings were rendered is told alike, too."""
    fused, unfused = forms
    alone = {stage.id for stage in fused.stages[1:] if len(stage.steps) == 1}
    for stage in sorted(alone & {stage.id for stage in unfused.stages}):
        stories = [
            told(Platform(plan, PHOTO, fault=killing_all_of(stage), **ANSWERED)) for plan in forms
        ]

        assert stories[0].ending == stories[1].ending


def test_every_stage_may_be_killed_for_good_and_the_run_ends_once(
    forms: tuple[Plan, Plan],
) -> None:
    """`told` asserts exactly one ending, and that nothing comes behind it."""
    for plan in forms:
        for stage in plan.stages:
            killed = told(Platform(plan, PHOTO, fault=killing_all_of(stage.id), **ANSWERED))
            assert killed.ending.split()[0] in {"failed", "partial", "complete", "rejected"}


def test_a_throttle_gives_no_picture_up() -> None:
    """Whatever `on_error` says, the message comes back; only the queue ends it."""
    text = f"pipeline: photos\nsteps:{PIPELINES['drop alone, below a fork']}"
    plan = compile_source(text, "pipeline.yaml", PLUGINS).plan
    platform = Platform(plan, PHOTO, fault=killing_all_of("half", THROTTLED), **ANSWERED)

    with pytest.raises(Unfinished) as raised:
        told(platform)

    kinds = {recorded.type for recorded in platform.history.load(REF).events}
    assert raised.value.throttled
    assert kinds == {"image.uploaded", "image.processing-started", "image.validated"}


def test_the_machines_of_these_pipelines_are_of_every_shape() -> None:
    """Else they would prove less than they seem to."""
    states = ""
    for text in PIPELINES.values():
        body = f"pipeline: photos\naccept: {{ max_pixels: 1MP }}\nsteps:{text}"
        states += str(state_machine(compile_source(body, "pipeline.yaml", PLUGINS).plan))

    for word in ("'Map'", "'Parallel'", "'past ", "past killed ", "?'", "'without "):
        assert word in states
