"""The clock called: end what nobody works on, announce what nobody heard of, sweep leftovers."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.adapters.dynamodb_bookmark import DynamoBookmark
from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.s3 import S3Originals, S3Variants
from darkroom.adapters.s3_arrivals import S3Arrivals
from darkroom.adapters.sqs import SqsQueue
from darkroom.handlers import clients
from darkroom.handlers.observe import logger, metrics, observed
from darkroom.handlers.settings import setting
from darkroom.leftovers import Sweeper
from darkroom.reconcile import Reconciler
from darkroom.rounds import Rounds

GRACE = timedelta(minutes=15)
WATCH = timedelta(days=3)
MOST = 2_000  # images a call: a read of each history, some ten milliseconds
LEFT_MS = 3_000  # for one image more, and for the bookmark


@cache
def queue() -> SqsQueue:
    """Return the intake queue, wired from this function's settings."""
    return SqsQueue(clients.sqs(), setting("QUEUE_URL"))


@cache
def rounds() -> Rounds:
    """Return the rounds, wired from this function's settings."""
    bucket = setting("ORIGINALS_BUCKET")
    history = DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE"))
    originals = S3Originals(clients.s3(), bucket)
    variants = S3Variants(clients.s3(), setting("VARIANTS_BUCKET"))
    reconciler = Reconciler(
        history=history,
        queue=queue(),
        originals=originals,
        clock=clients.now,
        grace=GRACE,
    )
    return Rounds(
        reconciler=reconciler,
        sweeper=Sweeper(history, variants, originals, clients.now, GRACE),
        originals=S3Arrivals(clients.s3(), bucket),
        bookmark=DynamoBookmark(clients.dynamodb(), setting("VIEWS_TABLE")),
        watch=WATCH,
        most=MOST,
    )


@observed
def handler(_: dict[str, Any], context: LambdaContext) -> None:
    """Look at the next originals, as many as this call has time for.

    What is raised makes Lambda call again, twice; the next call of the clock does so anyway.
    """
    part = rounds().go_on(
        lambda: context.get_remaining_time_in_millis() > LEFT_MS, resend=queue().is_empty()
    )
    told = {
        "ImageLookedAt": part.looked_at,
        "ImageSettled": part.settled,
        "UploadFound": part.announced,
        "LeftoverRemoved": part.swept,
        "ReconcileFailed": part.failed,
    }
    for name, count in told.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    logger.info("reconciled", extra={**told, "whole": part.whole})
