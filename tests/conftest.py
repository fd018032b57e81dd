"""Shared by all tests: hypothesis profiles, the order of tests, files of what is expected."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Shared runners stall now and then; how long an example takes is no property of the code.
_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=25, **_CALM)
settings.register_profile("ci", max_examples=50, print_blob=True, **_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


class ByFixtures(LoadScopeScheduling):
    """Keeps what shares a fixture of a session in one process, and each file whole."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFixtures:
    """Divide the tests among the processes of `--numprocesses`."""
    return ByFixtures(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the embedded cloud: it takes longest, and mostly waits while others work.

    What needs an account of AWS is left out, unless it is asked for by name.
    """
    if "aws" not in str(config.option.markexpr):
        on_aws = [item for item in items if item.get_closest_marker("aws")]
        items[:] = [item for item in items if item not in on_aws]
        config.hook.pytest_deselected(items=on_aws)
    items.sort(key=lambda item: _group(item.nodeid) != "cloud")


def _group(nodeid: str) -> str:
    """Name the tests that run in one process, one after another."""
    file = nodeid.partition("::")[0]
    shared = (name for name, begins in _SHARING.items() if file.startswith(begins))
    return next(shared, file)


_SHARING = {
    "cloud": ("tests/e2e/", "tests/darkroom/local/test_cloud.py"),  # a deployment
    "infra": ("tests/infra/",),  # a synthesis
}


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
