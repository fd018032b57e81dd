"""Step Functions tells that a Standard execution has ended: give its run the ending."""

from functools import cache
from typing import Any, Literal

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.sqs import SqsQueue
from darkroom.adapters.stepfunctions import broke_off
from darkroom.endings import Endings
from darkroom.errors import Unfinished
from darkroom.handlers import clients
from darkroom.handlers.observe import count_image, logger, metrics, observed
from darkroom.handlers.settings import plan, setting
from darkroom.ids import ImageRef
from darkroom.outcome import Outcome


class Asked(BaseModel):
    """What an execution was started with."""

    tenant: str
    image_id: str
    run_id: str


class Execution(BaseModel):
    """What we read of `detail` in a "Step Functions Execution Status Change".

    Input and output are texts of JSON, left out where they have more than 248 KB: ours have not.
    Source: Step Functions guide, "Automating Step Functions event delivery with EventBridge".
    """

    status: Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
    started_with: str = Field(alias="input")
    output: str | None = None
    error: str | None = None

    def told(self) -> Outcome | Unfinished:
        """Return the outcome, or how the execution broke off."""
        if self.status == "SUCCEEDED" and self.output is not None:
            return Outcome.model_validate_json(self.output)
        return broke_off(self.error or self.status)


@cache
def endings() -> Endings:
    """Return what ends runs, wired from this function's settings."""
    return Endings(
        plan=plan(),
        history=DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE")),
        queue=SqsQueue(clients.sqs(), setting("QUEUE_URL")),
        clock=clients.now,
    )


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """End the run that the execution was for.

    What is raised makes Lambda call again, twice, and then put the call into the failure queue.
    """
    metrics.add_metric("ExecutionEnded", MetricUnit.Count, 1)
    execution = Execution.model_validate(event["detail"])
    asked = Asked.model_validate_json(execution.started_with)
    logger.append_keys(correlation_id=asked.image_id)
    ref = ImageRef(asked.tenant, asked.image_id)
    image = endings().end(ref, asked.run_id, execution.told())
    logger.info("run ended", extra={"status": execution.status, "state": image.state})
    count_image(image.state, context)
