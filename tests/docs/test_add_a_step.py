"""docs/add-a-step.md is true: what it says to write is written, and passes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "add-a-step.md"
BLOCK = re.compile(r'^```\w+ title="(?P<path>[^"]+)"\n(?P<code>.*?)^```$', re.DOTALL | re.MULTILINE)


def blocks() -> dict[str, str]:
    """Return the page's files by path."""
    found = BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    return {block["path"]: block["code"] for block in found}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what the page touches, with its plugin and its test added."""
    for kept in ("steps", "pyproject.toml", "tests/conftest.py", "tests/steps/test_contract.py"):
        source, target = ROOT / kept, tmp_path / kept
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for path, code in blocks().items():
        if path.endswith(".py"):
            (tmp_path / path).write_text(code, encoding="utf-8")
    return tmp_path


def test_the_page_shows_the_three_files_that_a_step_takes() -> None:
    """A plugin, its test and an entry in the pipeline; nothing else is edited."""
    assert list(blocks()) == [
        "steps/greyscale.py",
        "tests/steps/test_greyscale.py",
        "pipeline.yaml",
    ]


def test_the_step_of_the_page_passes_its_tests_and_the_suite(checkout: Path) -> None:
    """`pytest tests/steps -k greyscale` finds the plugin by its file and is green."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/steps", "-k", "greyscale"]

    run = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed is not None
    assert int(passed[1]) >= 10  # two of its own, eight rules of the suite
