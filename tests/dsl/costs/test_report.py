"""The report of `make explain`: the whole text as people read it, and how it is asked for."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dsl.__main__ import MISUSED, main
from dsl.costs.comparison import compare
from dsl.costs.photo import Photo
from dsl.costs.pricing import prices
from dsl.costs.report import WIDTH, report
from dsl.draft import Decision, Plugins
from tests.dsl.conftest import Compile

FIXTURES = Path(__file__).parents[1] / "fixtures" / "costs"
PIPELINE = """pipeline: photos
accept: { formats: [jpeg] }
steps:
  check: { uses: validate }
  sizes:
    uses: resize
    variants: { small: { width: 400 }, large: { width: 1920 } }
  brand: { uses: watermark, only: [large], with: { text: ours }, when: picture.width > 500 }
"""
# Of the test's own, so that the text changes only when the report does.
DECISIONS = (
    Decision("stages", "one stage: no step calls AWS"),
    Decision(
        "engine", "express: at most 99 s < 300 s, and a reason so long that it is wrapped " * 2
    ),
)


def test_the_report_reads_as_expected(
    compiled: Compile, plugins: Plugins, expect: Callable[[Path, str], None]
) -> None:
    """In Frankfurt, where some prices are not verified."""
    found = replace(compiled(PIPELINE), decisions=DECISIONS)
    text = report(found, compare(found.plan, Photo(), plugins, prices("eu-central-1")))

    expect(FIXTURES / "report.txt", f"{text}\n")
    assert max(map(len, text.splitlines())) <= WIDTH


def test_every_sum_is_the_sum_of_its_lines(compiled: Compile, plugins: Plugins) -> None:
    """Lines to services, services to the whole."""
    found = compare(compiled(PIPELINE).plan, Photo(), plugins, prices())

    for service, amounts in found.services():
        rows = list(found.rows(service))
        for form, amount in enumerate(amounts):
            parts = [line.usd for row in rows if (line := row.lines[form])]
            assert sum(parts) == pytest.approx(amount)
    together = [sum(amounts) for amounts in zip(*(a for _, a in found.services()), strict=True)]
    assert together == pytest.approx([bill.usd for bill in found.bills])


def test_cost_tells_of_a_pipeline_and_an_image_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make explain` is this, with the shipped pipeline."""
    path = tmp_path / "mine.yaml"
    path.write_text("pipeline: mine\nsteps: { small: { uses: resize, with: { width: 800 } } }\n")
    arguments = ["--region", "eu-central-1", "--megapixels", "2.5", "--bytes", "500kB"]

    assert main(["cost", str(path), *arguments]) == 0

    told = capsys.readouterr().out
    assert re.match(r"mine: \$\d+ for a million images\n", told)
    assert "One image: a photo of 2.5 MP and 0.5 MB\n" in told
    assert "in dollars: eu-central-1" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--bytes", "8000"], "8000 has no unit: write 8MB, or 500kB"),
        (["--megapixels", "many"], "many is not a number above 0"),
        (["--megapixels", "-1"], "-1 is not a number above 0"),
        (["--region", "moon"], "invalid choice"),
    ],
)
def test_an_image_that_cannot_be_is_a_wrong_call(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the cure where there is one."""
    with pytest.raises(SystemExit) as caught:
        main(["cost", *arguments])

    assert caught.value.code == MISUSED
    assert told in capsys.readouterr().err
