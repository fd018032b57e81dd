"""The schema for editors: what it completes, what it underlines, and what it leaves alone."""

import inspect
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft7Validator

from darkroom.plan.models import OnError
from dsl import quantities
from dsl.backends.option_schema import options, quantity, summary
from dsl.backends.schema import schema
from dsl.diagnostics import Report
from dsl.keys import STEP_KEYS, TOP_KEYS
from dsl.option_docs import option_docs
from dsl.quantities import MEGABYTES
from dsl.text import SourceText, Span
from dsl.tree import Scalar
from steps import plugins as shipped
from steps.contract import Options
from steps.limits import Limits
from steps.units import BYTES, PIXEL_COUNT, SECONDS, SHARE, Unit
from tests.dsl.editing import read, underlined

FIXTURES = Path(__file__).parent / "fixtures"
GOOD = sorted((FIXTURES / "good").glob("*.yaml"))
Schema = dict[str, Any]

# Each mistake, and where an editor shows it. A key that must not be is shown at its step: the
# validator has no place for it, editors do.
SEEN = {
    "D302-when-and-variants": ["steps.sizes"],
    "D308-passed-on": ["steps.sizes.on_error"],
    "D312-variants-of-facts": ["steps.look"],
    "P001-unknown-plugin": ["steps.brand.uses"],
    "P002-accept": ["accept.max_byte"],
    "P002-in-a-variant": ["steps.sizes.variants.small.hieght"],
    "P002-none-to-have": ["steps.grey.with.strength"],
    "P002-unknown-option": ["steps.small.with.widht"],
    "P003-attempts": ["steps.small.retry.attempts"],
    "P003-choice-in-a-list": ["steps.mark.with.colours"],
    "P003-engine": ["engine"],
    "P003-formats": ["accept.formats.0"],
    "P003-keep": ["keep.0"],
    "P003-not-a-choice": ["steps.small.with.fit"],
    "P026-pixels": ["steps.small.with.width"],
    "P003-percent-of-a-number": ["steps.mark.with.opacity"],
    "P003-on-error": ["steps.web.on_error"],
    "P003-text-too-long": ["steps.mark.with.text"],
    "P003-too-large": ["steps.mark.with.opacity"],
    "P003-too-small": ["steps.small.with.width"],
    "P004-missing-option": ["steps.mark.with"],
    "P004-no-with-at-all": ["steps.mark"],
    "P007-written-number": ["steps.small.when"],
    "P009-max-pixels": ["accept.max_bytes", "accept.max_pixels"],
    "P009-memory": ["steps.small.memory"],
    "P009-timeout": ["steps.small.timeout"],
    "P013-defaults": ["defaults.on_error"],
    "P013-option-beside-with": ["steps.small.width"],
    "P013-retry": ["steps.small.retry.tries"],
    "P013-step": ["steps.small", "steps.small.use"],
    "P014-no-pipeline": [""],
    "P014-no-uses": ["steps.small"],
    "P015-alone-is-a-text": ["steps.web.alone"],
    "P015-from-is-a-list": ["steps.joined.from"],
    "P015-only-in-one-word": ["steps.grey.only"],
    "P015-step-in-one-word": ["steps.check"],
    "P016-pipeline": ["pipeline"],
    "P016-step-name": ["steps.Small-Size"],
    "P016-variant-is-a-number": ["steps.sizes.variants.320"],
    "P017-pipeline-called-class": ["pipeline"],
    "P017-step-called-image": ["steps.image"],
    "P018-no-steps": ["steps"],
    "P022-limits-of-originals": ["accept.max_bytes", "accept.max_frames"],
    "P023-no-variants": ["steps.sizes.variants"],
    "P026-unit-of-another-case": ["accept.max_bytes"],
    "P032-true": ["steps.small.when"],
    "five-mistakes": [
        "accept.max_bytes",
        "steps.brand.uses",
        "steps.sizes.variants.thumbnail.widht",
    ],
}

# What no schema can see, and only `make generate` says: docs/editor.md tells the reader.
UNSEEN = {
    "D301": "which steps stand above a fork",
    "D303": "which facts may be missing",
    "D304": "which facts are on a picture's way",
    "D306": "outputs of one name",
    "D307": "whether any output is left",
    "P004-options-together": "options that do not go together",
    "P003-said-by-the-plugin": "what a plugin's own check says",
    "P003-timeout-too-long": "how much a quantity is",
    "P005": "what an expression can name",
    "P007-text": "the type of a condition",
    "P010": "how long a run takes",
    "P019": "which pictures come to a step",
    "P020": "the syntax of expressions",
    "P021": "types within expressions",
    "P022-list": "the type of what fills an option",
    "P022-number": "the type of what fills an option",
    "P022-text": "the type of what fills an option",
    "P025": "whether validate tightens accept",
    "P027": "names along a way",
    "P028": "how many pictures there are",
    "P029": "what fits a Lambda function",
    "P030": "which step is the first",
    "P033": "which steps and variants stand above",
    "P032-folded": "conditions that are always true",
}


@pytest.fixture(scope="session")
def own() -> Schema:
    """The schema of files that use the plugins of this repository."""
    return schema(shipped.find())


def fixture(name: str) -> str:
    return (FIXTURES / "errors" / f"{name}.yaml").read_text("utf-8")


def offered(whole: Schema, plugin: str) -> Schema:
    """What an editor offers in `with` of a step that uses `plugin`."""
    step = whole["definitions"]["step"]
    then = next(
        rule["then"]["properties"]
        for rule in step["allOf"]
        if rule["if"].get("properties", {}).get("uses") == {"const": plugin}
    )
    found: Schema = whole["definitions"][then["with"]["$ref"].rpartition("/")[2]]
    return found


