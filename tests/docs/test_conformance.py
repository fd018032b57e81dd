"""docs/conformance.md: every case has a test that carries its number, on every store."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "conformance.md").read_text("utf-8")
ROWS = {
    int(number): re.findall(r"`(test_\w+)`", held)
    for number, held in re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE)
}


def numbered(folder: str) -> dict[str, set[int]]:
    """The cases that each test of a folder carries in its docstring."""
    found: dict[str, set[int]] = {}
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                (told,) = re.findall(r"\(Cases? ([^)]*)\.\)", ast.get_docstring(node) or "") or [""]
                found.setdefault(node.name, set()).update(map(int, re.findall(r"\d+", told)))
    return found


CONTRACTS = numbered("darkroom/testing")
ELSEWHERE = numbered("tests/darkroom/events")  # what events can do whatever they are stored in


def test_there_are_all_thirty_five_cases() -> None:
    """In order, each with a test at least."""
    assert list(ROWS) == list(range(1, 36))
    assert all(ROWS.values())


@pytest.mark.parametrize("number", ROWS)
def test_the_tests_of_a_case_are_there_and_carry_its_number(number: int) -> None:
    """So that a reader finds the one from the other."""
    for name in ROWS[number]:
        assert number in (CONTRACTS | ELSEWHERE)[name], name


def test_every_number_in_a_contract_is_on_the_page() -> None:
    """A test that is added to a case is told of, too."""
    carried = {(number, name) for name, numbers in CONTRACTS.items() for number in numbers}

    assert carried - {(number, name) for number, names in ROWS.items() for name in names} == set()
