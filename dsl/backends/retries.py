"""What a state does about the infrastructure: whom it tries again, and what it catches."""

from typing import Any

from darkroom.plan.models import Retry

State = dict[str, Any]

THROTTLED = "Lambda.TooManyRequestsException"
# What the infrastructure raises, from least work lost to most. `Sandbox.Timedout` is a function's
# timeout, which older pages call `Lambda.Unknown`; `Runtime.HandlerError` is how the embedded
# cloud reports any exception. Source: Step Functions guide,
# "Handling errors in Step Functions workflows".
INFRASTRUCTURE = (
    THROTTLED,
    "Lambda.ServiceException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Runtime.HandlerError",
    "States.Timeout",
)


def retriers(retry: Retry) -> list[State]:
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


def catchers(throttled: State, killed: State) -> list[State]:
    """Return the catchers: `throttled` for an account that was only busy, else `killed`.

    Each is the `Output` and `Next` of a catcher. A throttle never ends a picture's way: whoever
    started the machine tries it again.
    """
    others = [error for error in INFRASTRUCTURE if error != THROTTLED]
    return [
        {"ErrorEquals": [THROTTLED], **throttled},
        {"ErrorEquals": others, **killed},
        {"ErrorEquals": ["States.ALL"], **killed},
    ]
