"""The calls that steps ask for, made by boto3: a step's action is the name of an operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from darkroom.errors import Unfinished
from darkroom.runner.calls import Call, CallRefused, Reply

_SERVER_ERROR = 500
_THROTTLES = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


@dataclass(frozen=True)
class AwsCalls:
    """Makes calls; `client` gives boto3's client of a service, whose own retries come first."""

    client: Callable[[str], Any]

    def __call__(self, call: Call) -> Reply:
        """Make the call and return AWS's reply.

        Raises CallRefused where AWS says that the request is wrong, and Unfinished
        ("call_broke_off") where it is busy, broken, or does not answer.
        """
        service, _, operation = call.action.partition(":")
        try:
            make = getattr(self.client(service), xform_name(operation))
            reply: Reply = make(**call.parameters)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            throttled = code in _THROTTLES
            if throttled or status >= _SERVER_ERROR:
                raise _broke_off(call, code, throttled=throttled) from error
            raise CallRefused(call.action, code) from error
        except BotoCoreError as error:
            raise _broke_off(call, type(error).__name__, throttled=False) from error
        return reply


def _broke_off(call: Call, error: str, *, throttled: bool) -> Unfinished:
    return Unfinished("call_broke_off", throttled=throttled, action=call.action, error=error)
