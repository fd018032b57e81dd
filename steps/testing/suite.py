"""The contract suite: what every step plugin keeps to, as rules that any of them can be held to.

A rule takes a step and raises RuleBroken, which names the step and what it did. hypothesis finds
the picture and the options for which it does so, and shows them.
"""

from collections.abc import Callable, Generator
from typing import Any, Protocol

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steps.contract import Call, Facts, Options, Picture, Rejected, Reply, StepFailed
from steps.encoding import encode, output_format
from steps.plugins import AnyStep
from steps.testing.strategies import KINDS, options_for, pictures

Replies = Callable[[Call], Reply]
"""Answers a calling step's calls, in place of AWS."""
Outcome = Picture | Facts | Rejected | StepFailed


class RuleBroken(AssertionError):
    """A step does not keep the contract; the text names the step and what it did."""


class Rule(Protocol):
    """One rule of the contract. Only steps that make calls need `replies`."""

    __name__: str

    def __call__(self, step: AnyStep, replies: Replies | None = None, /) -> None:
        """Raise RuleBroken if the step breaks the rule."""


def outcome(
    step: AnyStep, picture: Picture, options: Options, replies: Replies | None = None
) -> Outcome:
    """Run the step to its end; a StepFailed is returned like everything else that it may do.

    Raises RuleBroken for any other exception, and for a call that it does not declare.
    """
    try:
        answer = step.apply(picture, options)
        return _asked(step, answer, replies) if isinstance(answer, Generator) else answer
    except StepFailed as failed:
        return failed
    except RuleBroken:
        raise
    except Exception as crash:
        raise RuleBroken(
            f"{step.name} crashed: {type(crash).__name__}: {crash}. "
            "Raise StepFailed with a code that `fails` declares"
        ) from crash


def leaves_its_input_alone(step: AnyStep, replies: Replies | None = None) -> None:
    """A step changes no pixel of the picture that it is given: others take that picture too."""

    def check(picture: Picture, options: Options) -> None:
        before = picture.pixels()
        outcome(step, picture, options, replies)
        _require(picture.pixels() == before, f"{step.name} changed the picture that it was given")

    _for_all(step, check)


def does_the_same_twice(step: AnyStep, replies: Replies | None = None) -> None:
    """The same picture and options give the same outcome, to the byte: retries happen."""

    def check(picture: Picture, options: Options) -> None:
        first, second = (_told(outcome(step, picture, options, replies)) for _ in range(2))
        _require(first == second, f"{step.name} answered differently the second time")

    _for_all(step, check)


def answers_as_it_declares(step: AnyStep, replies: Replies | None = None) -> None:
    """The outcome is of the step's kind, and every code is one that it declares."""

    def check(picture: Picture, options: Options) -> None:
        _assert_declared(step, outcome(step, picture, options, replies))

    _for_all(step, check)


def survives_every_kind_of_picture(step: AnyStep, replies: Replies | None = None) -> None:
    """One pixel, strips, grey, transparency, a photo's size: none makes it crash."""

    def check(picture: Picture, options: Options) -> None:
        result = outcome(step, picture, options, replies)
        if isinstance(result, Picture):
            result.pixels()

    for picture in KINDS.values():
        _for_all(step, check, st.just(picture), examples=4)


def makes_pictures_that_can_be_written(step: AnyStep, replies: Replies | None = None) -> None:
    """What a picture step makes can be encoded, and gives the same file each time."""

    def check(picture: Picture, options: Options) -> None:
        result = outcome(step, picture, options, replies)
        if isinstance(result, Picture):
            file_format = output_format("", alpha=result.alpha)
            first, second = (encode(result, file_format) for _ in range(2))
            _require(first == second, f"{step.name} made a picture that is encoded differently")

    _for_all(step, check)


def options_survive_the_plan(step: AnyStep, _: Replies | None = None) -> None:
    """Options written to the plan as JSON and read back are the same: digests rest on that."""

    def check(__: Picture, options: Options) -> None:
        again = step.read_options(options.model_dump(mode="json"))
        _require(again == options, f"{step.name}'s options are other ones after JSON")

    _for_all(step, check)


def is_documented(step: AnyStep, _: Replies | None = None) -> None:
    """The step and its options say what they do; `explain` and the docs are made of it."""
    _require(step.function.__doc__, f"{step.name} has no docstring")
    _require(step.options_model.__doc__, f"{step.options_model.__name__} has no docstring")


def has_its_assets(step: AnyStep, _: Replies | None = None) -> None:
    """Every declared asset lies beside the plugin's file."""
    for name in step.assets:
        _require(step.asset_path(name).is_file(), f"{step.name} lacks its asset {name}")


RULES: tuple[Rule, ...] = (
    is_documented,
    has_its_assets,
    options_survive_the_plan,
    answers_as_it_declares,
    leaves_its_input_alone,
    does_the_same_twice,
    makes_pictures_that_can_be_written,
    survives_every_kind_of_picture,
)


def _for_all(
    step: AnyStep,
    check: Callable[[Picture, Options], None],
    drawn: st.SearchStrategy[Picture] | None = None,
    *,
    examples: int | None = None,
) -> None:
    """Run the check on drawn pictures and options; as many as the hypothesis profile says."""
    count = settings.default.max_examples if settings.default else 100
    # No database of failures: all rules of all steps would share one entry.
    calm = settings(
        max_examples=examples or count,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    run = calm(
        given(pictures() if drawn is None else drawn, options_for(step.options_model))(check)
    )
    run()


def _require(kept: object, words: str) -> None:
    if not kept:
        raise RuleBroken(words)


def _asked(step: AnyStep, asking: Generator[Call, Reply, Any], replies: Replies | None) -> Any:
    try:
        call = next(asking)
        while True:
            _require(call.action in step.calls, f"{step.name} calls {call.action} undeclared")
            if replies is None:
                raise RuleBroken(f"{step.name} makes calls: give the suite its replies")
            call = asking.send(replies(call))
    except StopIteration as end:
        return end.value


def _assert_declared(step: AnyStep, result: Outcome) -> None:
    match result:
        case StepFailed(code=code):
            _require(code in step.fails, f"{step.name} fails with {code!r}, which `fails` lacks")
        case Rejected(code=code):
            _require(code in step.rejects, f"{step.name} rejects {code!r}, which `rejects` lacks")
        case Facts():
            _require(isinstance(result, step.facts_model or ()), f"{step.name} gave other facts")
            again = type(result).model_validate_json(result.model_dump_json())
            _require(again == result, f"{step.name}'s facts are other ones after JSON")
        case _:
            _require(step.kind == "picture", f"{step.name} gave a picture, but is a facts step")


def _told(result: Outcome) -> object:
    """Return what can be compared of an outcome."""
    match result:
        case Picture():
            return result.width, result.height, result.alpha, result.pixels()
        case StepFailed():
            return result.code, result.facts
    return result
