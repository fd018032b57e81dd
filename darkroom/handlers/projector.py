"""The events table changed: fold the images concerned into the views.

An image that cannot be folded goes to a queue, to be folded again, and its shard goes on.
Events are only ever added. A record that tells of another change is an alarm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.adapters.sqs import SqsQueue
from darkroom.handlers import clients
from darkroom.handlers.folding import stores
from darkroom.handlers.observe import logger, metrics, observed
from darkroom.handlers.settings import setting
from darkroom.history.changes import changes
from darkroom.projections import NotProjected, Refold, opened, project, refs_in

HISTORY_CHANGED = "HistoryChanged"  # the metric that infra/alarms.py watches


@cache
def queue() -> SqsQueue:
    """Return the queue of images to be folded again, wired from this function's settings."""
    return SqsQueue(clients.sqs(), setting("REFOLD_URL"))


@observed
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """Fold every image named by the records, and enqueue those that cannot be.

    Only the records of an image that could not even be enqueued come again.
    """
    history, generations = stores()
    refs = refs_in(event["Records"])
    logger.info("images changed", extra={"image_ids": [ref.image_id for ref in refs]})
    failed = project(refs, history, opened(generations))
    metrics.add_metric("ProjectionFailed", MetricUnit.Count, len(failed))
    _watch(event["Records"])  # whatever it may meet, images are folded by then
    broken = {each.ref for each in failed if not _enqueued(each)}
    again = [record for record in event["Records"] if broken.intersection(refs_in([record]))]
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in again
        ]
    }


def _enqueued(failed: NotProjected) -> bool:
    """Ask for the image to be folded again; False where that could not be asked."""
    told = {"correlation_id": failed.ref.image_id}
    try:
        queue().send(Refold.of(failed))
    except Exception:  # noqa: BLE001 - a handler's edge: one image must not take others along
        logger.exception("image neither projected nor enqueued", extra=told)
        return False
    logger.error("image not projected, and enqueued", extra=told)
    return True


def _watch(records: Iterable[Mapping[str, Any]]) -> None:
    """Sound the alarm for every stored event that was overwritten or removed."""
    found = changes(records)
    for change in found:
        logger.error("history changed", extra={"change": asdict(change)})
    if found:
        metrics.add_metric(HISTORY_CHANGED, MetricUnit.Count, len(found))
