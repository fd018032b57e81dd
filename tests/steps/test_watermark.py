"""watermark writes near its anchor, at a size that suits the picture, and nowhere else."""

import json
from collections.abc import Mapping
from hashlib import sha256
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ImageChops

from darkroom.plan import Plan
from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from steps.contract import StepFailed
from steps.encoding import encode
from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.plugins import find
from steps.stamps import as_mark
from steps.testing import KINDS, options_for, pictures
from steps.testing.memory import peak_of
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

    assert '`text` of step "brand" (watermark): no bundled font has' in message
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


def test_a_file_that_is_not_there_is_told_with_what_is() -> None:
    """Before anything runs, at its place, with the nearest name."""
    message = refused({"image": "darkrom.png"})

    assert 'steps/marks/ has no file "darkrom.png"' in message
    assert f'did you mean "{MARK}"?' in message


@pytest.mark.parametrize("image", ["https://example.org/a.png", "//x/a.png", "data:image/png,"])
def test_no_picture_is_fetched(image: str) -> None:
    """An address is refused with what to do instead."""
    message = refused({"image": image})

    assert (
        '`image` of step "brand" (watermark) is a file in steps/marks/: nothing is fetched'
        in message
    )
    assert "put the file there" in message


@pytest.mark.parametrize("image", ["../watermark.py", "a/b.png", "/etc/passwd"])
def test_no_file_elsewhere_is_read(image: str) -> None:
    """Neither as a pipeline is compiled, nor by a plan that somebody changed."""
    assert "is a file in steps/marks/, and no path" in refused({"image": image})
    with pytest.raises(KeyError):
        watermark.asset(f"marks/{image}")


def test_what_is_put_is_known_before_a_run() -> None:
    """No `${…}` chooses the file: its digest is in the plan, and so in each variant's recipe."""
    digest = sha256(watermark.asset(f"marks/{MARK}")).hexdigest()
    (node,) = compiled({"image": MARK}).nodes
    (other,) = compiled({"text": "© Ava"}).nodes

    assert "`image` cannot be filled in" in refused({"image": "${image.owner}.png"})
    assert node.assets[f"marks/{MARK}"] == digest
    assert set(node.assets) - set(other.assets) == {f"marks/{MARK}"}


NO_MARKS = {
    "unsupported_format": b"a note",
    "too_many_pixels": encode(Picture.plain(2001, 2000, GREY), "png"),
    "too_many_bytes": bytes(2_000_001),
}


@pytest.mark.parametrize("code", NO_MARKS)
def test_a_mark_is_opened_as_originals_are(code: str) -> None:
    """A file that is no picture, or a large one, is told of as the pipeline is compiled."""
    with pytest.raises(ValueError, match=f"no mark, {code}"):
        as_mark(NO_MARKS[code])


@given(picture=pictures(300), share=st.floats(0.05, 1), angle=st.floats(-90, 90))
def test_a_picture_is_put_where_it_fits(picture: Picture, share: float, angle: float) -> None:
    """Whatever its size and angle, nothing changes in the margin but for the shadow."""
    mark = options(image=MARK, size=share, angle=angle, margin=0.2, shadow=0.0, opacity=1.0)

    box = changed(picture, mark)

    if box is not None:
        margin = round(0.2 * min(picture.width, picture.height))
        assert min(box[0], box[1]) >= margin
        assert box[2] <= picture.width - margin
        assert box[3] <= picture.height - margin


def test_a_mark_keeps_its_shape_and_transparency() -> None:
    """The hole in the middle of a white mark shows what is below; its size is the share."""
    picture = Picture.plain(600, 600, GREY)
    mark = options(image=MARK, size=0.5, anchor="centre", shadow=0.0, opacity=1.0)

    box = changed(picture, mark)
    result = watermark(picture, mark).to_pillow()

    assert box is not None
    assert (box[2] - box[0], box[3] - box[1]) == (pytest.approx(300, abs=8),) * 2
    assert result.getpixel((300, 300)) == GREY[:3]
    assert (255, 255, 255) in {colour for _, colour in result.getcolors(1 << 20) or []}


