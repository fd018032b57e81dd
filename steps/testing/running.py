"""Running a step for the contract suite: to its end, on drawn pictures, with its calls answered."""

import hashlib
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from steps.contract import (
    Call,
    Facts,
    Options,
    Picture,
    Rejected,
    Reply,
    StepFailed,
    WrongAnswer,
)
from steps.plugins import AnyStep
from steps.testing.strategies import options_for, pictures

__tracebackhide__ = True  # of pytest: a failure is the broken rule, not how it was tried
Replies = Callable[[Call], Reply]
"""Answers a calling step's calls, in place of AWS."""
Outcome = Picture | Facts | Rejected | StepFailed


MOST_EXAMPLES = 30


class RuleBroken(AssertionError):
    """A step does not keep the contract; the text names the step and what it did."""


def require(kept: object, words: str) -> None:
    """Raise RuleBroken with those words unless the rule was kept."""
    if not kept:
        raise RuleBroken(words)


def outcome(
    step: AnyStep, picture: Picture, options: Options, replies: Replies | None = None
) -> Outcome:
    """Run the step to its end; a StepFailed is returned like everything else that it may do.

    Raises RuleBroken for any other exception, for an answer that is none, and for a call that
    it does not declare.
    """
    try:
        answer = step.apply(picture, options)
        return _asked(step, answer, replies) if isinstance(answer, Generator) else answer
    except StepFailed as failed:
        return failed
    except RuleBroken:
        raise
    except WrongAnswer as wrong:
        raise RuleBroken(str(wrong)) from wrong
    except Exception as crash:
        raise RuleBroken(
            f"{step.name} crashed{_at(crash, step)}: {type(crash).__name__}: {crash}. Fix it; or, "
            "if the step cannot do its work on such a picture, raise StepFailed with a code that "
            "it declares in `fails`"
        ) from crash


def _at(crash: Exception, step: AnyStep) -> str:
    """Return the line of the step's own file that led to a crash; "" where none did."""
    own = f"{step.name.rpartition('.')[2]}.py"
    called = traceback.extract_tb(crash.__traceback__)
    lines = [each.lineno for each in called if Path(each.filename).name == own]
    return f" at {own}:{lines[-1]}" if lines else ""


def told(result: Outcome) -> object:
    """Return what can be compared of an outcome, also with that of another process."""
    match result:
        case Picture():
            pixels = hashlib.sha256(result.pixels()).hexdigest()
            return result.width, result.height, result.alpha, pixels
        case StepFailed():
            return result.code, dict(result.facts)
        case Rejected():
            return result.code, dict(result.facts)
    return result.model_dump_json()


def for_all(
    step: AnyStep,
    check: Callable[[Picture, Options], None],
    drawn: st.SearchStrategy[Picture] | None = None,
    *,
    examples: int | None = None,
) -> None:
    """Run the check on drawn pictures and options, as often as the hypothesis profile says.

    At most 30 times: there are a dozen rules for each step.
    """
    count = min(MOST_EXAMPLES, settings.default.max_examples if settings.default else 100)
    # No database of failures: all rules of all steps would share one entry. And no explaining of
    # one: its lines would be the suite's own.
    calm = settings(
        max_examples=examples or count,
        deadline=None,
        database=None,
        phases=[each for each in Phase if each is not Phase.explain],
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    run = calm(
        given(pictures() if drawn is None else drawn, options_for(step.options_model))(check)
    )
    try:
        run()
    except RuleBroken as broken:
        raise broken.with_traceback(None)  # noqa: B904  what led to it is in hypothesis


def _asked(step: AnyStep, asking: Generator[Call, Reply, Any], replies: Replies | None) -> Any:
    try:
        call = next(asking)
        while True:
            require(call.action in step.calls, f"{step.name} calls {call.action} undeclared")
            if replies is None:
                raise RuleBroken(f"{step.name} makes calls: give the suite its replies")
            call = asking.send(replies(call))
    except StopIteration as end:
        return end.value
