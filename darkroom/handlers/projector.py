"""The events table changed: fold the images concerned into the views.

Events are only ever added. A record that tells of another change is an alarm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.handlers import clients
from darkroom.handlers.observe import logger, metrics, observed
from darkroom.handlers.settings import setting
from darkroom.history.changes import changes
from darkroom.projections import opened, project, refs_in

HISTORY_CHANGED = "HistoryChanged"  # the metric that infra/projection.py has an alarm on


@cache
def stores() -> tuple[DynamoEventStore, DynamoGenerations]:
    """Return the history and the views, wired from this function's settings."""
    client = clients.dynamodb()
    return (
        DynamoEventStore(client, setting("EVENTS_TABLE")),
        DynamoGenerations(client, setting("VIEWS_TABLE")),
    )


@observed
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """Fold every image named by the records; only records of images that failed come again."""
    history, generations = stores()
    _watch(event["Records"])
    refs = refs_in(event["Records"])
    logger.info("images changed", extra={"image_ids": [ref.image_id for ref in refs]})
    failed = project(refs, history, opened(generations))
    for each in failed:
        logger.error("image not projected", extra={"correlation_id": each.ref.image_id})
    metrics.add_metric("ProjectionFailed", MetricUnit.Count, len(failed))
    broken = {each.ref for each in failed}
    again = [record for record in event["Records"] if broken.intersection(refs_in([record]))]
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in again
        ]
    }


def _watch(records: Iterable[Mapping[str, Any]]) -> None:
    """Sound the alarm for every stored event that was overwritten or removed."""
    found = changes(records)
    for change in found:
        logger.error("history changed", extra={"change": asdict(change)})
    if found:
        metrics.add_metric(HISTORY_CHANGED, MetricUnit.Count, len(found))
