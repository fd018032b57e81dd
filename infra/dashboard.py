"""Dashboard: is it healthy, what does it do, and what does it cost today?"""

from collections.abc import Iterable, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.measures import (
    Measures,
    added,
    answers,
    iterator_age,
    oldest,
    share,
    throttles_in,
    waiting,
)
from infra.parts import Parts
from infra.pipelines import CompiledPipeline
from infra.settings import Settings

_WIDTH, _HEIGHT = 8, 6  # three in a row: a dashboard has 24 columns


def dashboard(
    scope: Construct,
    *,
    settings: Settings,
    compiled: CompiledPipeline,
    parts: Parts,
    alarms: Iterable[cloudwatch.IAlarm],
) -> cloudwatch.Dashboard:
    """Add the dashboard `darkroom-<environment>`: below each question, what answers it."""
    measures = Measures(settings.environment)
    rows: Sequence[tuple[str, Sequence[cloudwatch.IWidget]]] = (
        ("Is it healthy?", [_alarms(alarms)]),
        ("", _healthy(settings, measures, parts)),
        ("What does it do?", _doing(settings, measures, compiled, parts)),
        ("What does it cost today?", _costing(measures, compiled, parts)),
    )
    board = cloudwatch.Dashboard(
        scope,
        "Dashboard",
        dashboard_name=f"darkroom-{settings.environment}",
        default_interval=Duration.hours(12),
    )
    for question, widgets in rows:
        if question:
            board.add_widgets(_heading(question))
        board.add_widgets(*widgets)
    return board


def _heading(question: str) -> cloudwatch.TextWidget:
    return cloudwatch.TextWidget(markdown=f"## {question}", width=24, height=1)


def _alarms(alarms: Iterable[cloudwatch.IAlarm]) -> cloudwatch.AlarmStatusWidget:
    return cloudwatch.AlarmStatusWidget(
        title="Alarms, each with its paragraph in the runbook",
        alarms=list(alarms),
        width=24,
        height=3,
    )


def _graph(
    title: str,
    left: Iterable[cloudwatch.IMetric],
    *,
    right: Iterable[cloudwatch.IMetric] = (),
    line: float | None = None,
    stacked: bool = False,
) -> cloudwatch.GraphWidget:
    """A graph; `line` is drawn where its alarm begins, or where there is no more to be had."""
    limits = [] if line is None else [cloudwatch.HorizontalAnnotation(value=line, label="limit")]
    return cloudwatch.GraphWidget(
        title=title,
        left=list(left),
        right=list(right),
        left_annotations=limits,
        left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
        stacked=stacked,
        width=_WIDTH,
        height=_HEIGHT,
    )


def _healthy(settings: Settings, measures: Measures, parts: Parts) -> Sequence[cloudwatch.IWidget]:
    rest = parts.api.rest
    ended = measures.ended(parts.ends_runs)
    bad = {name: ended[name] for name in ("failed", "timedout")}
    good = {name: metric for name, metric in ended.items() if name not in bad}
    failed = share(bad, good, of_at_least=1, label="failed, %")
    return (
        _graph("Images that fail, %", [failed], line=settings.failed_percent),
        _graph(
            "Waiting for a run",
            [waiting(parts.ingest.intake, "messages")],
            right=[oldest(parts.ingest.intake, "oldest, s")],
        ),
        _graph(
            "Dead letters",
            [waiting(queue, name) for name, queue in parts.dead_letters.items()],
            line=1,
        ),
        _graph(
            "API: failures and refusals",
            [
                answers(rest, "5XXError", "Sum", "5xx"),
                answers(rest, "4XXError", "Sum", "4xx"),
                throttles_in(parts.api),
            ],
        ),
        _graph(
            "API: latency, ms",
            [answers(rest, "Latency", each, each) for each in ("p50", "p95", "p99")],
            line=settings.p95_ms,
        ),
        _graph(
            "Views behind the history, ms",
            [iterator_age(parts.projection.projector.function, "iterator age")],
            line=5 * 60 * 1000,
        ),
    )


def _doing(
    settings: Settings, measures: Measures, compiled: CompiledPipeline, parts: Parts
) -> Sequence[cloudwatch.IWidget]:
    stages = parts.processing.pipeline.functions
    slow = [
        measures.ours("stage", "StageMs", statistic=each, label=f"{stage} {each}", stage=stage)
        for stage in stages
        for each in ("p50", "p95")
    ]
    sizes = [
        measures.ours("s3_event", "OriginalBytes", label="originals"),
        *(
            measures.ours("stage", "VariantBytes", label=f"variants of {stage}", stage=stage)
            for stage in stages
        ),
    ]
    at_once = [
        function.metric("ConcurrentExecutions", statistic="Maximum", label=label)
        for label, function in {
            "orchestrator": parts.processing.orchestrator.function,
            **stages,
        }.items()
    ]
    return (
        _graph(
            f"Images of '{compiled.NAME}' by outcome",
            measures.ended(parts.ends_runs).values(),
            stacked=True,
        ),
        _graph("Stages: duration, ms", slow),
        _graph("Bytes in and out", sizes),
        _graph("Functions at one time", at_once, line=settings.account_concurrency),
        _graph(
            "Found by the reconciler",
            [
                measures.ours("reconcile", name, minutes=settings.reconciled_every_min)
                for name in ("ImageSettled", "UploadFound", "ReconcileFailed")
            ],
        ),
        _graph("API: requests", [answers(parts.api.rest, "Count", "Sum", "requests")]),
    )


def _costing(
    measures: Measures, compiled: CompiledPipeline, parts: Parts
) -> Sequence[cloudwatch.IWidget]:
    """Days are UTC's: a point of a day's period begins at midnight."""
    day = measures.ended(parts.ends_runs, minutes=24 * 60)
    every = added(day)
    images = cloudwatch.MathExpression(
        expression=every, using_metrics=dict(day), period=Duration.days(1), label="images today"
    )
    dollars = cloudwatch.MathExpression(
        expression=f"{every} * {compiled.MILLION_USD} / 1000000",
        using_metrics=dict(day),
        period=Duration.days(1),
        label="dollars today",
    )
    seconds = [
        function.metric_duration(statistic="Sum", period=Duration.days(1), label=f"{name}, ms")
        for name, function in parts.processing.pipeline.functions.items()
    ]
    return (
        _number(f"By the plan: ${compiled.MILLION_USD} a million images", [dollars]),
        _number("Images that ended", [images]),
        _number("Paid time of stages", seconds),
    )


def _number(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.SingleValueWidget:
    return cloudwatch.SingleValueWidget(
        title=title, metrics=list(metrics), width=_WIDTH, height=4, set_period_to_time_range=False
    )
