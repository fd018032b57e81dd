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
    """Return the one retrier, none for a single attempt.

    `States.ALL` is every error of the infrastructure, and any exception of the function, which has
    the name of its class. A second retrier would count its tries apart from the first's.
    """
    if retry.attempts == 1:
        return []
    policy = {
        "IntervalSeconds": int(retry.wait_s),
        "MaxAttempts": retry.attempts - 1,
        "BackoffRate": 2.0,
        "JitterStrategy": "FULL",
    }
    return [{"ErrorEquals": ["States.ALL"], **policy}]


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
