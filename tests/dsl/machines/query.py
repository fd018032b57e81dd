"""JSONata in a machine: whole values, evaluated by jsonata-python with `$states` bound."""

import json
from collections.abc import Mapping
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from tests.dsl.machines.failures import QUERY, TOO_LARGE, StateFailed

LARGEST = 256 * 1024  # bytes of a state's input or output. Source: Step Functions quotas


def resolve(value: Any, states: Mapping[str, Any]) -> Any:
    """Return `value` with each `{% … %}` in it replaced by what it yields.

    Raises StateFailed for an expression that yields nothing, nothing of JSON, or cannot be
    evaluated: on AWS each has to yield a defined value.
    """
    match value:
        case str() if value.startswith("{%") and value.endswith("%}"):
            return _evaluated(value[2:-2].strip(), states)
        case dict():
            return {name: resolve(each, states) for name, each in value.items()}
        case list():
            return [resolve(each, states) for each in value]
        case _:
            return value


def weight(value: Any) -> int:
    """Return the bytes that `value` has as JSON."""
    return len(json.dumps(value, ensure_ascii=False).encode())


def sized(value: Any) -> Any:
    """Return a copy of `value` as it would travel. Raises StateFailed if it is too large."""
    if weight(value) > LARGEST:
        raise StateFailed(TOO_LARGE, f"{weight(value)} bytes, at most {LARGEST} travel")
    return json.loads(json.dumps(value))


def _evaluated(expression: str, states: Mapping[str, Any]) -> Any:
    try:
        program = Jsonata(expression)
        # Without this, null could not be told from nothing.
        program.set_output_convert_nulls(False)
        frame = program.create_frame()
        frame.bind("states", states)
        found = program.evaluate(None, frame)
    except JException as error:
        raise StateFailed(QUERY, f"{expression}: {error}") from error
    if found is None:
        raise StateFailed(QUERY, f"{expression}: it yields nothing")
    return _plain(found, expression)


def _plain(value: Any, expression: str) -> Any:
    match value:
        case None | Utils.NULL_VALUE:
            return None
        case bool() | int() | float() | str():
            return value
        case dict():
            return {name: _plain(each, expression) for name, each in value.items()}
        case list():
            return [_plain(each, expression) for each in value]
        case _:
            raise StateFailed(QUERY, f"{expression}: it yields a {type(value).__name__}")
