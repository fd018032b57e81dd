"""The engine, over an Express state machine of Step Functions, run synchronously."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

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

        Raises Unfinished, with the engine's error as its code, where the execution could not
        be started, failed or timed out.
        """
        payload = {"tenant": ref.tenant, "image_id": ref.image_id, "run_id": run_id}
        try:
            execution = self.client.start_sync_execution(
                stateMachineArn=self.state_machine_arn, name=name, input=json.dumps(payload)
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise Unfinished(code, throttled=code in _THROTTLES) from error
        if execution["status"] != "SUCCEEDED":
            code = execution.get("error", execution["status"])
            raise Unfinished(code, throttled=code in _THROTTLES)
        return Outcome.model_validate_json(execution["output"])
