"""Alarms: each is a reason for a human to act, and says where it is written what to do.

What mends itself has none: a throttled run waits in its queue, a function that failed is called
again, a picture that is no good is its owner's business. They are on the dashboard.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch

from infra.measures import (
    Measures,
    answers,
    errors_in,
    iterator_age,
    oldest,
    share,
    throttles_in,
    waiting,
)
from infra.parts import Parts
from infra.settings import Settings

RUNBOOK = "docs/runbook.md"

_MISSING_IS_GOOD = cloudwatch.TreatMissingData.NOT_BREACHING
_MISSING_IS_BAD = cloudwatch.TreatMissingData.BREACHING

# Of fewer images, or answers, in five minutes a share says nothing.
_ENOUGH = 20


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What is measured, and from where on a human has to look.

    `name` is that of its paragraph in the runbook. It is an alarm when `metric` has reached
    `threshold` in so many of its `periods` in a row.
    """

    name: str
    says: str
    metric: cloudwatch.IMetric
    threshold: float
    periods: int = 1
    missing: cloudwatch.TreatMissingData = _MISSING_IS_GOOD

    @property
    def description(self) -> str:
        """What the alarm means, and where to read on."""
        return f"{self.says} What to do: {RUNBOOK}#{self.name}"


def watches(settings: Settings, parts: Parts) -> Iterator[Watch]:
    """Yield everything that calls for a human, the gravest first."""
    measures = Measures(settings.environment)
    yield _history_changed(measures)
    yield from _dead_letters(parts)
    yield from _images(settings, measures, parts)
    if not parts.processing.endings:
        yield _release(settings, measures, parts)
    yield from _lost(settings, measures)
    yield from _api(settings, parts)
    yield from _errors(settings, parts)


def _history_changed(measures: Measures) -> Watch:
    return Watch(
        name="history-changed",
        says="A stored event was overwritten or removed.",
        metric=measures.ours("projector", "HistoryChanged", minutes=1),
        threshold=1,
    )


def _dead_letters(parts: Parts) -> Iterator[Watch]:
    """One letter is enough: nothing takes it out but a human."""
    for name, queue in parts.dead_letters.items():
        yield Watch(
            name=f"dead-letters-{name}",
            says=f"What could not be done lies in the queue '{name}'.",
            metric=waiting(queue),
            threshold=1,
        )


def _images(settings: Settings, measures: Measures, parts: Parts) -> Iterator[Watch]:
    ended = measures.ended(parts.ends_runs)
    good, bad, refused = (
        {name: ended[name] for name in names}
        for names in (("complete", "partial"), ("failed", "timedout"), ("rejected",))
    )
    yield Watch(
        name="failure-rate",
        says=f"More than {settings.failed_percent} % of images fail.",
        metric=share(bad, good | refused, of_at_least=_ENOUGH, label="failed, %"),
        threshold=settings.failed_percent,
        periods=3,
    )
    yield Watch(
        name="rejection-rate",
        says=f"More than {settings.rejected_percent} % of images are refused as no good pictures.",
        metric=share(refused, good | bad, of_at_least=_ENOUGH, label="rejected, %"),
        threshold=settings.rejected_percent,
        periods=3,
    )
    yield Watch(
        name="queue-age",
        says=f"Images wait for more than {settings.waits_min} minutes for their run.",
        metric=oldest(parts.ingest.intake),
        threshold=60 * settings.waits_min,
        periods=2,
    )
    yield Watch(
        name="iterator-age",
        says="The views are more than five minutes behind the history.",
        metric=iterator_age(parts.projection.projector.function),
        threshold=5 * 60 * 1000,
        periods=2,
    )


def _release(settings: Settings, measures: Measures, parts: Parts) -> Watch:
    """Of the newest release alone, which has but a tenth of the images while it is rolled out.

    On a Standard machine the function that counts images is of no release.
    """
    newest = parts.processing.live.version.version
    ended = measures.ended(parts.ends_runs, release=newest)
    good = {name: ended.pop(name) for name in ("complete", "partial")}
    return Watch(
        name="release-failures",
        says=f"More than {settings.rejected_percent} % of the newest release's images come to"
        " nothing.",
        metric=share(ended, good, of_at_least=_ENOUGH // 2, label="come to nothing, %"),
        threshold=settings.rejected_percent,
    )


def _lost(settings: Settings, measures: Measures) -> Iterator[Watch]:
    """What the reconciler finds, and that it looks at all."""
    every = settings.reconciled_every_min
    yield Watch(
        name="stuck-runs",
        says="Runs that nobody ended cannot be ended, or nobody looks for them.",
        metric=measures.ours("reconcile", "ReconcileFailed", minutes=every),
        threshold=1,
        periods=3,
        missing=_MISSING_IS_BAD,
    )
    yield Watch(
        name="lost-runs",
        says="Ten runs or more in an hour were lost, and had to be ended or sent again.",
        metric=measures.ours("reconcile", "ImageSettled", minutes=60),
        threshold=10,
    )


def _api(settings: Settings, parts: Parts) -> Iterator[Watch]:
    rest = parts.api.rest
    failed = answers(rest, "5XXError", "Sum")
    every = answers(rest, "Count", "Sum")
    yield Watch(
        name="api-5xx",
        says="More than 1 % of the API's answers are its own failures.",
        metric=cloudwatch.MathExpression(
            expression=f"IF(every >= {_ENOUGH}, 100 * failed / every, 0)",
            using_metrics={"failed": failed, "every": every},
            label="5xx, %",
        ),
        threshold=1,
        periods=3,
    )
    yield Watch(
        name="api-latency",
        says=f"One answer of twenty takes more than {settings.p95_ms} ms.",
        metric=answers(rest, "Latency", "p95"),
        threshold=settings.p95_ms,
        periods=3,
    )
    yield Watch(
        name="api-throttles",
        says="The account has no functions left for those who call the API.",
        metric=throttles_in(parts.api),
        threshold=1,
        periods=2,
    )


def _errors(settings: Settings, parts: Parts) -> Iterator[Watch]:
    """By what the functions are for: a failed call is made again, but not for ever.

    Those of the API are told by its answers.
    """
    machine = parts.processing.pipeline.state_machine
    found = {
        "ingest": errors_in(parts.ingest),
        "processing": errors_in(parts.processing, machine),
        "projection": errors_in(parts.projection),
        # Which is called so seldom that three periods of the others would never be in a row.
        "reconciliation": errors_in(parts.reconciliation, minutes=settings.reconciled_every_min),
    }
    for name, metric in found.items():
        yield Watch(
            name=f"errors-{name}",
            says=f"Functions of '{name}' fail again and again.",
            metric=metric,
            threshold=1,
            periods=3,
        )
