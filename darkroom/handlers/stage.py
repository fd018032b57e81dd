"""The state machine asks for a stage: run its part of the plan on one image."""

from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.s3 import S3Originals, S3Variants
from darkroom.handlers import clients
from darkroom.handlers.observe import logger, metrics, observed
from darkroom.handlers.settings import plan, setting
from darkroom.ids import ImageRef
from darkroom.runner.stage import Stage


@cache
def stage() -> Stage:
    """Return the stage, wired from this function's settings."""
    return Stage(
        name=setting("STAGE"),
        plan=plan(),
        history=DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE")),
        originals=S3Originals(clients.s3(), setting("ORIGINALS_BUCKET")),
        variants=S3Variants(clients.s3(), setting("VARIANTS_BUCKET")),
        clock=clients.now,
    )


@observed
def handler(event: dict[str, str], _: LambdaContext) -> dict[str, Any]:
    """Return the stage's outcome; what is raised is the engine's to try again."""
    logger.append_keys(correlation_id=event["image_id"])
    ref = ImageRef(event["tenant"], event["image_id"])
    outcome = stage().run(ref, event["run_id"])
    logger.info("stage ended", extra={"outcome": outcome.outcome, "code": outcome.code})
    metrics.add_dimension("Outcome", outcome.outcome)
    metrics.add_metric("StageEnded", MetricUnit.Count, 1)
    return outcome.model_dump(mode="json")
