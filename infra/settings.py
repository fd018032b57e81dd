"""Settings: what may differ between environments, in one typed place.

The app is the same everywhere. A difference that is not a field of `Settings` does not exist; what
an environment chooses is in environments/<its name>.yaml, which infra/environments.py reads.
"""

import os
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Le, MinLen
from aws_cdk import aws_logs as logs
from pydantic import BeforeValidator, ConfigDict, StringConstraints

Environment = Literal["local", "dev", "prod"]

# Days for which CloudWatch can keep a log. Source: CloudWatch Logs API, PutRetentionPolicy; those
# of more than a year are left out.
LogDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365]
_RETENTION: dict[int, logs.RetentionDays] = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?$")]
"""A scheme, a host and perhaps a port: what a browser sends in the header Origin."""


def _cores(value: object) -> object:
    """`cores` is one for each core of this machine, but 2 at least and 4 at most."""
    return min(max(2, os.cpu_count() or 2), 4) if value == "cores" else value


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One environment. Durations are in seconds unless the name says another unit."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    environment: Environment
    tenant: Annotated[str, MinLen(1)] = "main"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_days: LogDays = 30
    # Invocations that Lambda runs at one time for the whole account: 10 in a new one, 1000 once
    # AWS has seen it used (Lambda quotas). infra/concurrency.py holds `runs_at_once` against it.
    account_concurrency: Annotated[int, Ge(10)] = 10
    # Runs of the pipeline at one time: the queue holds the rest. 2 to 1000 is what AWS takes for
    # the mapping of a queue: Lambda guide, "Configuring maximum concurrency".
    runs_at_once: Annotated[int, Ge(2), Le(1000), BeforeValidator(_cores)] = 4
    # How often a message is tried before it goes to the dead letters. With fewer than five, what
    # was only throttled could be given up: Lambda guide, "Using Lambda with Amazon SQS".
    max_receives: Annotated[int, Ge(5), Le(1000)] = 5
    # How long a message that is being worked on stays hidden; None: six times the consumer's
    # timeout, as the Lambda guide asks for queues that feed functions.
    visibility_s: Annotated[int, Ge(1)] | None = None
    # How often, in minutes, runs that nobody ended and uploads that nobody told of are looked for.
    reconciled_every_min: Annotated[int, Ge(2), Le(15)] = 15
    # What each user may be granted in a day, which begins at midnight in UTC.
    uploads_a_day: Annotated[int, Ge(1)] = 1_000
    upload_bytes_a_day: Annotated[int, Ge(1)] = 10_000_000_000
    # For each method of the API: requests a second, and how many may come at one moment.
    requests_per_s: Annotated[int, Ge(1)] = 50
    request_burst: Annotated[int, Ge(1)] = 100
    # The same for those that anybody may call: signing up, in, and what guesses passwords.
    open_requests_per_s: Annotated[int, Ge(1)] = 10
    open_request_burst: Annotated[int, Ge(1)] = 20
    # The pages that may call the API from a browser, such as https://photos.example.com.
    allowed_origins: tuple[Origin, ...] = ()
    # Cognito refuses sign-ins that look stolen; it costs by the user and month: docs/costs.md.
    threat_protection: bool = False
    # Where functions run: infra/network.py has what each profile is; `make explain`, its price.
    network: Literal["isolated", "nat", "none"] = "none"
    # After how many days originals move to the class for infrequent access, which takes none
    # younger than 30 (S3 guide, "Lifecycle transitions"); and after how many they are removed. Of
    # an image whose original is gone no new variant can be made. None: never.
    originals_cheaper_after_days: Annotated[int, Ge(30)] | None = None
    originals_kept_days: Annotated[int, Ge(1)] | None = None
    # After how many days versions are removed of which the original has a newer one.
    replaced_originals_kept_days: Annotated[int, Ge(1)] = 30
    # After how many days variants are removed; reprocessing makes them again. None: never.
    variants_kept_days: Annotated[int, Ge(1)] | None = None
    # There are alarms, a dashboard, saved questions to the logs, and a budget.
    watched: bool = True
    # Who is mailed when an alarm goes off; None: whoever subscribes to the topic by hand.
    notices_to: Annotated[str, MinLen(3)] | None = None
    # What the account may spend in a month, in dollars; None: nobody counts.
    budget_usd: Annotated[int, Ge(1)] | None = 50
    # From where on a human is called: shares of images, in %; how long they wait, in minutes; and
    # the time within which 19 of 20 requests to the API are answered, in ms.
    failed_percent: Annotated[int, Ge(1), Le(100)] = 5
    rejected_percent: Annotated[int, Ge(1), Le(100)] = 50
    waits_min: Annotated[int, Ge(1)] = 15
    p95_ms: Annotated[int, Ge(1)] = 2000
    # Public keys (PEM) of the CDN, which there is where there are any: variants are then fetched
    # from it, by links that the first key's private half signs. `make cdn-key` makes one.
    cdn_keys: tuple[str, ...] = ()
    # The ARN of the CDN's firewall, which the stack `edge` has as its output.
    cdn_web_acl: str | None = None
    # A firewall before the API, and one for the CDN; and how many requests it takes from one
    # address in five minutes, for which AWS takes no fewer than ten.
    firewall: bool = False
    requests_per_address: Annotated[int, Ge(10)] = 2000
    # Tables, buckets, keys and users outlive the stack.
    retain_data: bool = True
    # Deleting them, or the stack that holds them, is refused until it is allowed by hand.
    protect_data: bool = False
    # Runs start on a published version of the state machine, and finish on it.
    publish_machine: bool = True
    # A new release takes a tenth of the images for a quarter of an hour, and then all.
    canary: bool = False
    # The account gets the role without which API Gateway refuses a stage with an access log.
    gateway_log_role: bool = True
    # Buckets and queues refuse plain HTTP.
    tls_only: bool = True
    # Wheels for Lambda's Python and processor; False: for the Python that runs this.
    assets_for_lambda: bool = True
    # Where assets are put without `cdk bootstrap`; None: where its roles put them.
    assets_bucket: str | None = None

    @property
    def log_retention(self) -> logs.RetentionDays:
        """How long logs are kept, in the CDK's words."""
        return _RETENTION[self.log_days]
