"""Conditions as other languages write them: the cure is what to write, and it compiles."""

import pytest

from dsl.diagnostics import PipelineRefused
from tests.dsl.conftest import Compile

MEANT = {
    "picture.width => 400": "picture.width >= 400",
    "picture.width =< 400": "picture.width <= 400",
    "picture.width <> 400": "picture.width != 400",
    "picture.format === 'png'": "picture.format == 'png'",
    "picture.format = 'png'": "picture.format == 'png'",
    "picture.format is 'png'": "picture.format == 'png'",
    "picture.format == png": "picture.format == 'png'",
    "picture.alpha AND picture.width > 9": "picture.alpha and picture.width > 9",
    "picture.alpha && picture.width > 9": "picture.alpha and picture.width > 9",
    "picture.alpha OR picture.width > 9": "picture.alpha or picture.width > 9",
    "picture.alpha || picture.width > 9": "picture.alpha or picture.width > 9",
    "NOT picture.alpha": "not picture.alpha",
    "(!picture.alpha)": "(not picture.alpha)",
    "has(image.owner_name)": "exists(image.owner_name)",
    "picture.alpha or !defined(image.file_name)": "picture.alpha or not exists(image.file_name)",
    "exists image.owner_name": "exists(image.owner_name)",
    "image.owner_name != null": "exists(image.owner_name)",
    "image.owner_name is not null": "exists(image.owner_name)",
    "image.owner_name == None": "not exists(image.owner_name)",
    "image.owner_name ?? 'x' == 'x'": "image.owner_name else 'x' == 'x'",
    "picture.alpha == True": "picture.alpha == true",
    "picture.width >= 400px": "picture.width >= 400",
    "picture.width > 4k": "picture.width > 4000",
    "400 < picture.width < 800": "400 < picture.width and picture.width < 800",
    "picture.format in ('png', 'gif')": "\"picture.format in ['png', 'gif']\"",
    "picture.format not in ['png']": "\"not picture.format in ['png']\"",
}
NOBODY_KNOWS = (
    "picture.width + 3 > 400",
    "picture.width > 400 ?",
    "picture.pixels > 2MP",
    "len(picture.name) > 3",
    "5px",
)


def pipeline(condition: str) -> str:
    return f"pipeline: photos\nsteps:\n  grey:\n    uses: greyscale\n    when: {condition}\n"


@pytest.mark.parametrize("foreign", MEANT)
def test_the_cure_is_the_condition_that_was_meant(foreign: str, compiled: Compile) -> None:
    """It compiles as it stands in the message: no cure leads to the next mistake."""
    with pytest.raises(PipelineRefused) as refused:
        compiled(pipeline(foreign))

    assert [each.help for each in refused.value.diagnostics] == [f"write {MEANT[foreign]}"]
    assert compiled(pipeline(MEANT[foreign])).outputs == ("grey",)


@pytest.mark.parametrize("foreign", NOBODY_KNOWS)
def test_no_condition_is_made_up(foreign: str, compiled: Compile) -> None:
    """Where no reading of it makes a condition, the message says what there is."""
    with pytest.raises(PipelineRefused) as refused:
        compiled(pipeline(foreign))
    (told,) = refused.value.diagnostics

    assert told.help
    assert not told.help.startswith("write picture")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("picture.format in ['png', 'gif']", "picture.format in ['png', 'gif']"),
        ("picture.format in ('png', 'gif')", "picture.format in ['png', 'gif']"),
        ("image.owner_name ?? 'x' == 'x'", "image.owner_name else 'x' == 'x'"),
        ("'png' == picture.format", "'png' == picture.format"),
    ],
)
def test_what_braces_cut_off_is_told_in_quotes(written: str, meant: str, compiled: Compile) -> None:
    """The quoted condition, in ours, compiles where the other stood."""
    text = "pipeline: photos\nsteps:\n  grey: { uses: greyscale, when: WHEN }\n"
    with pytest.raises(PipelineRefused) as refused:
        compiled(text.replace("WHEN", written))

    assert [each.help for each in refused.value.diagnostics] == [f'quote it: "{meant}"']
    assert compiled(text.replace("WHEN", f'"{meant}"')).outputs == ("grey",)
