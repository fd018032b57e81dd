"""Shared by all tests: the hypothesis profiles, and how `make test` divides them on processors."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Shared runners stall now and then; how long an example takes is no property of the code.
_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=25, **_CALM)
settings.register_profile("ci", max_examples=200, print_blob=True, **_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a fixture of a session; the embedded cloud comes first.

    It is the longest of the groups, and mostly waits: others fill the time.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: _group(item) != "cloud")


def _group(item: pytest.Item) -> str:
    """Name the tests that run in one process, one after another."""
    if item.get_closest_marker("e2e"):
        return "cloud"
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return folder if folder == "infra" else item.path.as_posix()
