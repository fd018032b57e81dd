"""Idle: what the platform costs in a month in which nothing happens, by profile of its network."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from darkroom.plan import Plan
from dsl.costs.pricing import Price, Prices

KEYS = 5  # infra/encryption.py: originals, variants, history, messages, logs
HOURS_A_MONTH = 730
# infra/network.py: which profiles there are, and in how many zones each is.
Profile = Literal["none", "isolated", "nat"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
ZONES = 2
# infra/reconciliation.py: a call every quarter of an hour, of a function of 512 MB. A second for
# each is an assumption: it lists an empty bucket, and writes one item.
RECONCILED, RECONCILING_GB_S = 4 * HOURS_A_MONTH, 0.5

# Where runs are started: `sync-states` is the address for those that are waited for.
_STARTS = {"express": "sync-states", "standard": "states"}


@dataclass(frozen=True)
class Standing:
    """Something that is paid for by the month."""

    what: str
    quantity: float
    price: Price

    @property
    def usd(self) -> float:
        """Dollars a month."""
        return self.price.of(self.quantity)


def idle(prices: Prices) -> Iterator[Standing]:
    """Yield what is paid for whether or not an image comes, whatever the network."""
    yield Standing(f"{KEYS} keys", KEYS, prices.of["kms_keys"])
    what = f"{RECONCILED:,} calls to reconcile x 1 s"
    seconds = RECONCILED * RECONCILING_GB_S
    yield Standing(what, seconds, prices.of["lambda_gb_s"])


def network(profile: Profile, plan: Plan, prices: Prices) -> Iterator[Standing]:
    """Yield what the network of `profile` adds.

    Endpoints of S3 and DynamoDB, and a network by itself, cost nothing. Source: VPC pricing.
    """
    hours = f"x {ZONES} zones x {HOURS_A_MONTH} h"
    if profile == "isolated":
        number = len(endpoints(plan))
        quantity = number * ZONES * HOURS_A_MONTH
        yield Standing(f"{number} endpoints {hours}", quantity, prices.of["endpoint_hours"])
    elif profile == "nat":
        quantity = ZONES * HOURS_A_MONTH
        yield Standing(f"a gateway {hours}", quantity, prices.of["nat_hours"])
        yield Standing(f"its address {hours}", quantity, prices.of["address_hours"])


def endpoints(plan: Plan) -> tuple[str, ...]:
    """Return the services that functions call in an `isolated` network, but for S3 and DynamoDB.

    Those of the platform, the one that starts runs, and what the plan's steps call.
    """
    called = {call.partition(":")[0] for stage in plan.stages for call in stage.calls}
    return tuple(sorted(called | {"cognito-idp", "sqs", _STARTS[plan.engine]}))
