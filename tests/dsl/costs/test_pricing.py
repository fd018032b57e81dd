"""The price file: dated, with a source for each number, and honest about what nobody has seen."""

from typing import get_args

import pytest

from dsl.costs.pricing import EDITION, REGIONS, Item, Region, prices


@pytest.mark.parametrize("region", REGIONS)
def test_every_price_has_a_page_of_aws_and_a_date(region: Region) -> None:
    """A number without a source is a rumour."""
    known = prices(region)

    assert set(known.of) == set(get_args(Item))
    for price in known.of.values():
        assert price.usd > 0
        assert price.source.startswith("https://aws.amazon.com/")
        assert f"{price.read:%Y-%m}" == EDITION


def test_what_nobody_has_seen_stated_is_not_verified() -> None:
    """Frankfurt's Express is taken to cost what Virginia's does, and says so."""
    assert prices("us-east-1").unverified == ()

    unverified = {price.item for price in prices("eu-central-1").unverified}
    assert unverified == {
        "lambda_gb_s",
        "express_requests",
        "express_gb_s",
        "kms_requests",
        "kms_keys",
    }


def test_a_price_is_for_so_many_units() -> None:
    """25 dollars for a million transitions are sold as 2.5 cents for a thousand."""
    assert prices().of["transitions"].of(1_000_000) == pytest.approx(25.0)
    assert prices("eu-central-1").of["api_requests"].of(2_000_000) == pytest.approx(7.4)
