"""watermark writes near its anchor, at a size that suits the picture, and nowhere else."""

import json
from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ImageChops

from darkroom.plan import Plan
from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from steps.contract import StepFailed
from steps.picture import Picture
from steps.plugins import find
from steps.testing import KINDS, options_for, pictures
from steps.watermark import WatermarkOptions, watermark

MARK = "darkroom.png"
GREY = (120, 120, 120, 255)
Box = tuple[int, int, int, int]


def changed(picture: Picture, options: WatermarkOptions) -> Box | None:
    """Return the box of all pixels that the mark changes: left, top, right, bottom."""
    before, after = picture.to_pillow(), watermark(picture, options).to_pillow()
    return ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox()


def options(**values: object) -> WatermarkOptions:
    mark = {} if "image" in values else {"text": "© Ava Tavares"}
    return WatermarkOptions.read({**mark, **values})


def compiled(given: Mapping[str, object]) -> Plan:
    """Return the plan of a pipeline with one watermark."""
    steps = {"brand": {"uses": "watermark", "with": given}}
    source = json.dumps({"pipeline": "p", "steps": steps}, ensure_ascii=False)
    return compile_source(source, "pipeline.yaml", find()).plan


def refused(given: Mapping[str, object]) -> str:
    """Return what the compiler says of a pipeline with one watermark."""
    with pytest.raises(PipelineRefused) as refused:
        compiled(given)
    return refused.value.render()


@given(picture=pictures(400), drawn=options_for(WatermarkOptions))
def test_size_and_alpha_stay_as_they_were(picture: Picture, drawn: WatermarkOptions) -> None:
    """Whatever is written, the picture is the same size and as transparent as before."""
    result = watermark(picture, drawn)

    assert (result.width, result.height) == (picture.width, picture.height)
    assert result.alpha == picture.alpha


@given(width=st.integers(60, 700), height=st.integers(60, 700), share=st.floats(0.02, 0.12))
@example(width=60, height=700, share=0.12)
def test_pixels_away_from_the_text_are_unchanged(width: int, height: int, share: float) -> None:
    """One line in the corner touches a band no higher than its type and shadow, at the margin."""
    picture = Picture.plain(width, height, GREY)
    shorter = min(width, height)
    type_px = max(11, share * shorter)

    box = changed(picture, options(size=share, margin=0.05, opacity=1.0))

    assert box is not None
    left, top, right, bottom = box
    assert bottom - top <= 1.8 * type_px + 4
    assert left >= 0
    assert abs((width - right) - 0.05 * shorter) <= type_px / 4 + 3
    assert abs((height - bottom) - 0.05 * shorter) <= type_px / 4 + 3


@pytest.mark.parametrize("place", [*product(("north", "", "south"), ("west", "", "east"))])
def test_each_anchor_is_its_place(place: tuple[str, str]) -> None:
    """The middle of the mark lies in the third of the picture that the anchor names."""
    anchor = "-".join(part for part in place if part) or "centre"

    box = changed(Picture.plain(900, 900, GREY), options(anchor=anchor))

    assert box is not None
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    assert [down < 300, down > 600] == [place[0] == "north", place[0] == "south"]
    assert [across < 300, across > 600] == [place[1] == "west", place[1] == "east"]


