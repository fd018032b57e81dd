"""docs/security.md: every threat has its test, and the tests are there."""

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs"
PAGE = (FOLDER / "security.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
NAMED = re.findall(r"\[`(test_\w+)`\]\((\S+?)\)", PAGE)


@pytest.mark.parametrize(("name", "path"), NAMED, ids=[name for name, _ in NAMED])
def test_a_named_test_is_where_the_page_says(name: str, path: str) -> None:
    """A test that is renamed or moved takes its threat along."""
    tree = ast.parse((FOLDER / path).resolve().read_text("utf-8"))

    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_threat_names_a_test_or_the_page_that_does(row: str) -> None:
    """An answer that nothing holds is a hope."""
    assert "[`test_" in row or "hostile-input.md" in row


def test_every_acknowledgement_of_a_finding_says_why() -> None:
    """In a sentence; the page refers to them."""
    text = (FOLDER.parent / "infra" / "acknowledged.yaml").read_text("utf-8")
    entries = text.split("\n- tool: ")[1:]

    assert len(ROWS) >= 15
    assert sum(entry.startswith("cdk-nag") for entry in entries) <= 15
    assert all(len(entry.partition("why: >-")[2].split()) > 8 for entry in entries)
