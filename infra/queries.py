"""Queries: what is asked of the logs again and again, saved in Logs Insights."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import Settings

# Every line of ours is JSON, and carries the image's id as `correlation_id`.
QUERIES: Mapping[str, Sequence[str]] = {
    "one image": (
        "fields @timestamp, service, level, message, state, code",
        "filter correlation_id = 'PASTE THE IMAGE ID HERE'",
        "sort @timestamp asc",
    ),
    "errors by message": (
        "fields service, message, exception_name",
        "filter level in ['ERROR', 'CRITICAL']",
        "stats count(*) as times, latest(@timestamp) as last by service, message, exception_name",
        "sort times desc",
    ),
    "rejected, by reason": (
        "filter message = 'stage ended' and outcome = 'rejected'",
        "stats count(*) as images by code",
        "sort images desc",
    ),
    "runs that broke off": (
        "filter message like /broke off|comes back/",
        "stats count(*) as times by bin(15m), error",
    ),
    "cold starts and memory": (
        "filter @type = 'REPORT'",
        "stats count(@initDuration) as cold, avg(@initDuration) as init_ms,"
        " pct(@duration, 95) as p95_ms, max(@maxMemoryUsed / 1000000) as used_mb,"
        " max(@memorySize / 1000000) as given_mb by @log",
        "sort cold desc",
    ),
    "slow and failed requests": (
        "filter status >= 500 or latency_ms > 2000",
        "fields @timestamp, method, route, status, latency_ms, request_id, trace_id, error",
        "sort @timestamp desc",
    ),
}


def save_queries(scope: Construct, *, settings: Settings, groups: Sequence[logs.ILogGroup]) -> None:
    """Save each of `QUERIES` over `groups`, in the environment's folder of saved queries."""
    for name, lines in QUERIES.items():
        logs.CfnQueryDefinition(
            scope,
            "".join(word.capitalize() for word in name.replace(",", "").split()),
            name=f"darkroom-{settings.environment}/{name}",
            query_string="\n| ".join(lines),
            log_group_names=[group.log_group_name for group in groups],
        )
