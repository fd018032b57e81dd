"""Shared by the tests of what runs: the compiled pipeline, and AWS events as they come."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from darkroom.plan import Plan
from dsl.compile import compile_source
from steps.plugins import find

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan of the pipeline that the README shows, compiled here and now."""
    text = (ROOT / "tests" / "photos.yaml").read_text("utf-8")
    return compile_source(text, "pipeline.yaml", find()).plan


@pytest.fixture(scope="session")
def aws_event() -> Callable[[str], dict[str, Any]]:
    """Return an event of tests/events by its name, a new one each time."""

    def read(name: str) -> dict[str, Any]:
        event: dict[str, Any] = json.loads((ROOT / f"tests/events/{name}.json").read_text("utf-8"))
        return event

    return read
