"""docs/add-a-step.md is true: what it says to write is written, and passes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from steps.testing.sources import saved_jpeg

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "add-a-step.md"
KEPT = (
    *("steps", "dsl", "darkroom", "generated", "pyproject.toml"),
    *("tests/conftest.py", "tests/steps/test_contract.py"),
)
BLOCK = re.compile(r'^```\w+ title="(?P<path>[^"]+)"\n(?P<code>.*?)^```$', re.DOTALL | re.MULTILINE)


def blocks() -> dict[str, str]:
    """Return the page's files by path."""
    found = BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    return {block["path"]: block["code"] for block in found}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what the page touches, with its plugin and its test added."""
    for kept in KEPT:
        source, target = ROOT / kept, tmp_path / kept
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for path, code in blocks().items():
        if path.endswith(".py"):
            (tmp_path / path).write_text(code, encoding="utf-8")
    before = (ROOT / "tests" / "photos.yaml").read_text("utf-8")
    (tmp_path / "pipeline.yaml").write_text(f"{before}\n{blocks()['pipeline.yaml']}", "utf-8")
    return tmp_path


def test_the_page_shows_the_three_files_that_a_step_takes() -> None:
    """A plugin, its test and an entry in the pipeline; nothing else is edited."""
    assert list(blocks()) == [
        "steps/negative.py",
        "tests/steps/test_negative.py",
        "pipeline.yaml",
    ]


def test_the_step_of_the_page_passes_its_tests_and_the_suite(checkout: Path) -> None:
    """`pytest tests/steps -k negative` finds the plugin by its file and is green."""
    said = _python(checkout, "-m", "pytest", "-q", "tests/steps", "-k", "negative")

    passed = re.search(r"(\d+) passed", said)
    assert passed is not None
    assert int(passed[1]) >= 10  # two of its own, the rest rules of the suite


def test_the_step_of_the_page_passes_the_linter(checkout: Path) -> None:
    """Its files are formatted and linted as `make check` does, with the repository's settings."""
    files = [path for path in blocks() if path.endswith(".py")]

    _python(checkout, "-m", "ruff", "format", "--check", *files)
    _python(checkout, "-m", "ruff", "check", "--no-cache", *files)


@pytest.mark.slow
def test_the_step_of_the_page_passes_mypy_strict(checkout: Path) -> None:
    """The plugin and its test are typed; settings are the repository's, but for the packages."""
    files = [path for path in blocks() if path.endswith(".py")]
    settings = (checkout / "pyproject.toml").read_text("utf-8")
    (checkout / "mypy.toml").write_text(re.sub(r"(?m)^packages = .*$", "", settings), "utf-8")

    _python(checkout, "-m", "mypy", "--config-file", "mypy.toml", *files)


def test_the_pipeline_of_the_page_compiles_and_turns_the_thumbnail(checkout: Path) -> None:
    """With no other edit: compiled, nothing stale, and only the thumbnail is a negative."""
    (checkout / "photo.jpg").write_bytes(saved_jpeg(Image.new("RGB", (1200, 800), (250, 250, 250))))

    _python(checkout, "-m", "dsl", "generate")
    _python(checkout, "-m", "dsl", "generate", "--check")
    _python(checkout, "-m", "darkroom", "process", "photo.jpg")

    assert "negative" in (checkout / "generated" / "photos" / "plan.json").read_text("utf-8")
    light = {}
    for name in ("thumbnail", "medium", "large"):
        with Image.open(checkout / "out" / "photo.jpg" / f"{name}.jpg") as picture:
            light[name] = picture.convert("L").getpixel((20, 20)) > 127
    assert light == {"thumbnail": False, "medium": True, "large": True}


def _python(checkout: Path, *words: str) -> str:
    """Run Python there; return what it said."""
    run = subprocess.run(
        [sys.executable, *words], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout
