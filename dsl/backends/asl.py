"""Amazon States Language: the plan as a state machine, in JSONata throughout.

A stage answers with its outcome as a value, which a Choice routes; exceptions are for
infrastructure only. The machine appends no events: who started it does, from its output.

    stage 1 -> after stage 1 -> stage 2 -> ... -> Image complete
      |             |-> Image rejected, Image failed, Upload superseded
      |-> (caught) Stage broke off
"""

from typing import Any

from darkroom.plan.models import Plan, Retry, Stage
from dsl.passes.engine import START_S

State = dict[str, Any]

# What the infrastructure raises, from least work lost to most. `Sandbox.Timedout` is a function's
# timeout, which older pages call `Lambda.Unknown`; `Runtime.HandlerError` is how the embedded
# cloud reports any exception. Source: Step Functions guide,
# "Handling errors in Step Functions workflows".
INFRASTRUCTURE = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Runtime.HandlerError",
    "States.Timeout",
)
_LONGEST_NAME = 80  # characters of a state's name. Source: Step Functions quotas

DONE = "Image complete"
REJECTED = "Image rejected"
FAILED = "Image failed"
SUPERSEDED = "Upload superseded"
BROKE_OFF = "Stage broke off"
UNKNOWN = "Outcome unknown"


def state_machine(plan: Plan) -> State:
    """Return the definition of `plan`'s machine; its output is the last stage's outcome."""
    states: dict[str, State] = {}
    names = [state_name(stage) for stage in plan.stages]
    for index, stage in enumerate(plan.stages):
        behind = names[index + 1] if index + 1 < len(names) else DONE
        choice = _choice_name(names[index])
        states[names[index]] = _task(stage, choice)
        states[choice] = _choice(behind)
    return {
        "Comment": f"{plan.pipeline}: generated from its pipeline file, do not edit",
        "QueryLanguage": "JSONata",
        "StartAt": names[0],
        "TimeoutSeconds": plan.worst_case_s,
        "States": states | _endings(),
    }


def state_name(stage: Stage) -> str:
    """Return the stage's steps as the console shows them: `check + sizes + brand`."""
    name = " + ".join(stage.steps)
    room = _LONGEST_NAME - len(_choice_name(""))
    if len(name) <= room:
        return name
    return f"{stage.steps[0][: room // 2]} and {len(stage.steps) - 1} more steps"


def substitution(stage: Stage) -> str:
    """Return the name by which the definition asks for the stage's published version."""
    return f"StageFunction_{stage.id}"


def _choice_name(stage: str) -> str:
    return f"after {stage}"


def _task(stage: Stage, behind: str) -> State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {
            "FunctionName": f"${{{substitution(stage)}}}",
            "Payload": "{% $states.input %}",
        },
        "Output": "{% $states.result.Payload %}",
        "TimeoutSeconds": stage.timeout_s + START_S,
        "Retry": _retriers(stage.retry),
        "Catch": [
            {"ErrorEquals": list(INFRASTRUCTURE), "Next": BROKE_OFF},
            {"ErrorEquals": ["States.ALL"], "Next": BROKE_OFF},
        ],
        "Next": behind,
    }


def _retriers(retry: Retry) -> list[State]:
    """Return the retriers, none for a single attempt.

    `States.ALL` has to stand alone: on AWS it is what an exception of the function comes under,
    by the name of its class. Each retrier counts for itself; a run whose errors change from one
    kind to the other is held to the worst case by the machine's own timeout.
    """
    if retry.attempts == 1:
        return []
    policy = {
        "IntervalSeconds": int(retry.wait_s),
        "MaxAttempts": retry.attempts - 1,
        "BackoffRate": 2.0,
        "JitterStrategy": "FULL",
    }
    return [
        {"ErrorEquals": list(INFRASTRUCTURE), **policy},
        {"ErrorEquals": ["States.ALL"], **policy},
    ]


def _choice(behind: str) -> State:
    routes = {"done": behind, "rejected": REJECTED, "failed": FAILED, "superseded": SUPERSEDED}
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": f"{{% $states.input.outcome = '{outcome}' %}}", "Next": target}
            for outcome, target in routes.items()
        ],
        "Default": UNKNOWN,
    }


def _endings() -> dict[str, State]:
    """Return the states in which a machine ends. An outcome is a success of the machine's."""
    reached: dict[str, State] = {
        name: {"Type": "Succeed"} for name in (DONE, REJECTED, FAILED, SUPERSEDED)
    }
    return reached | {
        BROKE_OFF: {
            "Type": "Fail",
            "Error": "{% $states.input.Error %}",
            "Cause": "{% $states.input.Cause %}",
        },
        UNKNOWN: {
            "Type": "Fail",
            "Error": "Darkroom.UnknownOutcome",
            "Cause": "The stage answered with an outcome that the machine does not know.",
        },
    }
