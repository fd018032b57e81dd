"""The schema of overlays: any part of a pipeline, its steps and variants by name, null removes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from dsl.backends.overlay_schema import overlay_schema
from dsl.compile import compile_source
from dsl.draft import Plugins
from tests.dsl.conftest import Compile
from tests.dsl.editing import read, underlined

GOOD = sorted((Path(__file__).parent / "fixtures" / "good").glob("*.yaml"))
PIPELINE = """pipeline: photos
steps:
  check: { uses: validate }
  look: { uses: faces }
  sizes:
    uses: resize
    variants: { small: { width: 100 }, large: { width: 800 } }
  brand: { uses: watermark, with: { text: a } }
"""


@pytest.fixture
def photos(compiled: Compile, plugins: Plugins) -> dict[str, Any]:
    """The schema of what may lie beside PIPELINE."""
    return overlay_schema(compiled(PIPELINE).plan, plugins)


def parts(file: Any) -> Iterator[Any]:
    """Yield `file` with each of its values removed by null, and with each left out."""
    for key in file:
        yield {**file, key: None}
        yield {other: value for other, value in file.items() if other != key}
        if isinstance(file[key], dict):
            for part in parts(file[key]):
                yield {**file, key: part}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_any_part_of_a_pipeline_is_an_overlay_of_it(path: Path, plugins: Plugins) -> None:
    """Whatever is left out or removed; what the steps use need not be said again."""
    text = path.read_text("utf-8")
    rule = overlay_schema(compile_source(text, path.name, plugins).plan, plugins)
    file = read(text)

    Draft7Validator.check_schema(rule)
    assert [part for part in (file, *parts(file)) if underlined(part, rule)] == []


@pytest.mark.parametrize(
    ("overlay", "places"),
    [
        ("steps: { debug: { uses: resize } }", ["steps.debug"]),
        ("steps: { sizes: { variants: { small: { widht: 3 } } } }", ["variants.small.widht"]),
        ("steps: { sizes: { with: { text: a } } }", ["with.text"]),
        ("steps: { brand: { with: { width: 3 } } }", ["with.width"]),
        ("steps: { brand: { timeout: 30 } }", ["timeout"]),
        ("accept: { max_bytes: 5, max_byte: 5MB }", ["accept.max_byte", "accept.max_bytes"]),
        ("stpes: {}", ["stpes"]),
    ],
)
def test_a_mistake_is_underlined_where_it_is(
    overlay: str, places: list[str], photos: dict[str, Any]
) -> None:
    """Steps cannot be added, and options are those of the step's own plugin."""
    found = underlined(read(overlay), photos)

    assert len(found) == len(places)
    assert all(each.endswith(place) for each, place in zip(found, places, strict=True))


@pytest.mark.parametrize(
    "overlay",
    [
        "steps: { sizes: { variants: { huge: { width: 4000 } } } }",
        "steps: { brand: { uses: resize, with: { text: a, width: 3 } } }",
        "{}",
    ],
    ids=["another-variant", "another-plugin", "nothing"],
)
def test_what_shows_only_after_merging_is_left_to_the_compiler(
    overlay: str, photos: dict[str, Any]
) -> None:
    """Variants may be added, and a step may use another plugin."""
    assert underlined(read(overlay), photos) == []


def test_steps_and_variants_are_offered_by_name(photos: dict[str, Any]) -> None:
    """The opening is a step like others."""
    steps = photos["properties"]["steps"]["properties"]

    assert list(steps) == ["check", "look", "sizes", "brand"]
    variants = steps["sizes"]["else"]["properties"]["variants"]
    assert list(variants["properties"]) == ["small", "large"]
    assert set(photos["definitions"]["resize-options"]["properties"]) >= {"width", "fit"}