@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    alpha=st.booleans(),
    angle=st.floats(-90, 90),
    spacing=st.floats(0, 1),
)
@example(width=400, height=400, alpha=False, angle=0.0, spacing=0.0)
@example(width=1, height=1, alpha=True, angle=45.0, spacing=0.0)
@example(width=1, height=400, alpha=False, angle=-30.0, spacing=1.0)
def test_tiles_cover_the_whole_picture(
    width: int, height: int, alpha: bool, angle: float, spacing: float
) -> None:
    """In any window as large as two marks and their distance, something is drawn."""
    picture = Picture.plain(width, height, (*GREY[:3], 128 if alpha else 255))
    mark = options(image=MARK, tile=True, angle=angle, spacing=spacing, size=0.1, opacity=1.0)
    once = mark.model_copy(update={"tile": False, "shadow": 0.0})

    box = changed(picture, once)
    result = watermark(picture, mark).to_pillow().convert("RGB")

    if box is not None:
        drawn = ImageChops.difference(result, picture.to_pillow().convert("RGB"))
        window = max(box[2] - box[0], box[3] - box[1]) + round(spacing * min(width, height))
        side = 2 * (window + 16)
        for left, top in product(range(0, width - side, side), range(0, height - side, side)):
            assert drawn.crop((left, top, left + side, top + side)).getbbox()


def test_tiles_begin_with_the_mark_at_the_anchor() -> None:
    """With or without the others, that one is the same to the pixel."""
    picture = Picture.plain(500, 400, GREY)
    box = changed(picture, options())

    alone, among = (
        watermark(picture, options(tile=tile, spacing=0.3)).to_pillow().crop(box)
        for tile in (False, True)
    )

    assert alone.tobytes() == among.tobytes()


def test_tiles_on_a_long_strip_are_left_out() -> None:
    """One pixel has no room for anything that could be read."""
    for kind in ("one pixel", "tall strip", "wide strip"):
        picture = KINDS[kind]
        assert watermark(picture, options(tile=True)).pixels() == picture.pixels()


@pytest.mark.parametrize("tile", [False, True])
@pytest.mark.parametrize("alpha", [128, 255])
def test_all_frames_have_the_mark_that_a_still_has(tile: bool, alpha: int) -> None:
    """Marked together or alone, a frame is the same."""
    shades = [Picture.plain(200, 150, (each, 90, 30, alpha)) for each in (0, 120, 250)]
    mark = options(tile=tile)

    together = watermark.apply(Picture.joined(shades), mark)

    assert isinstance(together, Picture)
    assert together.pixels() == b"".join(watermark(each, mark).pixels() for each in shades)


def test_a_shadow_can_be_left_out() -> None:
    """Without it no pixel is darker than the picture was, where the text is white."""
    picture = Picture.plain(400, 300, GREY)

    with_, without = (
        watermark(picture, options(shadow=shadow)).to_pillow().convert("L").getextrema()
        for shadow in (1.0, 0.0)
    )

    assert with_[0] < 118
    assert without[0] == picture.to_pillow().convert("L").getextrema()[0]


def test_a_turned_text_runs_upwards() -> None:
    """At -90 degrees it is as high as it was wide."""
    picture = Picture.plain(600, 600, GREY)

    flat, upright = (changed(picture, options(angle=angle, shadow=0.0)) for angle in (0.0, -90.0))

    assert flat is not None
    assert upright is not None
    assert upright[3] - upright[1] == pytest.approx(flat[2] - flat[0], abs=3)
    assert upright[2] - upright[0] == pytest.approx(flat[3] - flat[1], abs=3)


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


@pytest.mark.parametrize("opacity", [0.3, 0.4, 0.5])
def test_a_mark_over_nothing_is_seen_in_a_gif(opacity: float) -> None:
    """A GIF knows no half transparency: fainter than half, the mark was not there at all."""
    nothing = Picture.plain(300, 200, (0, 0, 0, 0))
    marked = watermark(nothing, options(size=0.15, opacity=opacity))

    opened = open_picture(encode(marked, "gif"), Limits())

    assert isinstance(opened, Opened)
    shown = opened.picture.to_pillow().getchannel("A")
    left, top, right, bottom = shown.getbbox() or (0, 0, 0, 0)
    assert right - left > 100
    assert shown.histogram()[255] > (right - left) * (bottom - top) / 8


@pytest.mark.parametrize(
    "heavy",
    [
        {"text": "Darkroom", "size": 1.0, "margin": 0.0, "angle": -30},
        {"image": MARK, "size": 1.0, "margin": 0.0, "angle": 45, "tile": True, "spacing": 1.0},
    ],
    ids=["turned", "turned and tiled"],
)
def test_what_takes_more_memory_is_planned_with_more(heavy: Mapping[str, object]) -> None:
    """A stamp as large as the picture: more than the usual cost, and within its own."""
    own = watermark.read_options(heavy).costs(watermark.cost)

    assert watermark.cost.memory_mb < peak_of(watermark, heavy) <= own.memory_mb


def test_tiles_as_large_as_the_picture_are_not_held_apart_from_it() -> None:
    """They took half a hundred MB a megapixel, where the picture itself takes three."""
    tiles = {"text": "Darkroom", "size": 1.0, "margin": 0.0, "tile": True, "spacing": 1.0}

    assert peak_of(watermark, tiles) < 20
