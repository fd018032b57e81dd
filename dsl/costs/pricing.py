"""Prices: what AWS asks for, read from a dated file that names the source of each number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field

EDITION = "2026-11"
FOLDER = Path(__file__).parents[1] / "prices"

Region = Literal["us-east-1", "eu-central-1"]
REGIONS: tuple[Region, ...] = get_args(Region)

Item = Literal[
    "lambda_requests",
    "lambda_gb_s",
    "transitions",
    "express_requests",
    "express_gb_s",
    "s3_puts",
    "s3_gets",
    "s3_kb_months",
    "sqs_requests",
    "dynamodb_writes",
    "dynamodb_reads",
    "api_requests",
    "kms_requests",
    "kms_keys",
    "log_kb",
    "traces",
    "endpoint_hours",
    "nat_hours",
    "address_hours",
]


@dataclass(frozen=True)
class Price:
    """What `per` units of something cost in one region."""

    item: Item
    usd: float
    per: int
    unit: str
    source: str  # the page that has it
    read: date
    verified: bool  # False: nobody has seen it stated for this region

    def of(self, quantity: float) -> float:
        """Return the dollars for `quantity` units."""
        return quantity * self.usd / self.per


@dataclass(frozen=True)
class Prices:
    """The prices of one region."""

    region: Region
    edition: str
    of: Mapping[Item, Price]

    @property
    def read(self) -> date:
        """The day on which the oldest of them was read."""
        return min(price.read for price in self.of.values())

    @property
    def unverified(self) -> tuple[Price, ...]:
        """Those that nobody has seen stated for this region."""
        return tuple(price for price in self.of.values() if not price.verified)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Regional(_Model):
    usd: float
    seen: Literal["page", "list", "nowhere"]


class _Entry(_Model):
    unit: str
    per: int
    source: str
    read: date
    us_east_1: _Regional = Field(alias="us-east-1")
    eu_central_1: _Regional = Field(alias="eu-central-1")


class _File(_Model):
    prices: dict[Item, _Entry]


@cache
def prices(region: Region = "us-east-1") -> Prices:
    """Return the prices of `region` from the file of this edition, which is all that is read."""
    entries = _entries()
    return Prices(
        region=region,
        edition=EDITION,
        of={item: _price(item, entries[item], region) for item in get_args(Item)},
    )


@cache
def _entries() -> Mapping[Item, _Entry]:
    text = (FOLDER / f"{EDITION}.yaml").read_text("utf-8")
    return _File.model_validate(yaml.safe_load(text)).prices


def _price(item: Item, entry: _Entry, region: Region) -> Price:
    here = entry.us_east_1 if region == "us-east-1" else entry.eu_central_1
    return Price(
        item=item,
        usd=here.usd,
        per=entry.per,
        unit=entry.unit,
        source=entry.source,
        read=entry.read,
        verified=here.seen != "nowhere",
    )
