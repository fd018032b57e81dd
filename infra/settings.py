"""What differs between environments, in one typed place.

The app is the same everywhere. A difference that is not a field of `Settings` does not exist.
"""

import os
from dataclasses import dataclass, replace
from typing import Literal, get_args

from aws_cdk import aws_logs as logs

Environment = Literal["local", "dev", "prod"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One environment. Durations are in seconds."""

    environment: Environment
    tenant: str = "main"
    log_level: str = "INFO"
    log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH
    # Invocations that Lambda runs at one time for the whole account: 10 in a new one, 1000 once
    # AWS has seen it used (Lambda quotas). infra/concurrency.py holds `runs_at_once` against it.
    account_concurrency: int = 10
    # Runs of the pipeline at one time: the queue holds the rest. AWS takes 2 to 1000.
    runs_at_once: int = 4
    # How often a message is tried before it goes to the dead letters.
    max_receives: int = 5
    # How long a message that is being worked on stays hidden; None: six times the consumer's
    # timeout, as the Lambda guide asks for queues that feed functions.
    visibility_s: int | None = None
    # How often, in minutes, runs that nobody ended and uploads that nobody told of are looked for.
    reconciled_every_min: int = 15
    # What each user may be granted in a day, which begins at midnight in UTC.
    uploads_a_day: int = 1_000
    upload_bytes_a_day: int = 10_000_000_000
    # For each method of the API: requests a second, and how many may come at one moment.
    requests_per_s: int = 50
    request_burst: int = 100
    # Tables, buckets, keys and users outlive the stack.
    retain_data: bool = True
    # Deleting them, or the stack that holds them, is refused until it is allowed by hand.
    protect_data: bool = False
    # Runs start on a published version of the state machine, and finish on it.
    publish_machine: bool = True
    # The account gets the role without which API Gateway refuses a stage with an access log.
    gateway_log_role: bool = True
    # Buckets and queues refuse plain HTTP.
    tls_only: bool = True
    # Wheels for Lambda's Python and processor; False: for the Python that runs this.
    assets_for_lambda: bool = True
    # Where assets are put without `cdk bootstrap`; None: where its roles put them.
    assets_bucket: str | None = None


DEV = Settings(environment="dev", log_level="DEBUG", log_retention=logs.RetentionDays.TWO_WEEKS)
PROD = replace(
    DEV,
    environment="prod",
    log_level="INFO",
    log_retention=logs.RetentionDays.THREE_MONTHS,
    account_concurrency=1000,
    runs_at_once=50,
    requests_per_s=200,
    request_burst=400,
    protect_data=True,
)

LOCAL = replace(
    DEV,
    environment="local",
    log_level="INFO",
    account_concurrency=32,
    runs_at_once=min(max(2, os.cpu_count() or 2), 4),
    visibility_s=30,
    retain_data=False,
    publish_machine=False,
    gateway_log_role=False,
    tls_only=False,
    assets_for_lambda=False,
    assets_bucket="darkroom-assets",
)

# All in which the embedded cloud differs from AWS, and why. A test holds it against the settings.
LOCAL_DIFFERENCES = {
    "account_concurrency": "what darkroom/local/cloud.py starts it with: memory for 32 processes",
    "runs_at_once": "one for each core, 2 to 4: a Lambda worker there is a process here",
    "visibility_s": (
        "30 s, not six times the orchestrator's timeout: a message that nobody can work on is a"
        " dead letter in minutes; and not 10 s, in which a run is not done (docs/decisions/006)"
    ),
    "retain_data": "all data is gone when the embedded cloud stops",
    "publish_machine": "its CloudFormation knows no versions and aliases of state machines",
    "gateway_log_role": "its gateway asks for no role, and the account is thrown away",
    "tls_only": "the embedded cloud speaks plain HTTP, on the loopback only",
    "assets_bucket": "there is no bootstrap, and its roles would be refused",
    "assets_for_lambda": "its Lambda workers run on this machine's Python and processor",
}


def settings_for(environment: str) -> Settings:
    """The settings of `environment`; ValueError, with the names there are, for any other."""
    for settings in (LOCAL, DEV, PROD):
        if settings.environment == environment:
            return settings
    names = ", ".join(get_args(Environment))
    raise ValueError(f"There is no environment '{environment}'. There are: {names}.")
