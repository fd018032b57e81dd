"""convert chooses how a picture is encoded, and which frames are left of it."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from darkroom.local.inprocess import process
from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from steps import plugins
from steps.contract import StepFailed
from steps.convert import _OTHERS, ConvertOptions, convert
from steps.encoding import OverBudget, encode, output_format
from steps.formats import FORMATS, TRAITS, Format
from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.testing import options_for, pictures, sources

ANIMATED: tuple[Format, ...] = ("gif", "webp")
STILL = tuple(each for each in FORMATS if each not in ANIMATED)
PIPELINE = """pipeline: p
accept: {{ formats: [gif, webp], max_frames: 300 }}
steps:
  a: {{ uses: convert, with: {{ {} }} }}
"""


def opened(original: bytes) -> Picture:
    found = open_picture(original, Limits(formats=FORMATS, max_frames=50))
    assert isinstance(found, Opened)
    return found.picture


def clip(frames: int = 4) -> Picture:
    return opened(sources.gif(frames=frames, duration=[100, 250, 40, 70][:frames], loop=3))


@given(picture=pictures(16), options=options_for(ConvertOptions))
def test_the_file_is_what_was_chosen(picture: Picture, options: ConvertOptions) -> None:
    """Of the format, and of no more bytes than asked; no pixel changes before the output."""
    result = convert(picture, options)

    assert result.pixels() == picture.pixels()
    assert output_format(result, "png") == options.format
    try:
        file = encode(result, options.format)
    except OverBudget:
        assert options.max_bytes
    else:
        assert Image.open(io.BytesIO(file)).format == options.format.upper()
        assert len(file) <= (options.max_bytes or len(file))


def test_a_later_convert_replaces_all_of_it() -> None:
    """The quality of the first one is not the quality of the second."""
    picture = Picture.plain(2, 2, (9, 9, 9, 255))

    both = convert(
        convert(picture, ConvertOptions(format="jpeg", quality=3)), ConvertOptions(format="webp")
    )

    assert both.carried == convert(picture, ConvertOptions(format="webp")).carried


@pytest.mark.parametrize("file_format", STILL)
def test_frames_are_not_lost_quietly(file_format: Format) -> None:
    """A format of one frame takes an animation only with `frames: first`."""
    with pytest.raises(StepFailed) as failed:
        convert(clip(), ConvertOptions(format=file_format))

    assert (failed.value.code, failed.value.facts) == (
        "frames_lost",
        {"format": file_format, "frames": 4},
    )
    assert convert(clip(), ConvertOptions(format=file_format, frames="first")).frames == 1


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_first_frame_is_a_still_picture(file_format: Format) -> None:
    """Also in a format that holds animations; it is the frame that was shown first."""
    result = convert(clip(), ConvertOptions(format=file_format, frames="first"))

    file = Image.open(io.BytesIO(encode(result, file_format)))
    assert getattr(file, "n_frames", 1) == 1
    assert result.pixels() == clip().split()[0].pixels()


@pytest.mark.parametrize("original", ANIMATED)
@pytest.mark.parametrize("file_format", ANIMATED)
def test_an_animation_stays_one_in_either_format(original: Format, file_format: Format) -> None:
    """Frames, times and rounds, as Pillow reads them; resized they are still in order."""
    make = {"gif": sources.gif, "webp": sources.webp}[original]
    picture = opened(make(frames=4, duration=[100, 250, 40, 70], loop=3)).scaled(30, 20)

    written = encode(convert(picture, ConvertOptions(format=file_format)), file_format)

    again = opened(written)
    assert (again.frames, again.carried.delays_ms) == (4, (100, 250, 40, 70))
    assert again.carried.loop == picture.carried.loop
    shown = Image.open(io.BytesIO(written))
    assert shown.n_frames == 4
    for before, after in zip(picture.split(), again.split(), strict=True):
        assert (before.images[0][:3] - after.images[0][:3]).abs().avg() < 6


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"format": "png", "quality": 80}, "png has no quality to choose"),
        (
            {"format": "gif", "max_bytes": 9000},
            "gif has no quality to lower until max_bytes fits: leave it out",
        ),
        ({"format": "webp", "chroma": "4:4:4"}, "webp has no chroma to choose"),
        ({"format": "jpeg", "effort": 3}, "jpeg has no effort to choose"),
        ({"format": "webp", "effort": 7}, "webp knows no effort 7: write 0 to 6"),
        ({"format": "gif", "effort": 0}, "gif knows no effort 0: write 1 to 10"),
        ({"format": "jpeg", "background": "#ffffff80"}, "lets something through"),
    ],
)
def test_what_a_format_has_no_choice_for_is_refused(options: dict[str, Any], words: str) -> None:
    """As the pipeline is compiled, in words that say why."""
    with pytest.raises(ValidationError, match=words):
        ConvertOptions.read(options)


@pytest.mark.parametrize("choice", _OTHERS)
def test_the_formats_that_are_named_have_the_choice(choice: str) -> None:
    """And no other has."""
    named = {each for each in FORMATS if re.search(rf"\b{each}\b", _OTHERS[choice])}
    has = {"quality": "quality", "effort": "efforts", "chroma": "chroma"}[choice]

    assert named == {each for each in FORMATS if getattr(TRAITS[each], has)}


@given(format=st.sampled_from(FORMATS), effort=st.integers(0, 10))
def test_an_effort_is_one_that_the_encoder_knows(format: Format, effort: int) -> None:  # noqa: A002
    """What the options admit is what the format has."""
    admitted = effort in (TRAITS[format].efforts or ())

    try:
        ConvertOptions(format=format, effort=effort)
    except ValidationError:
        assert not admitted
    else:
        assert admitted


def test_the_message_stands_at_the_option_and_has_a_cure() -> None:
    """What its author reads."""
    text = PIPELINE.format("format: png, quality: 80, frames: first")

    with pytest.raises(PipelineRefused) as refused:
        compile_source(text, "pipeline.yaml", plugins.find())

    assert refused.value.render().startswith(
        'error[P003]: step "a" (convert): png has no quality to choose\n'
        " --> pipeline.yaml:4:44\n"
        "4 |   a: { uses: convert, with: { format: png, quality: 80, frames: first } }\n"
        "  |                                            ^^^^^^^^^^^\n"
        "  = help: leave it out, or take jpeg, webp or avif\n"
    )


def test_frames_that_the_format_cannot_hold_are_refused_before_anything_runs() -> None:
    """The plugin's options tell the compiler, which does not know it by name."""
    with pytest.raises(PipelineRefused) as refused:
        compile_source(PIPELINE.format("format: jpeg"), "pipeline.yaml", plugins.find())

    (told,) = refused.value.diagnostics
    assert (told.code, told.help) == (
        "D309",
        "add frames: first, or accept no animations: max_frames: 1",
    )


@pytest.mark.parametrize("file_format", ANIMATED)
def test_an_animation_goes_the_whole_path(file_format: Format, tmp_path: Path) -> None:
    """From a file, through the plan, to the bytes of a variant."""
    plan = compile_source(
        PIPELINE.format(f"format: {file_format}"), "pipeline.yaml", plugins.find()
    ).plan
    original = tmp_path / "clip.gif"
    original.write_bytes(sources.gif(frames=3, duration=[100, 250, 40]))

    done = process(original, plan)

    written = opened(done.variants["a"])
    assert (written.frames, written.carried.delays_ms) == (3, (100, 250, 40))
