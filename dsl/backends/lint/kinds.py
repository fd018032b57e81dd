"""Kinds: what a state of each type needs beyond the values of its fields."""

from collections.abc import Callable, Iterator, Mapping

from dsl.backends.lint.fields import FAILED
from dsl.backends.lint.parts import Flaw, Json, record, scopes
from dsl.backends.lint.values import LONGEST_S

INVOKE = "arn:aws:states:::lambda:invoke"
_INTEGRATION = "arn:aws:states:::"
# Source: Step Functions guide, "Integrating services with Step Functions".
_SERVICES = """
    apigateway athena aws-sdk batch bedrock codebuild databrew dynamodb ecs eks elasticmapreduce
    emr-containers emr-serverless events glue http lambda mediaconvert sagemaker sns sqs states
"""
_OF_DISTRIBUTED = (
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
)


def kinds(machine: Json) -> Iterator[Flaw]:
    """The machine and each task may not run for ever, each map says how, each choice has a way."""
    if "TimeoutSeconds" not in machine:
        message = "Field 'TimeoutSeconds' is required: without it a Standard run may take a year"
        yield Flaw("MISSING_TIMEOUT", message, "/")
    for scope in scopes(machine):
        for name, state in scope.states.items():
            if check := _CHECKS.get(str(state.get("Type"))):
                yield from check(state, f"{scope.at}/States/{name}")


def _task(state: Json, at: str) -> Iterator[Flaw]:
    limit, heartbeat = state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if limit is None:
        message = f"Field 'TimeoutSeconds' is required: without it a task takes {LONGEST_S} s"
        yield Flaw("MISSING_TIMEOUT", message, at)
    elif isinstance(limit, int) and isinstance(heartbeat, int) and heartbeat >= limit:
        message = "'HeartbeatSeconds' is smaller than 'TimeoutSeconds'"
        yield Flaw(FAILED, message, f"{at}/HeartbeatSeconds")
    resource = str(state.get("Resource"))
    service = resource.removeprefix(_INTEGRATION).partition(":")[0]
    if resource.startswith(_INTEGRATION) and service not in _SERVICES.split():
        yield Flaw(FAILED, f"there is no integration of '{service}'", f"{at}/Resource")
    if resource.startswith(INVOKE) and not record(state.get("Arguments")).get("FunctionName"):
        yield Flaw(FAILED, "Field 'FunctionName' is required", f"{at}/Arguments")


def _choice(state: Json, at: str) -> Iterator[Flaw]:
    if "Default" not in state:
        message = "Field 'Default' is required: without it States.NoChoiceMatched ends the run"
        yield Flaw("MISSING_DEFAULT", message, at)


def _wait(state: Json, at: str) -> Iterator[Flaw]:
    if ("Seconds" in state) == ("Timestamp" in state):
        message = "exactly one of the fields 'Seconds' and 'Timestamp' is required"
        yield Flaw(FAILED, message, at)


def _map(state: Json, at: str) -> Iterator[Flaw]:
    config = record(record(state.get("ItemProcessor")).get("ProcessorConfig"))
    place = f"{at}/ItemProcessor/ProcessorConfig"
    if config.get("Mode") == "DISTRIBUTED":
        if "ExecutionType" not in config:
            yield Flaw(FAILED, "Field 'ExecutionType' is required", place)
        return
    if "ExecutionType" in config:
        yield Flaw(FAILED, "Field 'ExecutionType' is only for 'DISTRIBUTED' maps", place)
    for field in _OF_DISTRIBUTED:
        if field in state:
            message = f"Field '{field}' is only for 'DISTRIBUTED' maps"
            yield Flaw(FAILED, message, f"{at}/{field}")


_CHECKS: Mapping[str, Callable[[Json, str], Iterator[Flaw]]] = {
    "Choice": _choice,
    "Map": _map,
    "Task": _task,
    "Wait": _wait,
}
