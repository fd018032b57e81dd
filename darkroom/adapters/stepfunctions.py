"""The engine, over an Express state machine of Step Functions, run synchronously."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from darkroom.errors import Unfinished
from darkroom.ids import ImageRef
from darkroom.outcome import Outcome

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
        payload = {"tenant": ref.tenant, "image_id": ref.image_id, "run_id": run_id}
        try:
            execution = self.client.start_sync_execution(
                stateMachineArn=self.state_machine_arn, name=name, input=json.dumps(payload)
            )
        except ClientError as error:
            raise _unfinished("execution_refused", error.response["Error"]["Code"]) from error
        except BotoCoreError as error:
            # No answer, or none in time: whether the execution runs, nobody can know from here.
            raise _unfinished("execution_lost", type(error).__name__) from error
        if execution["status"] != "SUCCEEDED":
            raise _unfinished("execution_broke_off", execution.get("error", execution["status"]))
        return Outcome.model_validate_json(execution["output"])


def _unfinished(code: str, error: str) -> Unfinished:
    return Unfinished(code, throttled=error in _THROTTLES, error=error)
