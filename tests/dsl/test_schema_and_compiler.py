"""The schema is never stricter than the compiler: what an editor underlines does not compile."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.backends.schema import schema
from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from dsl.tree import Json
from tests.dsl.editing import read, underlined

FILES = [
    read(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "fixtures" / "good").glob("*.yaml"))
]
KEYS = (
    *("pipeline", "accept", "keep", "defaults", "engine", "steps", "uses", "with", "variants"),
    *("from", "only", "when", "on_error", "alone", "timeout", "memory", "retry", "attempts"),
    *("wait", "width", "fit", "text", "size", "opacity", "max_bytes", "formats", "small", "image"),
    *("tags", "widht", "Big One", "", "a" * 41),
)
# Of every type, right in some places and wrong in most.
VALUES: tuple[Json | None, ...] = (
    *(None, True, 0, 1, 17_000, 0.5, 3.0, -1),
    *("", "a", "$${", "${picture.width}", "${", "30", "30s", " 1.5 min ", "25MB", "1024 MB", "5%"),
    *("cover", "resize", "watermark", "faces", "drop", "pass", "original", "sizes.large", "auto"),
    *("picture.width > 3", "picture.alpha", "a" * 300),
    *(
        [],
        ["large"],
        ["plan", "plan"],
        ["jpeg", "png"],
        ["icc"],
        [1],
        {},
        {"width": 3},
        {"small": {}},
    ),
    *({"uses": "resize"}, {"uses": "watermark", "with": {"text": "a"}}, {"attempts": 2}),
)
values = st.sampled_from(VALUES).map(copy.deepcopy)


def containers(value: Any) -> Iterator[Any]:
    """Yield each mapping and list in `value`, itself first."""
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each mapping or list in `value` with each key or index of it."""
    for container in containers(value):
        for key in container if isinstance(container, dict) else range(len(container)):
            yield container, key


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A good file after one or two edits: a value changed, or a key removed, renamed or added."""
    file: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 2))):
        container, key = draw(st.sampled_from(list(nodes(file))))
        edit = draw(st.sampled_from(("change", "change", "remove", "rename", "add", "borrow")))
        if edit == "change":
            container[key] = draw(values)
        elif edit == "borrow":
            other, at = draw(st.sampled_from(list(nodes(draw(st.sampled_from(FILES))))))
            container[key] = copy.deepcopy(other[at])
        elif edit == "remove":
            del container[key]
        elif isinstance(container, dict):
            moved = container.pop(key) if edit == "rename" else draw(values)
            container[draw(st.sampled_from(KEYS))] = moved
        if not file:
            break
    return file


@given(file=mutated())
def test_what_an_editor_underlines_does_not_compile(
    file: dict[str, Any], plugins: Plugins, stubs: dict[str, Any]
) -> None:
    """Whatever the edit was. JSON is YAML, so the compiler reads just what the validator sees."""
    if underlined(file, stubs):
        with pytest.raises(PipelineRefused):
            compile_source(json.dumps(file, ensure_ascii=False), "pipeline.yaml", plugins)


def test_edits_are_of_both_kinds(plugins: Plugins) -> None:
    """Changing each value of a file to each other value leaves some right and makes many wrong."""
    whole = schema(plugins)
    verdicts = set()
    for value in VALUES:
        file: Any = copy.deepcopy(FILES[-1])
        container, key = list(nodes(file))[-1]
        container[key] = copy.deepcopy(value)
        verdicts.add(bool(underlined(file, whole)))

    assert verdicts == {True, False}
