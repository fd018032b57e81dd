"""Apply one plugin to one picture: fill and read its options, run it, and name what went wrong."""

import json
import logging
from collections.abc import Generator, Mapping
from typing import Any

from pydantic import ValidationError

from darkroom.errors import Unfinished
from darkroom.plan import Environment, Node, fill
from darkroom.runner.calls import Ask, CallRefused, answered, no_calls
from steps.contract import Facts, Options, Picture, Rejected, Step, StepFailed

logger = logging.getLogger(__name__)

Answer = Picture | Facts | Rejected
AnyStep = Step[Any, Any, Any]


def read_options(step: AnyStep, node: Node, environment: Environment) -> Options:
    """Return the options of `node` for its plugin, with its `${…}` filled from `environment`.

    Raises StepFailed("bad_option") where a filled value is not what the option admits; the
    value itself is not told, since it may be personal.
    """
    filled = {name: fill(template, environment) for name, template in node.templates.items()}
    try:
        options: Options = step.read_options({**node.options, **filled})
    except ValidationError as error:
        names = {str(part) for detail in error.errors() for part in detail["loc"][:1]}
        raise StepFailed("bad_option", options=", ".join(sorted(names))) from error
    return options


def apply(
    step: AnyStep, node: Node, picture: Picture, options: Options, ask: Ask = no_calls
) -> Answer:
    """Run `step`, the plugin of `node`, on `picture`, and make the calls that it asks for.

    Raises StepFailed with the plugin's own code, with "animated" for frames that it does not take,
    with "crashed" for any other exception and for
    what the plugin did not declare, or with "call_refused"; and Unfinished, as `ask` does.
    """
    if step.frames == "one" and picture.frames > 1:
        raise StepFailed("animated", frames=picture.frames)
    try:
        answer = step.apply(picture, options)
        if isinstance(answer, Generator):
            answer = answered(answer, step.calls, ask)
    except StepFailed as failure:
        if failure.code in step.fails:
            _check_facts(failure.facts, failure)
            raise
        undeclared = failure.facts.get("undeclared", failure.code)
        raise StepFailed("crashed", undeclared=undeclared) from failure
    except CallRefused as refused:
        raise StepFailed("call_refused", action=refused.action, error=refused.error) from refused
    except Unfinished:
        raise
    except Exception as error:
        logger.warning("step %s (%s) crashed", node.step, node.uses, exc_info=True)
        raise StepFailed("crashed", exception=type(error).__name__) from error
    return _declared(step, answer)


def _declared(step: AnyStep, answer: Answer) -> Answer:
    """Return the answer, if it is one that the step declared."""
    if isinstance(answer, Rejected):
        if answer.code not in step.rejects:
            raise StepFailed("crashed", undeclared=answer.code)
        _check_facts(answer.facts, None)
    return answer


def _check_facts(facts: Mapping[str, Any], cause: Exception | None) -> None:
    """Raise StepFailed("crashed") for facts that no event could hold, such as NaN."""
    try:
        json.dumps(dict(facts), allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise StepFailed("crashed", undeclared="facts") from (cause or error)
