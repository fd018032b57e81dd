"""docs/guarantees.md: every promise names the tests that show it, and they are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs"
PAGE = (FOLDER / "guarantees.md").read_text("utf-8")
PROMISED, _, NOT_PROMISED = PAGE.partition("## What is not promised")
PROMISES = re.findall(r"^- (.*?)(?=^- |^#|\Z)", PROMISED, re.DOTALL | re.MULTILINE)
NAMED = re.findall(r"\[`(test_\w+)`\]\((\S+?)\)", PAGE)


@cache
def named_in(path: Path) -> frozenset[str]:
    """The names of all tests in a file, those of its classes included."""
    found = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("name", "path"), NAMED, ids=[name for name, _ in NAMED])
def test_a_named_test_is_where_the_page_says(name: str, path: str) -> None:
    """A test that is renamed or moved takes its promise along."""
    assert name in named_in((FOLDER / path).resolve())


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.partition("\n")[0])
def test_a_promise_names_a_test(promise: str) -> None:
    """A sentence without one is a hope."""
    assert "[`test_" in promise


def test_every_kind_of_promise_is_there() -> None:
    """From the history to the API; and what is not promised, untested."""
    assert re.findall(r"^## (.*)", PROMISED, re.MULTILINE) == [
        "The history",
        "Order",
        "Delivery",
        "Idempotency",
        "One ending",
        "What is shown",
        "Accounts and uploads",
        "The API",
    ]
    assert len(PROMISES) >= 30
    assert "[`test_" not in NOT_PROMISED
