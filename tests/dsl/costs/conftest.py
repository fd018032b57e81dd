"""Shared by the tests of costs: the shipped pipeline, and a small one worked out by hand."""

from pathlib import Path

import pytest

from darkroom.plan import Plan
from dsl.compile import Compiled
from dsl.draft import Plugins
from dsl.files import compile_file
from steps import plugins as real_plugins

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def real() -> Plugins:
    """The plugins in steps/."""
    return real_plugins.find()


@pytest.fixture(scope="session")
def project(real: Plugins) -> Compiled:
    """The project's own pipeline.yaml, compiled."""
    return compile_file(ROOT / "tests" / "photos.yaml", real)


@pytest.fixture(scope="session")
def shipped(project: Compiled) -> Plan:
    """The plan of the project's own pipeline.yaml."""
    return project.plan