def test_the_schema_is_one(stubs: Schema, own: Schema) -> None:
    """By the rules of the draft that it names."""
    Draft7Validator.check_schema(stubs)
    Draft7Validator.check_schema(own)

    assert own["$schema"] == Draft7Validator.META_SCHEMA["$schema"]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_nothing_is_underlined_in_a_good_pipeline(path: Path, stubs: Schema) -> None:
    """What compiles, an editor leaves alone."""
    assert underlined(read(path.read_text("utf-8")), stubs) == []


@pytest.mark.parametrize("name", SEEN)
def test_a_mistake_of_shape_is_underlined_where_it_is(name: str, stubs: Schema) -> None:
    """Before the compiler is run at all."""
    assert underlined(read(fixture(name)), stubs) == SEEN[name]


@pytest.mark.parametrize("code", UNSEEN)
def test_what_takes_the_whole_file_is_left_to_the_compiler(code: str, stubs: Schema) -> None:
    """A mistake that shows only in several steps together, or in an expression."""
    names = [path.stem for path in (FIXTURES / "errors").glob(f"{code}*.yaml")]

    assert names
    assert all(underlined(read(fixture(name)), stubs) == [] for name in names)


def test_every_key_of_the_language_is_offered_and_described(own: Schema) -> None:
    """At the top, and in a step."""
    keys = {**own["properties"], **own["definitions"]["step"]["properties"]}

    assert set(keys) == {*TOP_KEYS, *STEP_KEYS}
    assert all(key["description"] for key in keys.values())


def test_every_plugin_is_offered_with_what_it_does(own: Schema) -> None:
    """`uses` lists them all, and each has its `with` and its variants."""
    uses = own["definitions"]["step"]["properties"]["uses"]

    assert uses["enum"] == list(shipped.find())
    assert len(uses["enumDescriptions"]) == len(uses["enum"])
    assert all(uses["enumDescriptions"])


@pytest.mark.parametrize("name", shipped.find())
def test_every_option_of_a_plugin_is_offered_and_described(name: str, own: Schema) -> None:
    """The text below its field in the plugin's file."""
    model = shipped.find()[name].options_model
    found = offered(own, name)

    assert set(found["properties"]) == set(model.model_fields)
    assert found["description"] == summary(model)
    assert {
        key for key, each in found["properties"].items() if not each.get("description")
    } == set()


def test_every_limit_of_accept_is_described(own: Schema) -> None:
    """They are options like others, but that nothing fills them."""
    accept = own["properties"]["accept"]["properties"]

    assert set(accept) >= set(Limits.model_fields)
    assert all(each["description"] for each in accept.values())
    assert "${" not in json.dumps(accept)


def test_choices_say_what_they_come_to(own: Schema) -> None:
    """One text for each."""
    on_error = own["definitions"]["step"]["properties"]["on_error"]

    assert on_error["enum"] == list(get_args(OnError))
    assert len(on_error["enumDescriptions"]) == len(on_error["enum"])


def test_choices_and_defaults_are_offered(own: Schema) -> None:
    """As the file would write them: quantities with their unit."""
    resize, watermark = offered(own, "resize"), offered(own, "watermark")
    fit = resize["properties"]["fit"]

    assert fit["default"] == "contain"
    assert {"contain", "cover", "stretch", "pad"} == set(fit["anyOf"][0]["enum"])
    assert watermark["properties"]["size"]["default"] == "4%"
    assert own["properties"]["accept"]["properties"]["max_bytes"]["default"] == "25MB"


@pytest.mark.parametrize(
    "unit",
    [BYTES, PIXEL_COUNT, SECONDS, SHARE, MEGABYTES, Unit("turns", (("turn", 1), ("deg", 1 / 360)))],
    ids=lambda unit: unit.name,
)
def test_examples_of_quantities_can_be_written(unit: Unit) -> None:
    """Each keeps its pattern, and the compiler reads it."""
    rule = quantity(unit)

    for example in rule["examples"]:
        report = Report(SourceText("file", example))
        scalar = Scalar(Span(0, len(example)), example, None)
        assert re.search(rule["pattern"], example)
        assert quantities.read(scalar, unit, "option", report) is not None


class Base(Options):
    """What several plugins take."""

    strength: int
    """How much.

    More is more.
    """
    plain: bool = False


class Tuned(Base):
    """One that says more."""

    level: int = 1  # no docstring
    plain: bool = True
    """Whether it is plain."""

    def described(self) -> str:
        """No option."""
        return ""


def test_the_text_below_a_field_describes_the_option() -> None:
    """Inherited ones too; what a comment or a method says is none."""
    assert option_docs(Tuned) == {
        "strength": "How much.\n\nMore is more.",
        "plain": "Whether it is plain.",
    }


def test_options_whose_source_is_not_at_hand_have_no_descriptions() -> None:
    """They are offered all the same."""
    made = type("Made", (Options,), {"__annotations__": {"level": int}, "__module__": "nowhere"})

    assert option_docs(made) == {}
    assert options(made, filled=False)["properties"] == {"level": {"type": "integer"}}


def test_a_summary_is_the_first_paragraph() -> None:
    """On one line, and empty where there is none."""
    assert summary(Tuned) == "One that says more."
    assert summary(inspect.getdoc) != ""
    assert summary(lambda: None) == ""
