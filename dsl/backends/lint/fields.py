"""Fields: each state has those of its type, in JSONata, and all that it needs."""

from collections.abc import Iterator

from dsl.backends.lint.parts import Flaw, Json, records, scopes

FAILED = "SCHEMA_VALIDATION_FAILED"
_ROUTED = {"Next", "End"}
_WORKING = {"Retry", "Catch", "Output", "Assign"} | _ROUTED
_TYPES = {
    "Task": {"Resource", "Arguments", "Credentials", "TimeoutSeconds", "HeartbeatSeconds"}
    | _WORKING,
    "Parallel": {"Branches", "Arguments"} | _WORKING,
    "Map": {
        "Items",
        "ItemReader",
        "ItemSelector",
        "ItemBatcher",
        "ItemProcessor",
        "MaxConcurrency",
        "ToleratedFailureCount",
        "ToleratedFailurePercentage",
        "Label",
        "ResultWriter",
    }
    | _WORKING,
    "Choice": {"Choices", "Default", "Output", "Assign"},
    "Pass": {"Output", "Assign"} | _ROUTED,
    "Wait": {"Seconds", "Timestamp", "Output", "Assign"} | _ROUTED,
    "Succeed": {"Output"},
    "Fail": {"Error", "Cause"},
}
_JSONPATH = {
    "InputPath",
    "OutputPath",
    "ResultPath",
    "ItemsPath",
    "Parameters",
    "ResultSelector",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "SecondsPath",
    "TimestampPath",
    "ErrorPath",
    "CausePath",
    "MaxConcurrencyPath",
    "Variable",
}
_REQUIRED = {
    "Task": ("Resource",),
    "Parallel": ("Branches",),
    "Map": ("ItemProcessor",),
    "Choice": ("Choices",),
}
_RETRIER = {"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds"}
_PARTS = {
    "Retry": (_RETRIER | {"JitterStrategy"}, ("ErrorEquals",)),
    "Catch": ({"ErrorEquals", "Next", "Output", "Assign"}, ("ErrorEquals", "Next")),
    "Choices": ({"Condition", "Next", "Output", "Assign"}, ("Condition", "Next")),
}
_MACHINE = {"QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"}


def fields(machine: Json) -> Iterator[Flaw]:
    """Every field is one of its part's, and no required one is missing."""
    if machine.get("QueryLanguage") != "JSONata":
        yield Flaw(FAILED, "'QueryLanguage' is not 'JSONata'", "/QueryLanguage")
    for scope in scopes(machine):
        known = {"StartAt", "States"} if scope.at else _MACHINE
        known |= {"ProcessorConfig"} if scope.at.endswith("/ItemProcessor") else set()
        yield from _checked(scope.part, known, ("StartAt", "States"), scope.at or "/")
        for name, state in scope.states.items():
            yield from _state(state, f"{scope.at}/States/{name}")


def _state(state: Json, at: str) -> Iterator[Flaw]:
    kind = str(state.get("Type", ""))
    if kind not in _TYPES:
        wrong = f"Type '{kind}' is not supported" if kind else "Field 'Type' is required"
        yield Flaw(FAILED, wrong, at)
        return
    yield from _checked(state, _TYPES[kind] | {"Type"}, _REQUIRED.get(kind, ()), at)
    for part, (known, required) in _PARTS.items():
        for index, each in enumerate(records(state.get(part))):
            yield from _checked(each, known, required, f"{at}/{part}[{index}]")
        if part in state and part in _TYPES[kind] and not isinstance(state[part], list):
            yield Flaw(FAILED, f"Field '{part}' is a list", at)
    if kind == "Choice" and state.get("Choices") == []:
        yield Flaw(FAILED, "Field 'Choices' is empty", at)
    ends = [field for field in ("Next", "End") if state.get(field)]
    if _TYPES[kind] >= _ROUTED and len(ends) != 1:
        yield Flaw(FAILED, "exactly one of the fields 'Next' and 'End' is required", at)


def _checked(part: Json, known: set[str], required: tuple[str, ...], at: str) -> Iterator[Flaw]:
    for field in part:
        if field == "QueryLanguage" and part[field] == "JSONPath":
            message = (
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
            )
            yield Flaw(FAILED, message, at)
        elif field in _JSONPATH:
            message = (
                f"The QueryLanguage is set to 'JSONata', but field '{field}' is only supported "
                "for the 'JSONPath' QueryLanguage"
            )
            yield Flaw(FAILED, message, at)
        elif field not in known | {"Comment"}:
            yield Flaw(FAILED, f"Field '{field}' is not supported", at)
    for field in required:
        if field not in part:
            yield Flaw(FAILED, f"Field '{field}' is required", at)
