"""S3 announced an object: record the upload and enqueue its processing."""

from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.adapters.dynamodb_counters import DynamoCounters
from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.s3 import S3Originals
from darkroom.adapters.sqs import SqsQueue
from darkroom.errors import InvalidKey
from darkroom.handlers import clients
from darkroom.handlers.observe import logger, metrics, observed
from darkroom.handlers.settings import setting
from darkroom.ingest import Arrival, arrivals, record_upload, settle_upload


@cache
def history() -> DynamoEventStore:
    """Return the event store, wired from this function's settings."""
    return DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE"))


@cache
def queue() -> SqsQueue:
    """Return the intake queue, wired from this function's settings."""
    return SqsQueue(clients.sqs(), setting("QUEUE_URL"))


@cache
def originals() -> S3Originals:
    """Return the bucket of originals, wired from this function's settings."""
    return S3Originals(clients.s3(), setting("ORIGINALS_BUCKET"))


@cache
def counters() -> DynamoCounters:
    """Return where uploads are counted, wired from this function's settings."""
    table = setting("COUNTERS_TABLE")
    return DynamoCounters(clients.dynamodb(), table, setting("TENANT"), clients.now)


@observed
def handler(event: dict[str, Any], _: LambdaContext) -> None:
    """Take each announced object version.

    What is raised makes Lambda call again, twice, and then put the call into the failure queue.
    """
    found = arrivals(event)
    metrics.add_metric("ObjectAnnounced", MetricUnit.Count, len(found))
    for arrival in found:
        _record(arrival)


def _record(arrival: Arrival) -> None:
    # The key's last part is the image's id, if the key is one of ours.
    logger.append_keys(correlation_id=arrival.key.rpartition("/")[2])
    try:
        image = record_upload(
            arrival,
            history=history(),
            queue=queue(),
            originals=originals(),
            clock=clients.now,
        )
    except InvalidKey as error:
        # Nobody was granted this key: there is no image, and no retry would make one.
        logger.error("object under a key that no grant makes", extra=dict(error.facts))
        metrics.add_metric("UnknownObject", MetricUnit.Count, 1)
        return
    settle_upload(image, arrival, counters())
    logger.info("upload recorded", extra={"byte_size": arrival.byte_size})
    metrics.add_metric("OriginalBytes", MetricUnit.Bytes, arrival.byte_size)
