"""The opening: every original becomes an upright sRGB picture, or a verdict with its numbers."""

import time
from io import BytesIO
from pathlib import Path

import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from steps.contract import Rejected, Scalar
from steps.formats import MAX_SIDE, ORIGINAL_FORMATS, OriginalFormat
from steps.headers import Malformed, Truncated, walk
from steps.limits import CODES, Limits
from steps.opening import Opened, open_picture
from steps.testing import heics, sources

LIMITS = Limits(formats=ORIGINAL_FORMATS)
ORIGINALS = {
    "jpeg": sources.jpeg(),
    "progressive jpeg": sources.jpeg(progressive=True),
    "png": sources.png(),
    "gif": sources.gif(),
    "webp": sources.webp(),
    "lossless webp": sources.webp(mode="RGBA"),
    "avif": sources.avif(),
    "tiff": sources.tiff(compression="tiff_lzw"),
    "heic": heics.plain(),
}

BOMB = sources.gif_bomb((9, 9), [(60_000, 60_000)])


def opened(original: bytes, limits: Limits = LIMITS) -> Opened:
    result = open_picture(original, limits)
    assert isinstance(result, Opened), result
    return result


def verdict(original: bytes, limits: Limits = LIMITS) -> Rejected:
    """Return the verdict, having checked that it is one of the closed set, and told in full."""
    result = open_picture(original, limits)
    assert isinstance(result, Rejected)
    assert result.code in CODES
    assert set(result.facts) == {"limit", "actual"}
    return result


def kind_format(kind: str) -> OriginalFormat:
    return next(each for each in ORIGINAL_FORMATS if kind.endswith(each))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of a channel's level, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other)).mean)


@pytest.mark.parametrize("kind", ORIGINALS)
def test_every_format_opens_to_the_picture_it_holds(kind: str) -> None:
    """Sides, frames and alpha are as drawn, and the pixels nearly so."""
    result = opened(ORIGINALS[kind])

    header = result.header
    assert header.format == kind_format(kind)
    assert (header.width, header.height, header.frames) == (60, 40, 1)
    assert header.alpha == (kind == "lossless webp")
    assert difference(result.picture.to_pillow(), sources.scene(60, 40)) < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(orientation: int) -> None:
    """All eight ways to hold a camera give the scene as it was."""
    turned = sources.scene(64, 48).transpose(Image.Transpose.ROTATE_90)
    how = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }[orientation]
    for each in how:
        turned = turned.transpose(each)
    original = sources.saved_jpeg(turned, orientation=orientation)

    result = opened(original)

    assert (result.header.width, result.header.height) == (48, 64)
    upright = sources.scene(64, 48).transpose(Image.Transpose.ROTATE_90)
    assert difference(result.picture.to_pillow(), upright) < 4


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_every_png_becomes_8_bit_srgb(mode: str) -> None:
    """Palette, grey, 16 bits and bilevel all come out as Pillow itself shows them."""
    original = sources.png(mode=mode)
    plain = {"I;16": "L"}.get(mode, mode)

    result = opened(original)

    assert result.header.alpha == mode.endswith("A")
    assert difference(result.picture.to_pillow(), sources.scene(60, 40, plain).convert("RGB")) < 1.5


def test_cmyk_becomes_srgb() -> None:
    """White paper stays white, and the scene's corners keep their hues apart."""
    white = opened(sources.saved_jpeg(Image.new("CMYK", (16, 16), (0, 0, 0, 0)))).picture
    scene = opened(sources.jpeg(mode="CMYK")).picture

    assert min(white.pixels()) >= 250
    assert difference(scene.to_pillow(), sources.scene(60, 40)) < 40


