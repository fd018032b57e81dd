"""Shared by the tests of costs: the shipped pipeline, and a small one worked out by hand."""

from pathlib import Path

import pytest

from darkroom.plan import Plan
from dsl.draft import Plugins
from dsl.files import compile_file
from steps import plugins as real_plugins

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def real() -> Plugins:
    """The plugins in steps/."""
    return real_plugins.find()


@pytest.fixture(scope="session")
def shipped(real: Plugins) -> Plan:
    """The plan of the project's own pipeline.yaml."""
    return compile_file(ROOT / "pipeline.yaml", real).plan
