"""A message came from the queue: take its image to the ending of its run."""

import json
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.sqs import SqsQueue
from darkroom.adapters.stepfunctions import ExpressEngine, StandardEngine
from darkroom.errors import Unfinished
from darkroom.handlers import clients
from darkroom.handlers.observe import count_image, logger, metrics, observed
from darkroom.handlers.settings import plan, setting
from darkroom.ingest import Message
from darkroom.runs import Engine, Orchestrator

ANSWERS_WITHIN_S = 5  # StartExecution, which waits for nothing


@cache
def orchestrator() -> Orchestrator:
    """Return the orchestrator, wired from this function's settings."""
    return Orchestrator(
        plan=plan(),
        history=DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE")),
        engine=_engine(setting("STATE_MACHINE_ARN")),
        queue=SqsQueue(clients.sqs(), setting("QUEUE_URL")),
        clock=clients.now,
        patience=timedelta(seconds=int(setting("PATIENCE_S"))),
    )


def _engine(state_machine_arn: str) -> Engine:
    if plan().engine == "standard":
        return StandardEngine(clients.step_functions(ANSWERS_WITHIN_S), state_machine_arn)
    return ExpressEngine(clients.step_functions(plan().worst_case_s), state_machine_arn)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Process each message; those that must come back are named in the answer."""
    records = event["Records"]
    failures = [record["messageId"] for record in records if not _processed(record, context)]
    return {"batchItemFailures": [{"itemIdentifier": failure} for failure in failures]}


def _processed(record: dict[str, Any], context: LambdaContext) -> bool:
    """Take one message to its ending; False where it should come back, or is no message at all."""
    received = int(record["attributes"]["ApproximateReceiveCount"])
    try:
        message = Message.model_validate(json.loads(record["body"]))
        logger.append_keys(correlation_id=message.image_id)
        logger.info("message received", extra={"received": received})
        image = orchestrator().process(
            message,
            attempt=_attempt(record["messageId"], received),
            last=received >= int(setting("MAX_RECEIVES")),
        )
    except Unfinished as unfinished:
        why = {"code": unfinished.code, "error": unfinished.facts.get("error")}
        logger.warning("run broke off; the message comes back", extra=why)
        metrics.add_metric("RunBrokeOff", MetricUnit.Count, 1)
        return False
    except Exception:  # noqa: BLE001 - a handler's edge: one message must not take others along
        logger.exception("message comes back")
        metrics.add_metric("MessageCameBack", MetricUnit.Count, 1)
        return False
    logger.info("message done", extra={"state": image.state})
    count_image(image.state, context)
    return True


def _attempt(message_id: str, received: int) -> str:
    """Tell deliveries apart where each is a run of its own; Standard absorbs a repeated one."""
    return message_id[:8] if plan().engine == "standard" else f"{message_id[:8]}-{received}"
