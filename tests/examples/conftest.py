"""Shared by the tests of the examples: their texts, and what they compile to."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dsl.compile import Compiled, compile_source
from dsl.draft import Plugins
from tests.dsl.editing import read
from tests.examples.lacking import Lack, lacking
from tests.examples.stubs import with_stubs

EXAMPLES = Path(__file__).parents[2] / "examples"
CompileExample = Callable[[str], Compiled]


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """All plugins of steps/, and stubs for those that the examples use beside them."""
    return with_stubs()


@pytest.fixture(scope="session")
def compiled(plugins: Plugins) -> CompileExample:
    """Compile an example by its name, without what Darkroom lacks yet."""

    @cache
    def compile_example(name: str) -> Compiled:
        return compile_source(possible(name), f"examples/{name}/pipeline.yaml", plugins)

    return compile_example


def written(name: str) -> str:
    """Return an example as it stands in its file."""
    return (EXAMPLES / name / "pipeline.yaml").read_text("utf-8")


def possible(name: str, *, kept: Lack | None = None) -> str:
    """Return an example without what Darkroom lacks yet, but for what is `kept`."""
    text = written(name)
    for lack in lacking(name):
        assert text.count(lack.text) == 1, f"{lack.text!r} must stand once in {name}"
        text = text if lack == kept else text.replace(lack.text, lack.instead)
    return text


def steps_of(name: str) -> dict[str, Any]:
    """Return the steps of an example by their names."""
    found: Any = read(written(name))
    return dict(found["steps"])