def test_colours_are_brought_to_srgb_by_their_profile() -> None:
    """A profile in which red and blue have changed places makes a red picture blue."""
    tags = sources.srgb_profile()
    swapped = (
        tags.replace(b"rXYZ", b"tmp.", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tmp.", b"bXYZ", 1)
    )
    red = Image.new("RGB", (8, 8), (250, 20, 10))

    result = opened(sources.saved_png(red, icc_profile=swapped)).picture

    assert difference(result.to_pillow(), Image.new("RGB", (8, 8), (10, 20, 250))) < 3


@pytest.mark.parametrize("profile", [sources.srgb_profile(), b"no profile at all"])
def test_a_profile_that_says_nothing_new_changes_nothing(profile: bytes) -> None:
    """The profile of sRGB itself is left out, as is a broken one."""
    original = sources.png(icc_profile=profile)

    assert opened(original).picture.pixels() == opened(sources.png()).picture.pixels()


def test_alpha_that_hides_nothing_is_dropped() -> None:
    """So a jpeg of an opaque png needs no background, and `picture.alpha` tells the truth."""
    opaque = Image.new("RGBA", (10, 10), (1, 2, 3, 255))
    pierced = opaque.copy()
    pierced.putpixel((9, 9), (1, 2, 3, 254))

    assert not opened(sources.saved_png(opaque)).picture.alpha
    assert opened(sources.saved_png(pierced)).picture.alpha


@pytest.mark.parametrize(
    ("original", "limits", "code", "limit", "actual"),
    [
        (b"", LIMITS, "empty", 1, 0),
        (sources.png(), Limits(max_bytes=100), "too_many_bytes", 100, len(sources.png())),
        (b"just some text", Limits(), "unsupported_format", "jpeg, png, gif, webp", "unknown"),
        (b"%PDF-1.7", Limits(formats=("png",)), "unsupported_format", "png", "pdf"),
        (b"<svg xmlns='x'>", Limits(formats=("png",)), "unsupported_format", "png", "svg"),
        (sources.avif(), Limits(formats=("png",)), "unsupported_format", "png", "avif"),
        (sources.gif(frames=7), LIMITS, "too_many_frames", 1, 7),
        (sources.webp(frames=3), LIMITS, "too_many_frames", 1, 3),
        (sources.png(frames=4), LIMITS, "too_many_frames", 1, 4),
        (sources.png(), Limits(max_pixels=2399), "too_many_pixels", 2399, 2400),
        (sources.png_bomb(60_000, 60_000), LIMITS, "too_many_pixels", 50_000_000, 60_000**2),
        (sources.png_bomb(16_384, 1), LIMITS, "side_too_long", MAX_SIDE, 16_384),
        (BOMB, LIMITS, "too_many_pixels", 50_000_000, 60_000**2),
        (sources.gif_bomb((9, 9), [(9, 9), (60_000, 60_000)]), LIMITS, "too_many_frames", 1, 2),
        (sources.png_bomb(0, 5), LIMITS, "corrupt", None, "a picture of 0 x 5 pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else None,
)
def test_each_limit_gives_its_code_and_numbers(
    original: bytes, limits: Limits, code: str, limit: Scalar, actual: Scalar
) -> None:
    """The verdict says which limit, where it lies, and what the original has instead."""
    assert verdict(original, limits) == Rejected(code, {"limit": limit, "actual": actual})


@pytest.mark.parametrize("kind", ORIGINALS)
def test_limits_are_inclusive(kind: str) -> None:
    """Exactly at the limit is accepted; one less is not."""
    original = ORIGINALS[kind]
    exact = {"formats": ORIGINAL_FORMATS, "max_bytes": len(original), "max_pixels": 2400}

    opened(original, Limits.read(exact))
    assert verdict(original, Limits.read(exact | {"max_pixels": 2399})).code == "too_many_pixels"
    assert (
        verdict(original, Limits.read(exact | {"max_bytes": len(original) - 1})).code
        == "too_many_bytes"
    )


@pytest.mark.parametrize("kind", ORIGINALS)
@given(share=st.floats(0, 1, exclude_max=True))
def test_no_cut_original_is_accepted(kind: str, share: float) -> None:
    """Wherever it was cut, even if all its pixels are there, the end mark is missing."""
    original = ORIGINALS[kind]

    verdict(original[: int(share * len(original))])


@pytest.mark.parametrize("kind", ORIGINALS)
def test_the_structure_alone_shows_a_cut(kind: str) -> None:
    """At any byte. No decoder is needed to notice: those that shrink while they load would not."""
    original = ORIGINALS[kind]

    for kept in range(len(original)):
        with pytest.raises((Truncated, Malformed)):
            list(walk(original[:kept], kind_format(kind)))


@pytest.mark.parametrize("odd", [b"\x11\x22\x33\xff\xda", b"\x11\xff\xda"])
@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_an_oddity_does_not_hide_missing_pixels(odd: bytes, share: float) -> None:
    """The decoder words its first warning only, and what is missing is the second."""
    plain = sources.jpeg(400, 300)
    cut = plain[: int(share * len(plain))] + b"\xff\xd9"

    assert verdict(cut.replace(b"\xff\xda", odd, 1)).code in {"corrupt", "truncated"}


def test_a_gif_with_one_byte_changed_so_that_a_frame_has_no_width_is_a_verdict() -> None:
    """libvips takes it, and Pillow, which looks for all of its pixels, raises ValueError."""
    changed = bytearray(sources.gif(20, 15))
    assert changed[786] == 20  # the width of its frame
    changed[786] = 0

    assert open_picture(bytes(changed), Limits()) == Rejected(
        "corrupt", {"limit": None, "actual": "a GIF with a frame of 0 x 15 pixels"}
    )


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.95])
def test_a_gif_that_was_closed_after_a_cut_misses_pixels(kept: float) -> None:
    """Its structure is whole, and libvips leaves the rest plain."""
    image = Image.effect_noise((200, 150), 80)
    whole = BytesIO()
    image.save(whole, "GIF")
    original = whole.getvalue()
    start = original.index(b"\x2c", 13 + 768) + 11  # the first sub-block
    blocks, at = [], start
    while original[at]:
        blocks.append(original[at : at + original[at] + 1])
        at += original[at] + 1
    some = b"".join(blocks[: int(kept * len(blocks))])

    assert isinstance(open_picture(original, LIMITS), Opened)
    assert verdict(original[:start] + some + b"\x00\x3b").code in {"corrupt", "truncated"}


@pytest.mark.parametrize(
    "original",
    [
        b"\0\0\0\x14ftypavif\0\0\0\0avif"
        + b"".join((16_000 - 8 * n).to_bytes(4, "big") + b"iprp" for n in range(2_000)),
        sources.png()[:33] + b"\0\0\0\0abcd\0\0\0\0" * 60_000,
        b"GIF89a" + b"\x09\x00\x09\x00\x00\x00\x00" + b"\x00" * 60_000,
    ],
    ids=["nested boxes", "empty chunks", "empty blocks"],
)
def test_structures_without_end_are_a_verdict(original: bytes) -> None:
    """However deep or long they are: nothing is raised, and no time is lost."""
    assert verdict(original).code in {"too_many_parts", "truncated"}


@pytest.mark.parametrize("kind", ORIGINALS)
@pytest.mark.parametrize("missing", [1, 2, 3, 10, 50])
def test_the_last_bytes_are_missed(kind: str, missing: int) -> None:
    """A decoder that shrinks while it loads would not notice these."""
    original = ORIGINALS[kind]

    result = verdict(original[:-missing])

    assert result.code == "truncated"
    assert result.facts["actual"] == len(original) - missing


@pytest.mark.parametrize("kind", [kind for kind in ORIGINALS if kind not in {"tiff", "heic"}])
def test_damaged_pixels_are_corrupt(kind: str) -> None:
    """Bytes overwritten inside leave the structure whole; the decoder has to see it.

    But for a TIFF and a HEIC: they have no checksums, and nearly any bytes may be pixels.
    """
    original = bytearray(ORIGINALS[kind])
    middle = len(original) * 3 // 4
    original[middle : middle + 20] = b"\x55" * 20

    assert verdict(bytes(original)).code in {"corrupt", "truncated"}


def test_oddities_of_cameras_are_no_damage() -> None:
    """Stray bytes between the segments of a JPEG move no pixel."""
    plain = sources.jpeg()
    odd = plain.replace(b"\xff\xda", b"\x11\x22\xff\xda", 1)

    assert opened(odd).picture.pixels() == opened(plain).picture.pixels()


@pytest.mark.parametrize("kind", ORIGINALS)
@settings(max_examples=min(50, settings().max_examples))
@given(data=st.data())
def test_whatever_the_bytes_are_the_answer_is_a_value(kind: str, data: st.DataObject) -> None:
    """Bytes changed anywhere give a picture or a verdict of the closed set, never an exception."""
    original = bytearray(ORIGINALS[kind])
    places = st.lists(st.integers(0, len(original) - 1), min_size=1, max_size=8)
    for at in data.draw(places):
        original[at] = data.draw(st.integers(0, 255))

    result = open_picture(bytes(original), LIMITS)

    assert isinstance(result, Opened) or result.code in CODES


@given(junk=st.binary(max_size=300), kind=st.sampled_from(sorted(ORIGINALS)))
def test_a_good_beginning_proves_nothing(junk: bytes, kind: str) -> None:
    """A true header before junk is a verdict too."""
    verdict(ORIGINALS[kind][:32] + junk)


def test_what_hides_behind_the_end_mark_goes_nowhere() -> None:
    """A JPEG with a page or an archive attached is the same picture as without."""
    plain = sources.jpeg()

    assert opened(plain + b"<script>PK\x03\x04").picture.pixels() == opened(plain).picture.pixels()


@pytest.mark.parametrize(
    "original",
    [
        sources.png_bomb(16_383, 16_383),
        b"GIF89a" + b"\x09\x00\x09\x00\x00\x00\x00" + b"!\xfe\x01a\x00" * 400_000,
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 500_000,
        b"\xff\xd8" + b"\xff\x01" * 2_000_000,
        b"RIFF\xff\xff\xff\x7fWEBP" + b"XXXX\x00\x00\x00\x00" * 200_000,
    ],
    ids=["png bomb", "gif comments", "jpeg segments", "jpeg fill", "webp chunks"],
)
def test_hostile_originals_are_refused_in_well_under_a_second(original: bytes) -> None:
    """Neither claimed pixels nor endless parts cost us time or memory."""
    started = time.process_time()

    verdict(original)

    assert time.process_time() - started < 0.9


def test_a_decoder_that_quotes_raw_bytes_does_no_harm(capfd: pytest.CaptureFixture[str]) -> None:
    """A profile's name that is not UTF-8 is quoted in libvips' warning; nothing is printed."""
    original = sources.png(mode="L", icc_profile=sources.srgb_profile())

    opened(original.replace(b"ICC Profile", b"ICC \x92rofile"))

    assert capfd.readouterr() == ("", "")


def test_no_other_loader_of_libvips_can_be_entered(tmp_path: Path) -> None:
    """The allow-list holds for the whole process: an SVG has no way in."""
    drawing = tmp_path / "tiny.svg"
    drawing.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>")

    with pytest.raises(pyvips.Error):
        pyvips.Image.new_from_file(str(drawing))
    with pytest.raises(pyvips.Error):
        pyvips.Image.new_from_buffer(drawing.read_bytes(), "")
