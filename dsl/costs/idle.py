"""Idle: what the platform costs in a month in which nothing happens."""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.costs.pricing import Price, Prices

KEYS = 4  # infra/encryption.py: originals, variants, history, messages
HOURS_A_MONTH = 730
# What a private network needs to reach AWS without a way to the internet. S3 and DynamoDB have
# gateway endpoints, which cost nothing. Source: VPC guide, "Gateway endpoints".
ENDPOINTS = ("sqs", "sync-states", "kms", "logs", "xray")
ZONES = 2
# infra/reconciliation.py: a call every quarter of an hour, of a function of 512 MB. A second for
# each is an assumption: it lists an empty bucket, and writes one item.
RECONCILED, RECONCILING_GB_S = 4 * HOURS_A_MONTH, 0.5


@dataclass(frozen=True)
class Standing:
    """Something that is paid for by the month."""

    what: str
    quantity: float
    price: Price
    built: bool  # False: what it will cost when it is

    @property
    def usd(self) -> float:
        """Dollars a month."""
        return self.price.of(self.quantity)


def idle(prices: Prices) -> Iterator[Standing]:
    """Yield what is paid for whether or not an image comes.

    No function is in a private network today. The one planned for production has interface
    endpoints in two zones, each charged by the hour.
    """
    yield Standing(f"{KEYS} keys", KEYS, prices.of["kms_keys"], built=True)
    what = f"{RECONCILED:,} calls to reconcile x 1 s"
    seconds = RECONCILED * RECONCILING_GB_S
    yield Standing(what, seconds, prices.of["lambda_gb_s"], built=True)
    hours = len(ENDPOINTS) * ZONES * HOURS_A_MONTH
    what = f"{len(ENDPOINTS)} endpoints x {ZONES} zones x {HOURS_A_MONTH} h"
    yield Standing(what, hours, prices.of["endpoint_hours"], built=False)
