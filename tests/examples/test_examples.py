"""The examples: each compiles to the pictures that its page promises, and runs where it can."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from darkroom.local.inprocess import process
from dsl.backends.asl import state_machine
from dsl.backends.overlay_schema import overlay_schema
from dsl.backends.schema import schema
from dsl.compile import compile_source
from dsl.draft import Plugins
from dsl.text import SourceText
from steps import plugins as shipped
from steps.testing import heics
from steps.testing.sources import gif, jpeg, tiff
from tests.dsl.editing import read, underlined
from tests.examples.conftest import EXAMPLES, CompileExample, steps_of, written
from tests.examples.stubs import STUBS

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = ("w320", "w640", "w960", "w1280", "w1920")

# What the language's fifteen pipelines promise, in order.
OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "avatars": ("small", "medium", "large"),
    "products": ("zoom", "card", "thumb"),
    "news": tuple(f"{width}-{name}" for width in WIDTHS for name in ("avif", "webp", "jpeg")),
    "moderated": ("small", "large"),
    "scans": ("page", "preview"),
    "animations": ("feed", "full", "feed-poster"),
    "panoramas": ("overview", "quarter-nw", "quarter-ne", "quarter-sw", "quarter-se"),
    "id-cards": ("copy",),
    "dedupe": (),
    "cutouts": ("cut", "plain"),
    "tenants": ("brand",),
    "logos": ("icon", "page"),
    "archive": ("small", "large", "full"),
    "branches": ("web", "thumb", "mono-small", "mono-large", "mono-large-poster"),
    "policies": ("small-avif", "small-jpeg", "large-avif", "large-jpeg"),
}
RUNNABLE = [
    name
    for name in OUTPUTS
    if {each["uses"] for each in steps_of(name).values()} <= set(shipped.find())
]
each_example = pytest.mark.parametrize("name", OUTPUTS)


def head(text: str) -> str:
    """Return the comment at the top of an example, on one line."""
    lines = re.match(r"(?:#.*\n)+", text)
    return " ".join((lines[0] if lines else "").replace("#", "").split())


def promised(text: str) -> tuple[str, ...]:
    """Return the outputs that the comment at the top of an example names."""
    names = head(text).rpartition("Outputs: ")[2]
    return () if names == "none" else tuple(names.split(", "))


def test_every_example_is_tested() -> None:
    """Each is a folder with a pipeline of the folder's name."""
    found = {path.parent.name for path in EXAMPLES.glob("*/pipeline.yaml")}

    assert found == set(OUTPUTS)
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == found
    assert {path.name for path in GOLDEN.iterdir()} == found
    assert {"products", "tenants"} <= set(RUNNABLE)


@each_example
def test_an_example_has_its_plan(
    name: str, compiled: CompileExample, expect_json: Callable[[Path, Any], None]
) -> None:
    """What the runner reads."""
    plan = compiled(name).plan

    expect_json(GOLDEN / name / "plan.json", plan.model_dump(mode="json"))


@each_example
def test_an_example_has_its_state_machine(
    name: str, compiled: CompileExample, expect_json: Callable[[Path, Any], None]
) -> None:
    """What Step Functions runs."""
    expect_json(GOLDEN / name / "state_machine.asl.json", state_machine(compiled(name).plan))


@each_example
def test_an_example_has_its_tree(
    name: str, compiled: CompileExample, expect: Callable[[Path, str], None]
) -> None:
    """What its author reads."""
    expect(GOLDEN / name / "tree.txt", compiled(name).tree + "\n")


@each_example
def test_an_example_makes_what_its_page_says(name: str, compiled: CompileExample) -> None:
    """And is called as its folder is."""
    plan = compiled(name).plan

    assert plan.outputs == promised(written(name)) == OUTPUTS[name]
    assert plan.pipeline == name.replace("-", "_")


def test_an_overlay_makes_what_its_page_says(plugins: Plugins) -> None:
    """Laid over its example."""
    (path,) = EXAMPLES.glob("*/pipeline.*.yaml")
    overlay = SourceText(path.name, path.read_text("utf-8"))

    found = compile_source(written(path.parent.name), "pipeline.yaml", plugins, overlay)

    assert found.outputs == promised(overlay.content)


@each_example
def test_editors_underline_nothing_in_an_example(name: str, plugins: Plugins) -> None:
    """Each is as the schema has it."""
    whole = schema(plugins)

    assert underlined(read(written(name)), whole) == []


def test_editors_underline_nothing_in_an_overlay(
    plugins: Plugins, compiled: CompileExample
) -> None:
    """It changes a pipeline that is beside it."""
    (overlay,) = EXAMPLES.glob("*/pipeline.*.yaml")
    rule = overlay_schema(compiled(overlay.parent.name).plan, plugins)

    assert underlined(yaml.safe_load(overlay.read_text("utf-8")), rule) == []


@each_example
def test_an_example_begins_with_a_page_to_learn_from(name: str) -> None:
    """Where the schema is, what it is for, what it teaches; then its steps, trunk first."""
    text = written(name)
    modeline, *rest = text.splitlines()

    assert modeline == "# yaml-language-server: $schema=../../generated/pipeline.schema.json"
    assert 40 < len(head(text).split()) < 150
    assert all(len(line) <= 100 for line in rest)
    assert next(iter(steps_of(name).values())) == {"uses": "validate"}


@pytest.mark.parametrize("name", RUNNABLE)
def test_an_example_whose_plugins_are_there_runs(
    name: str, compiled: CompileExample, tmp_path: Path
) -> None:
    """On a small picture, in this process, to every output that it promises."""
    plan = compiled(name).plan
    photo = tmp_path / "photo"
    taken = plan.opening.options["formats"][0]
    photo.write_bytes(gif(120, 90, frames=3) if taken == "gif" else jpeg(640, 480))

    done = process(photo, plan, owner_name="Ava Tavares")

    assert tuple(done.variants) == OUTPUTS[name]


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("avatars", heics.grid(8, 8, heics.turned(3))),
        ("scans", tiff(640, 480, mode="1", compression="group4")),
    ],
    ids=["a phone's HEIC", "a fax in a TIFF"],
)
def test_an_example_takes_what_its_users_send(
    name: str, original: bytes, compiled: CompileExample, tmp_path: Path
) -> None:
    """Not only what every pipeline takes."""
    photo = tmp_path / "photo"
    photo.write_bytes(original)

    done = process(photo, compiled(name).plan)

    assert tuple(done.variants) == OUTPUTS[name]


def test_products_are_marked_while_the_shop_is_on_the_free_plan(
    compiled: CompileExample, tmp_path: Path
) -> None:
    """The tag decides, and a missing one counts as free; a thumb is never marked."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(jpeg(640, 480))
    plan = compiled("products").plan

    paid = process(photo, plan, tags={"plan": "paid"}).variants
    free, untold = (process(photo, plan, tags=tags).variants for tags in ({"plan": "free"}, {}))

    assert free == untold
    assert {name for name in free if free[name] != paid[name]} == {"zoom", "card"}


def test_stubs_stand_only_for_what_is_not_there() -> None:
    """A plugin that steps/ has needs none any more."""
    assert set(STUBS) & set(shipped.find()) == set()
