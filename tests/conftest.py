"""Shared by all tests: hypothesis profiles, the order of tests, files of what is expected."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Shared runners stall now and then; how long an example takes is no property of the code.
_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=25, **_CALM)
settings.register_profile("ci", max_examples=200, print_blob=True, **_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a fixture of a session; the embedded cloud comes first.

    It is the longest of the groups, and mostly waits: others fill the time.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: _group(item) != "cloud")


def _group(item: pytest.Item) -> str:
    """Name the tests that run in one process, one after another."""
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    if folder == "e2e" or item.get_closest_marker("e2e"):
        return "cloud"
    return folder if folder == "infra" else item.path.as_posix()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden`: write what is there now as what is expected from now on."""
    parser.addoption("--golden", action="store_true", help="rewrite the expected files")


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a file; with `--golden`, write the file instead."""

    def compare(path: Path, actual: str) -> None:
        if request.config.getoption("--golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, encoding="utf-8", newline="\n")
        assert path.read_text("utf-8") == actual

    return compare


@pytest.fixture
def expect_json(request: pytest.FixtureRequest) -> Callable[[Path, Any], None]:
    """Compare parsed data with a file; with `--golden`, write the file instead."""

    def compare(path: Path, actual: Any) -> None:
        if request.config.getoption("--golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(actual, indent=2, ensure_ascii=False)
            path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        assert json.loads(path.read_text("utf-8")) == actual

    return compare
