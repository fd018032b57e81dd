"""docs/codes.md: every code that an image can end with is there. `make docs` writes it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import darkroom.images
import darkroom.runner
from steps.encoding import OverBudget
from steps.limits import CODES
from steps.plugins import find
from tests.docs.code_page import page

PAGE = Path(__file__).parents[2] / "docs" / "codes.md"


def written_out(package: Path) -> Iterator[str]:
    """Yield the codes that the modules of a package end steps, variants and runs with."""
    for path in package.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                given = [*node.args, *(each.value for each in node.keywords if each.arg == "code")]
                texts = (each.value for each in given if isinstance(each, ast.Constant))
                if node.func.id in {"StepFailed", "Failed", "Gone", "ProcessingFailed"}:
                    yield from (text for text in texts if isinstance(text, str) and text)


def test_the_page_says_what_the_code_says(expect: Callable[[Path, str], None]) -> None:
    """Each code in the words of `darkroom why`, with what can be done."""
    expect(PAGE, page(find()))


def test_no_code_is_missing() -> None:
    """Those of the opening, of the encoder, of every step, and what the runner itself says."""
    own = [code for step in find().values() for code in (*step.rejects, *step.fails)]
    modules = (darkroom.runner, darkroom.images)
    told = [code for each in modules for code in written_out(Path(each.__path__[0]))]

    assert {"not_encodable", "bad_option", "original_gone", "nothing_rendered"} <= set(told)
    listed = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))
    policies = {"fail", "drop", "pass"}
    assert {*CODES, OverBudget.code, *own, *told} - policies <= listed
