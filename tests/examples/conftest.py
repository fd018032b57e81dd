"""Shared by the tests of the examples: their texts, and what they compile to."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dsl.compile import Compiled, compile_source
from dsl.draft import Plugins
from tests.dsl.editing import read
from tests.examples.stubs import with_stubs

EXAMPLES = Path(__file__).parents[2] / "examples"
CompileExample = Callable[[str], Compiled]


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """All plugins of steps/, and stubs for those that the examples use beside them."""
    return with_stubs()


@pytest.fixture(scope="session")
def compiled(plugins: Plugins) -> CompileExample:
    """Compile an example by its name."""

    @cache
    def compile_example(name: str) -> Compiled:
        return compile_source(written(name), f"examples/{name}/pipeline.yaml", plugins)

    return compile_example


def written(name: str) -> str:
    """Return an example as it stands in its file."""
    return (EXAMPLES / name / "pipeline.yaml").read_text("utf-8")


def steps_of(name: str) -> dict[str, Any]:
    """Return the steps of an example by their names."""
    found: Any = read(written(name))
    return dict(found["steps"])
