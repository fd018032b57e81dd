"""The bench's chart: a picture, whatever the numbers are."""

from io import BytesIO

import pytest
from PIL import Image

from bench.cases import CASES, CONTENDERS
from bench.chart import chart
from bench.measure import Measured

TITLES = {case.name: case.title for case in CASES}


def test_each_case_has_its_bars() -> None:
    """A PNG that grows by a row for each case, with the colour of each contender in it."""
    taken = {
        which: Measured(cpu_ms=10.0**at, wall_ms=1, peak_mb=50 + at, bytes=1)
        for at, which in enumerate(CONTENDERS, start=1)
    }

    heights = []
    for cases in ({"gif": taken}, {"gif": taken, "webp-6mp": taken}):
        with Image.open(BytesIO(chart(cases, TITLES, "a machine"))) as image:
            heights.append(image.height)
            colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24) or ()}

    assert heights[0] < heights[1]
    assert {
        (0xF2, 0xA6, 0x5A),
        (0x6F, 0xA8, 0xA0),
        (0x6B, 0x82, 0xB8),
        (0x83, 0x73, 0x8C),
    } <= colours


def test_no_cases_are_no_chart() -> None:
    """Rather than an empty picture."""
    with pytest.raises(ValueError, match="nothing to draw"):
        chart({}, TITLES, "a machine")
