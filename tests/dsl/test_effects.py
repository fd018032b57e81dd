"""Effects: what each stage reads, writes and calls, read off the tree of tasks."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from darkroom.plan import Retry, Stage, Task
from dsl import calls, passes, reading, source
from dsl.diagnostics import Report
from dsl.draft import Draft, Plugins, Sized
from dsl.passes import effects
from dsl.passes.effects import Effects, effects_of
from dsl.text import SourceText
from steps.contract import Asks, Call, Options, Picture, step
from steps.plugins import BrokenPlugin

PHOTOS = """
pipeline: photos
steps:
  sizes: { uses: resize, variants: { small: { width: 100 }, large: { width: 800 } } }
  mark: { uses: watermark, only: [large], with: { text: hello } }
"""
LARGE = Task(stage="mark", at="sizes.large", covers=("sizes.large > mark",))
CUT = Task(stage="sizes", at="", covers=("sizes.small", "sizes.large"), next=(LARGE,))
LEFT = CUT.model_copy(
    update={
        "covers": (*CUT.covers, *LARGE.covers),
        "next": (Task(stage="lost", at="sizes.small", covers=()),),
    }
)


class LoudOptions(Options):
    """Nothing to choose."""


@step(version=1, calls=("s3:DeleteObject",))
def loud(picture: Picture, options: LoudOptions) -> Asks[Picture]:
    """Stub of a step that calls what nobody has reviewed."""
    yield Call("s3:DeleteObject", {})
    return picture


@pytest.fixture
def whole(plugins: Plugins) -> Draft:
    """PHOTOS behind the last pass, in one stage."""
    report = Report(SourceText("pipeline.yaml", PHOTOS))
    tree = source.read(report)
    assert tree is not None
    return passes.run(Draft(reading.read_file(tree, report), plugins), report)


@pytest.fixture
def cut(whole: Draft) -> Draft:
    """The same in two stages, the second of which calls AWS."""
    stages = (_stage("sizes"), _stage("mark", "rekognition:DetectFaces"))
    return replace(whole, sized=_sized(*stages), start=CUT)


def _stage(name: str, *called: str) -> Stage:
    return Stage(
        id=name, steps=(name,), memory_mb=1024, timeout_s=9, retry=Retry(), calls=tuple(called)
    )


def _sized(*stages: Stage) -> tuple[Sized, ...]:
    return tuple(Sized(stage, parts=()) for stage in stages)


def _effects(draft: Draft) -> tuple[Effects, ...]:
    assert draft.start is not None
    return effects_of(draft.nodes, draft.stages, draft.start)


def test_one_stage_reads_the_original_and_writes_every_output(whole: Draft) -> None:
    """Nothing is handed on, so nothing is left and nothing taken."""
    assert _effects(whole) == (
        Effects("photos", True, False, False, publishes=("small", "large"), calls=()),
    )


def test_who_hands_on_leaves_and_who_follows_takes(cut: Draft) -> None:
    """Only the first task opens; an output is written where its node is, a call by its step."""
    assert _effects(cut) == (
        Effects("sizes", True, False, True, publishes=("small",), calls=()),
        Effects(
            "mark", False, True, False, publishes=("large",), calls=("rekognition:DetectFaces",)
        ),
    )


def test_a_stage_of_several_tasks_has_the_effects_of_all(whole: Draft) -> None:
    """One function serves each picture of a fan-out, and its role all of them."""
    small = Task(stage="mark", at="sizes.small", covers=())
    both = CUT.model_copy(update={"covers": ("sizes.small",), "next": (small, LARGE)})
    draft = replace(whole, sized=_sized(_stage("sizes"), _stage("mark")), start=both)

    assert _effects(draft)[1] == Effects("mark", False, True, False, ("large",), ())


def test_what_takes_the_opened_original_from_another_stage_does_not_open_it(whole: Draft) -> None:
    """Both tasks are at the beginning of the way; the first alone reads the upload."""
    rest = CUT.model_copy(update={"stage": "rest", "next": ()})
    first = Task(stage="open", at="", covers=(), next=(rest,))
    opener, follower = _effects(
        replace(whole, sized=_sized(_stage("open"), _stage("rest")), start=first)
    )

    assert (opener.opens, opener.leaves, opener.publishes) == (True, True, ())
    assert (follower.opens, follower.takes) == (False, True)


def test_the_lock_tells_the_effects_in_words(cut: Draft) -> None:
    """So that a reviewer sees in the diff what a role will be allowed."""
    (reason,) = (
        each.reason
        for each in effects.run(cut, Report(SourceText("pipeline.yaml", PHOTOS))).decisions[-1:]
    )

    assert reason == (
        "sizes reads the original, leaves intermediates, writes small; "
        "mark takes intermediates, writes large, calls rekognition:DetectFaces"
    )


@pytest.mark.parametrize(
    ("complaint", "spoil"),
    [
        ("an output is published", lambda draft: replace(draft, outputs=("small",))),
        (
            "an output is published",
            lambda draft: replace(draft, start=CUT.model_copy(update={"next": ()})),
        ),
        (
            "not exactly one",
            lambda draft: replace(draft, start=Task(stage="lost", at="", covers=(), next=(CUT,))),
        ),
        ("left, or taken, alone", lambda draft: replace(draft, start=LEFT)),
        ("nothing starts", lambda draft: replace(draft, start=None)),
    ],
)
def test_the_invariant_notices_what_it_is_for(
    complaint: str, spoil: Callable[[Draft], Draft], cut: Draft
) -> None:
    """A check that never fails would prove nothing."""
    assert effects.broken(cut) is None
    assert complaint in (effects.broken(spoil(cut)) or "")


def test_a_call_that_nobody_has_reviewed_is_the_plugins_fault(
    whole: Draft, plugins: Plugins
) -> None:
    """No role can be allowed it: the message says where it is reviewed."""
    first = replace(whole.steps[0], plugin=loud)
    report = Report(SourceText("pipeline.yaml", PHOTOS))

    with pytest.raises(BrokenPlugin, match=r"s3:DeleteObject.*review it in dsl/calls\.py"):
        effects.run(replace(whole, steps=(first, *whole.steps[1:])), report)


def test_every_reviewed_call_has_a_page_of_its_own_service() -> None:
    """`rekognition:…` is looked up under `list_amazonrekognition`."""
    for action, page in calls.REVIEWED.items():
        service, _, operation = action.partition(":")
        assert page.endswith(f"/list_amazon{service}.html")
        assert operation[:1].isupper()
        assert "*" not in action
