"""`make new-step` begins a step that passes at once, and writes over nothing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dsl import keys
from steps.testing.new import RESERVED, Refused, begin

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what a step's tests need."""
    for kept in ("steps", "pyproject.toml", "tests/conftest.py", "tests/steps/test_contract.py"):
        source, target = ROOT / kept, tmp_path / kept
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return tmp_path


def tried(checkout: Path) -> str:
    """Return what pytest says of the step, as docs/add-a-step.md has it run."""
    words = ("-m", "pytest", "-q", "tests/steps", "-k", "soft_glow")
    theirs = {name: value for name, value in os.environ.items() if name != "HYPOTHESIS_PROFILE"}
    run = subprocess.run(
        [sys.executable, *words],
        cwd=checkout,
        env=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr


def test_a_step_just_begun_passes_the_suite_and_the_linter(checkout: Path) -> None:
    """So the first red test is the author's own."""
    said = begin("soft_glow", checkout)

    assert "pytest tests/steps -k soft_glow" in said
    assert re.search(r"^\d+ passed", tried(checkout), re.MULTILINE)
    files = ("steps/soft_glow.py", "tests/steps/test_soft_glow.py")
    for command in (("format", "--check"), ("check", "--no-cache")):
        lint = (sys.executable, "-m", "ruff", *command, *files)
        assert subprocess.run(lint, cwd=checkout, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("top", "body", "said"),
    [
        (
            "import time",
            "time.time()",
            r"soft_glow reads the clock \(time\.time\), at soft_glow\.py",
        ),
        (
            "from datetime import datetime",
            "datetime.now()",
            r"soft_glow reads the clock \(datetime\.now\), at soft_glow\.py",
        ),
        (
            "",
            "picture._frames = picture.mirrored()._frames",
            "soft_glow changed the picture that it",
        ),
        (
            "",
            "raise KeyError('level')",
            r"soft_glow crashed at soft_glow\.py:\d+: KeyError.*in `fails`",
        ),
        (
            "from steps.contract import StepFailed",
            "raise StepFailed('too_dark')",
            "soft_glow fails with 'too_dark', which `fails` lacks",
        ),
    ],
    ids=["clock", "date", "input", "crash", "undeclared"],
)
def test_a_broken_rule_is_named(checkout: Path, top: str, body: str, said: str) -> None:
    """With the step, what it did, and what to do instead: right below the rule that was tried."""
    begin("soft_glow", checkout)
    plugin = checkout / "steps" / "soft_glow.py"
    source = plugin.read_text("utf-8").replace(
        "    return picture", f"    {body}\n    return picture"
    )
    plugin.write_text(source.replace("from typing", f"{top}\nfrom typing", 1), "utf-8")

    assert re.search(r">       rule\(plugin\)\nE  .*" + said, tried(checkout))


@pytest.mark.parametrize("name", ["", "Soft", "soft-glow", "2nd", "lambda", "a/b", "soft glow"])
def test_a_name_that_no_step_can_have_is_refused(tmp_path: Path, name: str) -> None:
    """With what a name is made of; nothing is written."""
    with pytest.raises(Refused, match="small letters, digits and _"):
        begin(name, tmp_path)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *((word, "means something else in pipeline.yaml") for word in RESERVED),
        ("round", "hide Python's own round"),
        ("json", "there is a Python module json"),
        ("numpy", "there is a Python module numpy"),
        ("pydantic", "there is a Python module pydantic"),
    ],
)
def test_a_name_with_another_meaning_is_refused(tmp_path: Path, name: str, why: str) -> None:
    """With the reason, and one that would do."""
    with pytest.raises(Refused, match=f"{why}.*NAME={name}_step$"):
        begin(name, tmp_path)

    assert not list(tmp_path.iterdir())


def test_the_words_of_the_language_are_the_compilers() -> None:
    """Steps know nothing of it, so both have the list."""
    assert set(RESERVED) == set(keys.RESERVED)


@pytest.mark.parametrize("name", ["resize", "metadata", "testing"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    """By a plugin, or by a file or folder of the kernel's."""
    with pytest.raises(Refused, match=f"steps/{name}.* is there already"):
        begin(name, ROOT)
