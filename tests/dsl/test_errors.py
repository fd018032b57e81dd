"""Every message: a pipeline file with a mistake, and the exact text that its author reads."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dsl.codes import CODES
from dsl.diagnostics import SHOWN, PipelineRefused
from dsl.draft import Plugins
from tests.dsl.layers import compile_layers

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "errors").glob("*.yaml"))
# Found outside a pipeline's text; tested where they arise.
ELSEWHERE = {"P012", "P037", "P038", "W001", "W002"}


def refusal(path: Path, plugins: Plugins) -> PipelineRefused:
    with pytest.raises(PipelineRefused) as caught:
        compile_layers(path.read_text("utf-8"), plugins)
    return caught.value


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_mistake_has_its_message(
    path: Path, plugins: Plugins, expect: Callable[[Path, str], None]
) -> None:
    """Place, cause and cure, word by word; `pytest tests/dsl --golden` writes them anew."""
    refused = refusal(path, plugins)

    expect(path.with_suffix(".txt"), refused.render() + "\n")


@pytest.mark.parametrize(
    "path", [path for path in FIXTURES if "-" in path.stem], ids=lambda path: path.stem
)
def test_a_fixture_shows_the_code_it_is_named_for(path: Path, plugins: Plugins) -> None:
    """One mistake gives messages of its own code only, never a string of consequences."""
    code = path.stem.partition("-")[0]

    codes = {each.code for each in refusal(path, plugins).diagnostics}

    assert codes == {code} or path.stem == "five-mistakes"


def test_every_code_has_a_fixture_or_a_test() -> None:
    """The table of codes and the fixtures are the same set."""
    shown = {path.stem.partition("-")[0] for path in FIXTURES} - {"five"}

    assert shown | ELSEWHERE == set(CODES)


def test_every_text_belongs_to_a_file() -> None:
    """Nothing is left of a fixture that was renamed."""
    folder = FIXTURES[0].parent

    assert {path.stem for path in folder.glob("*.txt")} == {path.stem for path in FIXTURES}


def test_five_mistakes_are_reported_together_in_the_order_of_the_file(plugins: Plugins) -> None:
    """Nobody has to run the compiler five times to learn of five mistakes."""
    path = next(path for path in FIXTURES if path.stem == "five-mistakes")

    refused = refusal(path, plugins)

    assert [each.code for each in refused.diagnostics] == ["P009", "P002", "P001", "P019", "P007"]
    assert [each.span for each in refused.diagnostics] == sorted(
        each.span for each in refused.diagnostics
    )


def test_people_are_shown_as_many_mistakes_as_they_read(plugins: Plugins) -> None:
    """The last lines say how many more there are; programs get all of them."""
    steps = "".join(f"  s{index}: {{ uses: nothing }}\n" for index in range(SHOWN + 5))

    with pytest.raises(PipelineRefused) as caught:
        compile_layers(f"pipeline: photos\nsteps:\n{steps}", plugins)

    told = caught.value.render()
    assert told.count("error[P001]") == SHOWN
    assert "\n\nand 5 more: mend these first\n\npipeline.yaml has 25 mistakes" in told
    assert len(caught.value.diagnostics) == SHOWN + 5


def test_a_garbled_variant_hides_no_mistake_of_another(plugins: Plugins) -> None:
    """Nor does what cannot be merged hide what stands beside it."""
    text = """pipeline: photos
steps:
  sizes: { uses: resize, variants: { small: 300, large: { widht: 800 } } }
  <<: *other
  mark: { uses: watermark, with: { text: hello, opacity: 3 } }
"""

    with pytest.raises(PipelineRefused) as caught:
        compile_layers(text.replace("*other", "{ uses: resize }"), plugins)

    assert [each.code for each in caught.value.diagnostics] == ["P015", "P002", "Y004", "P003"]


def test_plugins_of_packages_are_told_from_those_that_are_built_in(plugins: Plugins) -> None:
    """Who mistypes a name sees where each of those that there are comes from."""
    more = {**plugins, "acme.glow": replace(plugins["greyscale"], name="acme.glow")}

    with pytest.raises(PipelineRefused) as caught:
        compile_layers("pipeline: photos\nsteps: { glow: { uses: acme.glov } }\n", more)

    (told,) = caught.value.diagnostics
    assert told.help == 'did you mean "acme.glow"?'
    assert "acme.glow" in told.allowed
    assert told.note == (
        "acme.glow is of a package (entry point darkroom.steps); the others are built in"
    )