@pytest.mark.parametrize("width", [320, 800, 1920, 4000])
def test_the_mark_looks_the_same_on_every_variant(width: int) -> None:
    """Its share of the width is that of the 1000 pixel variant, by a fifth more or less."""
    mark = options(size=0.05)
    reference = changed(Picture.plain(1000, 750, GREY), mark)
    box = changed(Picture.plain(width, width * 3 // 4, GREY), mark)

    assert reference is not None
    assert box is not None
    assert (box[2] - box[0]) / width == pytest.approx((reference[2] - reference[0]) / 1000, rel=0.2)


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize("colour", ["white", "black"])
def test_it_can_be_read_on_light_and_dark(shade: int, colour: str) -> None:
    """Letters or shadow stand off from any background by at least a tenth of full contrast."""
    picture = Picture.plain(800, 600, (shade, shade, shade, 255))

    result = watermark(picture, options(colour=colour, opacity=0.4)).to_pillow()

    levels = result.convert("L").tobytes()
    assert max(max(levels) - shade, shade - min(levels)) >= 26


@given(text=st.text("ABCxyz ", min_size=1, max_size=200).filter(str.strip))
def test_long_text_is_set_smaller_until_it_fits(text: str) -> None:
    """It never runs over the edge: margins stay free on both sides, but for the shadow."""
    picture = Picture.plain(400, 300, GREY)

    box = changed(picture, options(text=text, size=0.5, margin=0.1, colour="black"))

    if box is not None:
        assert box[0] >= 30 - 300 * 0.5 / 5
        assert box[2] <= 370 + 300 * 0.5 / 5


@pytest.mark.parametrize("kind", ["one pixel", "one invisible pixel", "tall strip", "wide strip"])
def test_where_nothing_legible_fits_nothing_is_drawn(kind: str) -> None:
    """A picture of one pixel comes out as it went in."""
    picture = KINDS[kind]

    assert watermark(picture, options()).pixels() == picture.pixels()


UNSUPPORTED = [("漢字", "cjk"), ("Ava 😀", "emoji"), ("ꦗꦮ", "javanese"), ("\ue000", "unassigned")]


@pytest.mark.parametrize(("text", "first_of"), UNSUPPORTED)
def test_text_that_no_font_has_is_refused(text: str, first_of: str) -> None:
    """Empty boxes are never drawn; the failure names the script, not the text."""
    with pytest.raises(StepFailed) as failed:
        watermark(Picture.plain(400, 300, GREY), options(text=text))

    assert failed.value.code == "unsupported_text"
    assert failed.value.facts["first_of"] == first_of
    assert text not in str(failed.value.facts)


@pytest.mark.parametrize(("text", "first_of"), UNSUPPORTED)
def test_text_that_is_written_in_a_pipeline_is_refused_by_the_compiler(
    text: str, first_of: str
) -> None:
    """There the character is told as well; text with `${…}` is known only at run time."""
    message = refused({"text": text})

    assert "`text` of watermark: no bundled font has" in message
    assert f", {first_of})" in message
    assert "write it in Latin, Greek, Cyrillic, Arabic" in message
    assert compiled({"text": f"{text} ${{image.owner_name else ''}}"})


@pytest.mark.parametrize("text", [" ", "\u200b\n", "\u202e", "\x00\t"])
def test_a_text_with_nothing_to_see_is_refused(text: str) -> None:
    """A picture is not quietly left without the mark that its pipeline promises."""
    with pytest.raises(StepFailed) as failed:
        watermark(Picture.plain(400, 300, GREY), options(text=text))

    assert failed.value.code == "empty_text"
    assert "nothing of it can be seen" in refused({"text": text})


def test_the_compiler_wants_one_mark() -> None:
    """A text or an image, and not both."""
    assert "watermark needs a text or an image" in refused({"opacity": 0.4})
    assert "not both" in refused({"text": "© Ava", "image": MARK})


def test_opacity_goes_from_nothing_to_full() -> None:
    """At 0 nothing changes; at 1 the letters have the colour itself."""
    picture = Picture.plain(800, 600, GREY)

    assert changed(picture, options(opacity=0.0)) is None
    full = watermark(picture, options(opacity=1.0, size=0.2, colour="#ff0000")).to_pillow()
    assert (255, 0, 0) in {colour for _, colour in full.getcolors(1 << 20) or []}


def test_it_can_be_seen_on_transparency() -> None:
    """Over pixels that are not there, the mark's own are."""
    picture = Picture.plain(400, 300, (0, 0, 0, 0))

    result = watermark(picture, options(opacity=1.0)).to_pillow()

    assert result.getchannel("A").getextrema() == (0, 255)
