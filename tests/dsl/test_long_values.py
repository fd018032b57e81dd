"""Messages stay short, however long the values are that they speak of."""

import re
from pathlib import Path

import pytest

from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from dsl.text import shortened
from steps.plugins import find

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*/*.yaml"))
LONG = "w" * 500


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_no_message_echoes_a_long_word(path: Path, plugins: Plugins) -> None:
    """Each word of each file in turn becomes 500 letters."""
    text = path.read_text("utf-8")
    words = list(re.finditer(r"[A-Za-z_]+", text))[:60]
    for word in words:
        mutated = text[: word.start()] + LONG + text[word.end() :]
        try:
            compile_source(mutated, "pipeline.yaml", plugins)
        except PipelineRefused as refused:
            for found in refused.diagnostics:
                told = [found.title, found.label, found.help, found.note, *found.allowed]
                assert not [each for each in told if "w" * 60 in each], found


def test_a_value_is_cut_behind_forty_characters() -> None:
    """One that fits is whole; line ends are spaces, for a title is one line."""
    assert shortened("a" * 40) == "a" * 40
    assert shortened("a" * 41) == "a" * 39 + "…"
    assert shortened("a\n  b") == "a b"


def test_numbers_of_a_list_that_are_beyond_one_bound_are_told_at_once() -> None:
    """Pixels where shares are meant are one mistake, not one for each number."""
    text = (
        "pipeline: photos\nsteps:\n"
        "  cut: { uses: crop, with: { area: [0, 0.5, 200, 100] } }\n"
        "  soft: { uses: blur, with: { boxes: [[0, 0, 1, 2]] } }\n"
    )

    with pytest.raises(PipelineRefused) as refused:
        compile_source(text, "pipeline.yaml", find())

    assert [told.title for told in refused.value.diagnostics] == [
        "2 entries of `area` are too large, the first of them 200",
        "an entry of `boxes` is too large: 2",
    ]
