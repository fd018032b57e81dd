"""examples/README.md: the gallery says of each example what is so."""

import re

import pytest

from steps import plugins as shipped
from tests.examples.conftest import EXAMPLES, CompileExample, steps_of

ROW = re.compile(
    r"^\| \[(?P<name>\S+)\]\((?P=name)/pipeline\.yaml\) "
    r"\| (?P<teaches>.+) \| (?P<outputs>.+) \| (?P<missing>.*) ?\|$",
    re.MULTILINE,
)
ROWS = {row["name"]: row for row in ROW.finditer((EXAMPLES / "README.md").read_text("utf-8"))}


def test_every_example_is_in_the_gallery() -> None:
    """Once each."""
    assert set(ROWS) == {path.parent.name for path in EXAMPLES.glob("*/pipeline.yaml")}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_names_the_outputs(name: str, compiled: CompileExample) -> None:
    """All of them, or the first and the last of many."""
    outputs = compiled(name).outputs
    told = re.findall(r"`([^`]+)`", ROWS[name]["outputs"])

    assert tuple(told) in {outputs, (outputs[:1] + outputs[-1:])}
    assert told or ROWS[name]["outputs"] == "none"


@pytest.mark.parametrize("name", ROWS)
def test_a_row_names_what_is_not_there_yet(name: str) -> None:
    """The plugins of its steps that steps/ lacks."""
    stubbed = sorted({each["uses"] for each in steps_of(name).values()} - set(shipped.find()))

    assert ROWS[name]["missing"].strip() == ", ".join(f"`{each}`" for each in stubbed)
