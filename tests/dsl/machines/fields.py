"""The subset of Amazon States Language that is executed, field by field."""

from collections.abc import Mapping
from typing import Any

_ROUTED = {"Next", "End"}
_CAUGHT = {"Output", "Retry", "Catch"} | _ROUTED
_STATES = {
    "Task": {"Resource", "Arguments", "TimeoutSeconds"} | _CAUGHT,
    "Parallel": {"Branches", "Arguments"} | _CAUGHT,
    "Map": {"Items", "ItemSelector", "ItemProcessor", "MaxConcurrency"} | _CAUGHT,
    "Choice": {"Choices", "Default", "Output"},
    "Pass": {"Output"} | _ROUTED,
    "Succeed": {"Output"},
    "Fail": {"Error", "Cause"},
}
_POLICY = {"IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy"}
_PARTS = {
    "machine": {"QueryLanguage", "StartAt", "States", "TimeoutSeconds"},
    "branch": {"StartAt", "States"},
    "ItemProcessor": {"ProcessorConfig", "StartAt", "States"},
    "Arguments": {"FunctionName", "Payload"},
    "Retry": {"ErrorEquals"} | _POLICY,
    "Catch": {"ErrorEquals", "Next", "Output"},
    "Choices": {"Condition", "Next", "Output"},
}
_INVOKE = "arn:aws:states:::lambda:invoke"


class OutsideSubset(Exception):
    """The machine uses something that this interpreter does not execute."""


def check(definition: Mapping[str, Any]) -> None:
    """Raise OutsideSubset if there is anything in `definition` that would not be executed."""
    _known("machine", definition, _PARTS["machine"])
    if definition.get("QueryLanguage") != "JSONata":
        raise OutsideSubset("the machine is not in JSONata")
    _check_states(definition["States"])


def _check_states(states: Mapping[str, Mapping[str, Any]]) -> None:
    for name, state in states.items():
        if state["Type"] not in _STATES:
            raise OutsideSubset(f"{name}: no state of type {state['Type']} is executed")
        _known(name, state, _STATES[state["Type"]] | {"Type"})
        for part in ("Retry", "Catch", "Choices"):
            for each in state.get(part, ()):
                _known(f"{name}.{part}", each, _PARTS[part])
        _check_inside(name, state)


def _check_inside(name: str, state: Mapping[str, Any]) -> None:
    if state["Type"] == "Task":
        _known(f"{name}.Arguments", state["Arguments"], _PARTS["Arguments"])
        if state["Resource"] != _INVOKE:
            raise OutsideSubset(f"{name}: {state['Resource']} is not executed")
    for index, branch in enumerate(state.get("Branches", ())):
        _known(f"{name}.Branches[{index}]", branch, _PARTS["branch"])
        _check_states(branch["States"])
    if state["Type"] == "Map":
        processor = state["ItemProcessor"]
        _known(f"{name}.ItemProcessor", processor, _PARTS["ItemProcessor"])
        if processor.get("ProcessorConfig", {"Mode": "INLINE"}) != {"Mode": "INLINE"}:
            raise OutsideSubset(f"{name}: only inline maps are executed")
        _check_states(processor["States"])


def _known(place: str, part: Mapping[str, Any], fields: set[str]) -> None:
    if strange := sorted(set(part) - fields - {"Comment"}):
        raise OutsideSubset(f"{place}: {', '.join(strange)} is not executed")
