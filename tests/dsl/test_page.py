"""PIPELINE.md: the page as code hosts show it, and names and texts that break nothing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom.plan import ways
from dsl.backends.diagram import diagram
from dsl.backends.page import render_page
from dsl.draft import Plugins
from tests.dsl.conftest import Compile

FIXTURES = Path(__file__).parent / "fixtures" / "pages"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_page_reads_as_expected(
    path: Path, compiled: Compile, plugins: Plugins, expect: Callable[[Path, str], None]
) -> None:
    """Diagram, tables, cost: of an ordinary pipeline, and of one with texts that need escaping."""
    expect(path.with_suffix(".md"), render_page(compiled(path.read_text("utf-8")), plugins))


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(
    path: Path, compiled: Compile, plugins: Plugins
) -> None:
    """A bar in a text would end a cell."""
    page = render_page(compiled(path.read_text("utf-8")), plugins)
    tables = [block for block in page.split("\n\n") if block.startswith("|")]

    assert len(tables) == 4
    for table in tables:
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(bars) == 1, table


def test_the_diagram_shows_every_step_once_and_every_output(compiled: Compile) -> None:
    """With an arrow to each, from what it takes its picture from."""
    plan = compiled((FIXTURES / "texts.yaml").read_text("utf-8")).plan
    lines = [line.strip() for line in diagram(plan).splitlines()]
    arrows = [line.split() for line in lines if "-->" in line]

    ends = [arrow[-1].partition("(")[0] for arrow in arrows]
    assert len(ends) == len(set(ends))
    assert len(ends) == 1 + len(ways(plan.nodes)) + len(plan.outputs)
    assert {arrow[0] for arrow in arrows} <= {"original", *ends}


def test_texts_in_the_diagram_are_nothing_but_text(compiled: Compile) -> None:
    """Between its quotes a label has no character that Mermaid or HTML would act upon."""
    drawn = diagram(compiled((FIXTURES / "texts.yaml").read_text("utf-8")).plan)
    labels = [label.replace("<br/>", "") for label in re.findall(r'"([^"\n]*)"', drawn)]

    assert any("#quot;" in label for label in labels)
    assert not any(set(label) & set("<>&`|") for label in labels)
