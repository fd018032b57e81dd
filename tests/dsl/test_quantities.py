"""Quantities: a number and its unit, read exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl import quantities
from dsl.diagnostics import Report
from dsl.option_types import json_schema, unit_of
from dsl.text import SourceText, Span
from dsl.tree import Scalar, ScalarValue
from steps.plugins import AnyStep, find
from steps.units import BYTES, LENGTH, PIXEL_COUNT, SECONDS, SHARE, Unit


def read(value: ScalarValue, unit: Unit) -> tuple[float | None, list[str]]:
    amount, report = reported(value, unit)
    return amount, [each.code for each in report]


def reported(value: ScalarValue, unit: Unit) -> tuple[float | None, Report]:
    report = Report(SourceText("file", str(value)))
    scalar = Scalar(Span(0, len(str(value))), value, 0)
    return quantities.read(scalar, unit, "name", report), report


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("25MB", BYTES, 25_000_000),
        ("1.5kB", BYTES, 1_500),
        ("1 KiB", BYTES, 1_024),
        ("2GiB", BYTES, 2 * 1024**3),
        ("50MP", PIXEL_COUNT, 50_000_000),
        ("30s", SECONDS, 30),
        ("1500ms", SECONDS, 1.5),
        ("15min", SECONDS, 900),
        ("5%", SHARE, 0.05),
        (0.4, SHARE, 0.4),
        (1, SHARE, 1),
        ("1769MB", quantities.MEGABYTES, 1769),
        ("2GB", quantities.MEGABYTES, 2048),
    ],
)
def test_a_quantity_counts_in_the_unit_of_its_option(
    text: ScalarValue, unit: Unit, amount: float
) -> None:
    """Decimal multiples for bytes and pixels, Lambda's own megabytes for memory."""
    assert read(text, unit) == (amount, [])


@given(number=st.integers(0, 10**6), places=st.integers(0, 3), suffix=st.sampled_from(["kB", "MB"]))
def test_decimals_lose_nothing(number: int, places: int, suffix: str) -> None:
    """0.1MB is 100,000 bytes, not 99,999.99999999999."""
    text = f"{Decimal(number).scaleb(-places):f}{suffix}"
    scale = 10**3 if suffix == "kB" else 10**6

    assert read(text, BYTES)[0] == Fraction(number, 10**places) * scale


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        ("25", BYTES, "P009"),
        (25, PIXEL_COUNT, "P009"),
        ("25mb", BYTES, "P026"),
        ("-3s", SECONDS, "P026"),
        ("3 s 4", SECONDS, "P026"),
        (True, SHARE, "P026"),
        ("9" * 5000 + "s", SECONDS, "P026"),
    ],
)
def test_what_is_no_quantity_is_refused(value: ScalarValue, unit: Unit, code: str) -> None:
    """A missing unit is told from a wrong one."""
    assert read(value, unit) == (None, [code])


@pytest.mark.parametrize(
    ("text", "unit", "cure"),
    [
        ("5TB", BYTES, "write 5000GB"),
        ("5PB", BYTES, "use one of the units listed, such as 10MB"),
        ("5m", SECONDS, "write 5min"),
        ("5 sec", SECONDS, "write 5s"),
        ("2h", SECONDS, "write 120min"),
        ("25M", BYTES, "write 25MB"),
        ("25mib", BYTES, "write 25MiB"),
        ("25", BYTES, "write 25MB"),
        ("25000000", BYTES, "write 25MB"),
        ("12345678", BYTES, "write 12.345678MB"),
        (50_000_000, PIXEL_COUNT, "write 50MP"),
        ("2048", quantities.MEGABYTES, "write 2048MB"),
        ("10240", quantities.MEGABYTES, "write 10240MB"),
    ],
)
def test_a_cure_keeps_the_amount_that_was_meant(text: ScalarValue, unit: Unit, cure: str) -> None:
    """Another spelling of a unit is put right; one that there is not is never turned into ours."""
    _, report = reported(text, unit)

    assert [each.help for each in report] == [cure]


def test_a_quantity_is_spelt_as_people_write_it() -> None:
    """For messages that name a limit."""
    assert quantities.spell(25_000_000, BYTES) == "25MB"
    assert quantities.spell(50_000_000, PIXEL_COUNT) == "50MP"


@pytest.mark.parametrize("plugin", find().values(), ids=lambda plugin: plugin.name)
def test_whatever_is_a_part_of_something_takes_percent(plugin: AnyStep) -> None:
    """An option from 0 to 1 at the most is a share: nobody has to know which of them are."""
    model = plugin.options_model
    most = {
        name: each.get("maximum", each.get("exclusiveMaximum"))
        for name, option in json_schema(model)["properties"].items()
        for each in option.get("anyOf", [option])
        if each.get("type") == "number"
    }

    parts = [name for name, bound in most.items() if bound is not None and bound <= 1]

    assert [name for name in parts if unit_of(model, name) not in {SHARE, LENGTH}] == []
