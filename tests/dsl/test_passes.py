"""Passes: their order, the invariants behind them, and what they decide."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from darkroom.plan import Retry, Stage, Task
from dsl import passes, reading, source
from dsl.compile import Compiled, compile_source
from dsl.diagnostics import Report
from dsl.draft import Draft, Plugins
from dsl.passes import PASSES, BrokenInvariant, Pass
from dsl.passes.engine import waits, worst_case
from dsl.text import SourceText

PHOTOS = """
pipeline: photos
steps:
  check: { uses: validate }
  sizes: { uses: resize, variants: { small: { width: 100 }, large: { width: 800 } } }
  mark: { uses: watermark, when: picture.alpha, with: { text: hello } }
"""


def draft_of(text: str, plugins: Plugins) -> tuple[Draft, Report]:
    report = Report(SourceText("pipeline.yaml", text))
    tree = source.read(report)
    assert tree is not None
    return Draft(reading.read_file(tree, report), plugins), report


@pytest.fixture
def finished(plugins: Plugins) -> Draft:
    draft, report = draft_of(PHOTOS, plugins)
    return passes.run(draft, report)


def test_the_passes_run_in_the_order_of_the_design() -> None:
    """Each is named once; those that look for mistakes come first."""
    names = [each.name for each in PASSES]
    needing = [each.needs_a_sound_file for each in PASSES]

    assert names == [
        *("resolve", "typecheck", "flow", "encodings", "lower", "share_decode", "fuse"),
        *("stages", "effects", "engine", "shape", "names", "budgets", "room"),
    ]
    assert needing == sorted(needing)


def test_every_pass_says_what_it_decided(finished: Draft) -> None:
    """The lock keeps the reasons."""
    assert [each.made_by for each in finished.decisions] == [each.name for each in PASSES]
    assert all(each.reason for each in finished.decisions)


def test_every_invariant_holds_behind_the_last_pass(finished: Draft) -> None:
    """No pass undoes what another one promised."""
    assert [each.broken(finished) for each in PASSES] == [None] * len(PASSES)


def _resolved_without_plugin(draft: Draft) -> Draft:
    return replace(draft, steps=(replace(draft.steps[0], plugin=None), *draft.steps[1:]))


def _changed(draft: Draft, **changed: object) -> Task:
    return draft.first_task.model_copy(update=changed)


def _promising_too_little(draft: Draft) -> Draft:
    assert draft.opening is not None
    return replace(draft, opening=draft.opening.model_copy(update={"boxes": ((1, 1),)}))


def _with_a_giant(draft: Draft) -> Draft:
    giant = draft.stages[0].model_copy(update={"memory_mb": 99_999})
    return replace(draft, sized=(replace(draft.sized[0], stage=giant),))


def _handing_on_too_much(draft: Draft) -> Draft:
    far = Task(stage="photos", at="s" * 200_000, covers=())
    return replace(draft, start=_changed(draft, next=(far,)))


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("resolve", _resolved_without_plugin),
        ("typecheck", lambda draft: replace(draft, options={})),
        ("typecheck", lambda draft: replace(draft, conditions={})),
        ("flow", lambda draft: replace(draft, tree=draft.tree + draft.tree)),
        ("flow", lambda draft: replace(draft, outputs=("small",))),
        ("encodings", lambda draft: replace(draft, writing={})),
        ("lower", lambda draft: replace(draft, nodes=draft.nodes[:1])),
        ("share_decode", _promising_too_little),
        ("fuse", lambda draft: replace(draft, start=_changed(draft, covers=()))),
        ("stages", lambda draft: replace(draft, sized=())),
        ("stages", _with_a_giant),
        ("effects", lambda draft: replace(draft, outputs=("small",))),
        ("shape", lambda draft: replace(draft, first_visit=None)),
        ("names", lambda draft: replace(draft, names={})),
        ("names", lambda draft: replace(draft, names={("a",): "same", ("b",): "same"})),
        ("names", lambda draft: replace(draft, names={(): "s" * 80})),
        ("budgets", _handing_on_too_much),
        ("room", lambda draft: replace(draft, sized=draft.sized * 100)),
        ("engine", lambda draft: replace(draft, worst_case_s=300)),
    ],
)
def test_an_invariant_notices_what_it_is_for(
    name: str, spoil: Callable[[Draft], Draft], finished: Draft
) -> None:
    """A check that never fails would prove nothing."""
    broken = next(each.broken for each in PASSES if each.name == name)

    assert broken(spoil(finished))


def test_a_broken_invariant_is_the_compilers_own_fault(
    plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is raised, with the name of the pass, and never told to the author as a mistake."""
    careless = Pass("careless", lambda draft, _: draft, lambda _: "something is lost")
    monkeypatch.setattr(passes, "PASSES", (*PASSES, careless))
    draft, report = draft_of(PHOTOS, plugins)

    with pytest.raises(BrokenInvariant, match="careless: something is lost"):
        passes.run(draft, report)


def stage_of(body: str, compiled: Callable[[str], Compiled]) -> Stage:
    return compiled(f"pipeline: photos\naccept: {{ max_pixels: 1MP }}\nsteps:\n{body}").plan.stages[
        0
    ]


