"""Apply one plugin to one picture: fill and read its options, run it, and name what went wrong."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from darkroom.plan import Environment, Node, fill
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


def apply(step: AnyStep, node: Node, picture: Picture, options: Options) -> Answer:
    """Run `step`, the plugin of `node`, on `picture`.

    Raises StepFailed with the plugin's own code, or "crashed" for any other exception, and for
    a code that the plugin did not declare.
    """
    try:
        answer = step.apply(picture, options)
    except StepFailed as failure:
        if failure.code in step.fails:
            _check_facts(failure.facts, failure)
            raise
        raise StepFailed("crashed", undeclared=failure.code) from failure
    except Exception as error:
        logger.warning("step %s (%s) crashed", node.step, node.uses, exc_info=True)
        raise StepFailed("crashed", exception=type(error).__name__) from error
    if not isinstance(answer, Answer):
        # The compiler admits no plugin that calls AWS yet; this one's file came after it.
        raise StepFailed("crashed", undeclared="calls")
    if isinstance(answer, Rejected) and answer.code not in step.rejects:
        raise StepFailed("crashed", undeclared=answer.code)
    if isinstance(answer, Rejected):
        _check_facts(answer.facts, None)
    return answer


def _check_facts(facts: Mapping[str, Any], cause: Exception | None) -> None:
    """Raise StepFailed("crashed") for facts that no event could hold, such as NaN."""
    try:
        json.dumps(dict(facts), allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise StepFailed("crashed", undeclared="facts") from (cause or error)
