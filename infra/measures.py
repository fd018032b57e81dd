"""Measures: the metrics that alarms and the dashboard are made of, each named in one place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.functions import PlatformFunction

NAMESPACE = "Darkroom"  # as infra/functions.py tells Powertools
# How images end: darkroom/handlers/observe.py counts them so.
OUTCOMES = ("Complete", "Partial", "Rejected", "Failed", "TimedOut")
# A math expression takes so many metrics in an alarm: CloudWatch guide, "Create an alarm based on
# a metric math expression".
_MOST_IN_A_SUM = 10


@dataclass(frozen=True)
class Measures:
    """The metrics of one environment; a period is in minutes.

    A label is for graphs. An alarm on one metric is easier to read without.
    """

    environment: str

    def ours(
        self,
        service: str,
        name: str,
        *,
        statistic: str = "Sum",
        minutes: int = 5,
        label: str | None = None,
        **dimensions: str,
    ) -> cloudwatch.Metric:
        """One that our functions log, under the service's and the environment's name."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"environment": self.environment, "service": service, **dimensions},
            statistic=statistic,
            period=Duration.minutes(minutes),
            label=label,
        )

    def ended(
        self, service: str, *, minutes: int = 5, **dimensions: str
    ) -> dict[str, cloudwatch.Metric]:
        """Images by how they ended, as `service` counts them, by their names in expressions."""
        return {
            each.lower(): self.ours(
                service, f"Images{each}", minutes=minutes, label=each, **dimensions
            )
            for each in OUTCOMES
        }


def waiting(queue: sqs.IQueue, label: str | None = None) -> cloudwatch.Metric:
    """How many messages can be received. What was *sent* does not count what SQS itself moved."""
    return queue.metric_approximate_number_of_messages_visible(
        statistic="Maximum", period=Duration.minutes(1), label=label
    )


def oldest(queue: sqs.IQueue, label: str | None = None) -> cloudwatch.Metric:
    """The age of the oldest message, in seconds."""
    return queue.metric_approximate_age_of_oldest_message(
        statistic="Maximum", period=Duration.minutes(5), label=label
    )


def iterator_age(function: lambda_.IFunction, label: str | None = None) -> cloudwatch.Metric:
    """How long ago the last record of a batch was written, as its function got it, in ms."""
    return function.metric(
        "IteratorAge", statistic="Maximum", period=Duration.minutes(5), label=label
    )


def functions_in(part: Construct) -> tuple[lambda_.IFunction, ...]:
    """The platform's functions in a part of the app; stages are the state machine's own."""
    found = [each for each in part.node.find_all() if isinstance(each, PlatformFunction)]
    return tuple(each.function for each in found)


def errors_in(
    part: Construct, machine: sfn.IStateMachine | None = None, *, minutes: int = 5
) -> cloudwatch.IMetric:
    """What functions of `part` raised, and executions of `machine` that broke off."""
    period = Duration.minutes(minutes)
    found = {
        f"f{number}": function.metric_errors(period=period)
        for number, function in enumerate(functions_in(part))
    }
    if machine is not None:
        for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"):
            found[name.lower()] = machine.metric(name, statistic="Sum", period=period)
    return _total(found, label=f"{part.node.id}: errors", period=period)


def throttles_in(part: Construct) -> cloudwatch.IMetric:
    """Calls of functions of `part` that Lambda refused for want of concurrency."""
    period = Duration.minutes(5)
    found = {
        f"f{number}": function.metric_throttles(period=period)
        for number, function in enumerate(functions_in(part))
    }
    return _total(found, label=f"{part.node.id}: throttles", period=period)


def _total(
    metrics: Mapping[str, cloudwatch.IMetric], *, label: str, period: Duration
) -> cloudwatch.IMetric:
    """The sum of several metrics, where one that says nothing is 0.

    Raises ValueError for more than an alarm takes.
    """
    if len(metrics) > _MOST_IN_A_SUM:
        raise ValueError(f"'{label}' has {len(metrics)} metrics, an alarm takes {_MOST_IN_A_SUM}.")
    return cloudwatch.MathExpression(
        expression=added(metrics),
        using_metrics=dict(metrics),
        period=period,
        label=label,
    )


def share(
    part: Mapping[str, cloudwatch.IMetric],
    rest: Mapping[str, cloudwatch.IMetric],
    *,
    of_at_least: int,
    label: str,
) -> cloudwatch.IMetric:
    """How many percent `part` is of `part` and `rest`; 0 of fewer than `of_at_least`."""
    some, every = added(part), added({**part, **rest})
    return cloudwatch.MathExpression(
        expression=f"IF({every} >= {of_at_least}, 100 * {some} / {every}, 0)",
        using_metrics={**part, **rest},
        period=Duration.minutes(5),
        label=label,
    )


def answers(
    rest: apigateway.RestApi, name: str, statistic: str, label: str | None = None
) -> cloudwatch.Metric:
    """A metric of the API's own: `Count`, `4XXError`, `5XXError`, `Latency`."""
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=name,
        dimensions_map={"ApiName": rest.rest_api_name, "Stage": rest.deployment_stage.stage_name},
        statistic=statistic,
        period=Duration.minutes(5),
        label=label,
    )


def added(names: Iterable[str]) -> str:
    """An expression that adds metrics up, of which one that says nothing is 0."""
    return f"({' + '.join(f'FILL({name}, 0)' for name in names)})"