def test_a_stage_takes_the_sum_the_largest_and_the_largest(
    compiled: Callable[[str], Compiled],
) -> None:
    """Times add up, memory and each part of retry do not (rule 18)."""
    stage = stage_of(
        """
  check: { uses: validate, timeout: 5s, memory: 300MB }
  one: { uses: greyscale, timeout: 7s, memory: 900MB, retry: { attempts: 2, wait: 5s } }
  two: { uses: greyscale, timeout: 20s, memory: 512MB, retry: { attempts: 4 } }
""",
        compiled,
    )

    assert (stage.timeout_s, stage.memory_mb) == (32, 900)
    assert stage.retry == Retry(attempts=4, wait_s=5.0)
    assert stage.steps == ("check", "one", "two")


def test_an_estimate_has_at_least_one_processor(compiled: Callable[[str], Compiled]) -> None:
    """Less memory would only make the same work slower, at the same price."""
    assert stage_of("  small: { uses: greyscale }", compiled).memory_mb == 1769


def test_larger_originals_are_given_more(compiled: Callable[[str], Compiled]) -> None:
    """Time and memory grow with what `accept` lets in."""
    text = "pipeline: a\naccept: {{ max_pixels: {}MP }}\nsteps: {{ b: {{ uses: greyscale }} }}"
    small, large = (compiled(text.format(size)) for size in (10, 60))

    assert small.plan.stages[0].timeout_s < large.plan.stages[0].timeout_s
    assert small.plan.stages[0].memory_mb < large.plan.stages[0].memory_mb


def test_a_step_that_bounds_its_result_makes_the_rest_cheaper(
    compiled: Callable[[str], Compiled],
) -> None:
    """A mark on a thumbnail is not planned as one on the original."""
    steps = "{ a: { uses: resize, with: { width: 100, height: 100 } }, b: { uses: greyscale } }"
    bounded = compiled(f"pipeline: a\nsteps: {steps}").plan.stages[0]
    unbounded = compiled("pipeline: a\nsteps: { b: { uses: greyscale } }").plan.stages[0]

    assert bounded.timeout_s < unbounded.timeout_s


def test_the_worst_case_uses_up_every_attempt_and_wait() -> None:
    """Three tries of 30 s, 10 s to start each, and waits of 2 and 4 s between them."""
    stage = Stage(id="a", steps=("b",), memory_mb=1, timeout_s=30, retry=Retry())

    assert waits(stage.retry) == (2, 4)
    assert worst_case(stage) == 3 * (30 + 10) + 2 + 4


@pytest.mark.parametrize("key", ["timeout: 9s", "memory: 2GB", "retry: { attempts: 1 }"])
def test_the_digest_does_not_cover_limits(key: str, compiled: Callable[[str], Compiled]) -> None:
    """More memory gives the same pixels: it starts no new history."""
    text = "pipeline: a\nsteps:\n  b:\n    uses: greyscale\n"

    assert compiled(text).plan.digest == compiled(f"{text}    {key}\n").plan.digest


@pytest.mark.parametrize(
    "other",
    [
        "pipeline: a\nsteps: { b: { uses: resize, with: { width: 6 } } }",
        "pipeline: a\nsteps: { c: { uses: resize, with: { width: 5 } } }",
        "pipeline: b\nsteps: { b: { uses: resize, with: { width: 5 } } }",
        "pipeline: a\naccept: { max_bytes: 1MB }\nsteps: { b: { uses: resize, with: { width: 5 }}}",
        "pipeline: a\nsteps: { b: { uses: resize, with: { width: 5 }, when: picture.alpha } }",
    ],
)
def test_the_digest_covers_pixels_events_and_endings(
    other: str, compiled: Callable[[str], Compiled]
) -> None:
    """Options, names, conditions and limits on originals."""
    first = compiled("pipeline: a\nsteps: { b: { uses: resize, with: { width: 5 } } }")

    assert compiled(other).plan.digest != first.plan.digest


def test_defaults_written_out_change_nothing(compiled: Callable[[str], Compiled]) -> None:
    """A plan says what happens, not how it was written."""
    short = compiled("pipeline: a\nsteps: { b: { uses: resize, with: { width: 5 } } }")
    long = compiled(
        "pipeline: a\nengine: auto\naccept: { max_bytes: 25MB }\n"
        "steps:\n  b:\n    with: { fit: contain, width: 5 }\n    uses: resize\n"
    )

    assert short.plan == long.plan


def test_a_plan_may_be_as_deep_as_a_plan_can_be_written(
    compiled: Callable[[str], Compiled],
) -> None:
    """200 steps with conditions of 30 levels: pydantic writes trees of 254 models at most."""
    condition = "not " * 29 + "picture.alpha"
    steps = "".join(
        f"  s{index}: {{ uses: greyscale, when: {condition} }}\n" for index in range(200)
    )

    plan = compiled(f"pipeline: deep\naccept: {{ max_pixels: 1MP }}\nsteps:\n{steps}").plan

    assert type(plan).model_validate(plan.model_dump(mode="json")) == plan


def test_a_stage_knows_what_its_steps_require_and_which_do(plugins: Plugins) -> None:
    """And no other stage does: functions hold what their steps need."""
    packed = replace(plugins["greyscale"], name="packed", requires=("numpy==2.4.0", "a==1"))
    text = (
        "pipeline: a\nsteps:\n"
        "  b: { uses: packed }\n  c: { uses: packed }\n  d: { uses: greyscale, alone: true }"
    )

    plan = compile_source(text, "pipeline.yaml", {**plugins, "packed": packed}).plan

    assert [(stage.id, stage.requires, stage.required_by) for stage in plan.stages] == [
        ("a", ("numpy==2.4.0", "a==1"), ("packed",)),
        ("d", (), ()),
    ]
