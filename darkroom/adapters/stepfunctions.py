"""The engine, over state machines of Step Functions: Express is awaited, Standard is not."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from darkroom.errors import Unfinished
from darkroom.ids import ImageRef
from darkroom.outcome import Outcome
from darkroom.runs import UnderWay

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_THROTTLES = frozenset(
    {
        "ThrottlingException",
        "TooManyRequestsException",
        "StateMachineLimitExceeded",
        "ExecutionLimitExceeded",
        "Lambda.TooManyRequestsException",
    }
)


@dataclass(frozen=True)
class ExpressEngine:
    """Runs a compiled pipeline and waits for its end, so that the queue holds what must wait."""

    client: "SFNClient"
    state_machine_arn: str

    def run(self, name: str, ref: ImageRef, run_id: str) -> Outcome:
        """Run the machine on the image and return its outcome.

        Raises Unfinished where the execution could not be started ("execution_refused"), failed or
        timed out ("execution_broke_off"), or where no answer came ("execution_lost"), with the
        engine's or the connection's `error` among its facts.
        """
        try:
            execution = self.client.start_sync_execution(
                stateMachineArn=self.state_machine_arn, name=name, input=_input(ref, run_id)
            )
        except ClientError as error:
            raise _unfinished("execution_refused", error.response["Error"]["Code"]) from error
        except BotoCoreError as error:
            # No answer, or none in time: whether the execution runs, nobody can know from here.
            raise _unfinished("execution_lost", type(error).__name__) from error
        if execution["status"] != "SUCCEEDED":
            raise broke_off(execution.get("error", execution["status"]))
        return Outcome.model_validate_json(execution["output"])


@dataclass(frozen=True)
class StandardEngine:
    """Starts a compiled pipeline, which may take longer than anybody could wait."""

    client: "SFNClient"
    state_machine_arn: str

    def run(self, name: str, ref: ImageRef, run_id: str) -> UnderWay:
        """Start the machine on the image; an execution by this `name` that there is will do.

        Raises Unfinished where the execution could not be started ("execution_refused"), or
        where no answer came ("execution_lost"), with the `error` among its facts.
        """
        try:
            self.client.start_execution(
                stateMachineArn=self.state_machine_arn, name=name, input=_input(ref, run_id)
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code != "ExecutionAlreadyExists":
                raise _unfinished("execution_refused", code) from error
        except BotoCoreError as error:
            raise _unfinished("execution_lost", type(error).__name__) from error
        return UnderWay()


def broke_off(error: str) -> Unfinished:
    """Return what an execution amounts to that ended with `error`, or in a status of that name."""
    return _unfinished("execution_broke_off", error)


def _input(ref: ImageRef, run_id: str) -> str:
    return json.dumps({"tenant": ref.tenant, "image_id": ref.image_id, "run_id": run_id})


def _unfinished(code: str, error: str) -> Unfinished:
    return Unfinished(code, throttled=error in _THROTTLES, error=error)
