"""The state machine asks for a stage: run its part of the plan on one image."""

from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from darkroom.adapters.calls import AwsCalls
from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.s3 import S3Intermediates, S3Originals, S3Variants
from darkroom.handlers import clients
from darkroom.handlers.observe import logger, metrics, observed
from darkroom.handlers.settings import plan, setting
from darkroom.ids import ImageRef
from darkroom.objects import Stored, Variants
from darkroom.outcome import Hand
from darkroom.runner.decoder import Decoder, decoder_of
from darkroom.runner.stage import Stage, Stores


@cache
def stage() -> Stage:
    """Return the stage, wired from this function's settings."""
    variants = setting("VARIANTS_BUCKET")
    stores = Stores(
        originals=S3Originals(clients.s3(), setting("ORIGINALS_BUCKET")),
        intermediates=S3Intermediates(clients.s3(), variants),
        variants=Counted(S3Variants(clients.s3(), variants)),
    )
    return Stage(
        name=setting("STAGE"),
        plan=plan(),
        history=DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE")),
        stores=stores,
        clock=clients.now,
        ask=AwsCalls(clients.of_service),
        open=decoder().open,
    )


@dataclass(frozen=True)
class Counted:
    """Variants whose bytes are counted as they are written."""

    variants: Variants

    def write(self, key: str, content: bytes, media_type: str) -> Stored:
        """Write as `variants` does."""
        stored = self.variants.write(key, content, media_type)
        metrics.add_metric("VariantBytes", MetricUnit.Bytes, stored.byte_size)
        return stored


@cache
def decoder() -> Decoder:
    """Return the process that opens originals."""
    return decoder_of(plan(), setting("STAGE"))


class Request(BaseModel):
    """What the state machine asks: `hand` but for the stage that opens the original.

    With `by`, an error, the stage's step was killed by it on every try, and the picture is to go
    by it.
    """

    tenant: str
    image_id: str
    run_id: str
    hand: Hand | None = None
    by: str | None = None


@observed
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """Return the stage's outcome; what is raised is the engine's to try again."""
    began = perf_counter()
    asked = Request.model_validate(event)
    logger.append_keys(correlation_id=asked.image_id)
    ref = ImageRef(asked.tenant, asked.image_id)
    outcome = stage().run(ref, asked.run_id, asked.hand, asked.by)
    logger.info("stage ended", extra={"outcome": outcome.outcome, "code": outcome.code})
    metrics.add_dimension("stage", setting("STAGE"))
    metrics.add_metric(f"Stage{outcome.outcome.title()}", MetricUnit.Count, 1)
    metrics.add_metric("StageMs", MetricUnit.Milliseconds, (perf_counter() - began) * 1000)
    return outcome.model_dump(mode="json")
