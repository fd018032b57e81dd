"""TIFF: each way in which it keeps pixels is read right, or refused by its name."""

from io import BytesIO

import pytest
import pyvips
from PIL import Image, ImageChops, ImageStat

from steps import icc
from steps.contract import Rejected
from steps.headers import walk
from steps.limits import Limits
from steps.metadata import KEPT
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.testing import sources, tiffs
from tests.steps.reading import opened, verdict

METHODS = ["tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "jpeg"]
FAXES = ["group3", "group4", "tiff_ccitt"]
SCENE = sources.scene(60, 40)


def difference(result: Opened, other: Image.Image) -> float:
    """Return the mean difference of a channel's level, 0 to 255."""
    shown = result.picture.to_pillow()
    return max(ImageStat.Stat(ImageChops.difference(shown, other.convert(shown.mode))).mean)


def as_vips(mode: str) -> pyvips.Image:
    """Return the scene for libvips' own writer, which has what Pillow's lacks."""
    image = sources.scene(60, 40, mode)
    bands = len(image.getbands())
    pixels = pyvips.Image.new_from_memory(image.tobytes(), 60, 40, bands, "uchar")
    return pixels.copy(interpretation="srgb")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_becomes_8_bit_srgb(mode: str) -> None:
    """Bilevel, grey, palette, 16 bits and alpha come out as Pillow shows them."""
    plain = {"I;16": "L"}.get(mode, mode)

    result = opened(sources.tiff(mode=mode))

    assert (result.header.format, result.header.frames) == ("tiff", 1)
    assert result.header.alpha == mode.endswith("A")
    assert difference(result, sources.scene(60, 40, plain)) < 1


@pytest.mark.parametrize("method", METHODS)
def test_every_compression_of_colours_is_read(method: str) -> None:
    """All but JPEG keep each pixel as it was."""
    result = opened(sources.tiff(300, 200, compression=method))

    assert difference(result, sources.scene(300, 200)) <= (2 if method == "jpeg" else 0)


@pytest.mark.parametrize("method", FAXES)
def test_faxes_are_read(method: str) -> None:
    """As office scanners send letters; white stays white."""
    result = opened(sources.tiff(300, 200, mode="1", compression=method))

    assert difference(result, sources.scene(300, 200, "1")) == 0


@pytest.mark.parametrize(
    ("dpi", "size"),
    [
        ((204, 98), (300, 416)),
        ((204, 391), (575, 200)),
        ((204, 196), (300, 200)),
        ((200, 200), (300, 200)),
        ((204, 1), (300, 200)),
        ((0, 98), (300, 200)),
        ((0, 0), (300, 200)),
    ],
    ids=["coarse", "superfine", "fine", "square", "nonsense", "none across", "none"],
)
def test_the_dots_of_a_fax_are_brought_to_squares(
    dpi: tuple[int, int], size: tuple[int, int]
) -> None:
    """What it shows keeps its shape, and nothing is dropped of it; so does its header."""
    fax = opened(sources.tiff(300, 200, mode="1", compression="group3", dpi=dpi))

    assert (fax.picture.width, fax.picture.height) == size
    assert (fax.header.width, fax.header.height) == size
    sent = Picture.from_pillow(sources.scene(300, 200, "1"))
    here, there = (each.scaled(30, 20).to_pillow() for each in (fax.picture, sent))
    assert max(ImageStat.Stat(ImageChops.difference(here, there)).mean) < 4


def test_a_stretched_fax_is_held_to_the_limits() -> None:
    """Its header tells half of its pixels."""
    coarse = sources.tiff(300, 200, mode="1", compression="group3", dpi=(204, 98))

    refused = open_picture(coarse, Limits(formats=("tiff",), max_pixels=100_000))

    assert refused == Rejected("too_many_pixels", {"limit": 100_000, "actual": 300 * 416})


def test_other_pages_keep_their_pixels_whatever_their_dots_are() -> None:
    """Cameras and editors write resolutions that mean nothing."""
    page = opened(sources.tiff(300, 200, compression="tiff_lzw", dpi=(204, 98)))

    assert (page.picture.width, page.picture.height) == (300, 200)


def test_cmyk_is_brought_to_srgb() -> None:
    """White paper stays white, and hues stay apart."""
    paper = Image.new("CMYK", (16, 16), (0, 0, 0, 0))

    assert min(opened(sources.saved_tiff(paper)).picture.pixels()) >= 250
    assert difference(opened(sources.tiff(mode="CMYK")), SCENE) < 40


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pages_are_turned_upright(orientation: int) -> None:
    """As Pillow turns them, all eight ways."""
    original = sources.tiff(orientation=orientation)

    with Image.open(BytesIO(original)) as upright:
        upright.load()
        assert difference(opened(original), upright) == 0


@pytest.mark.parametrize(
    "how",
    [
        {"tile": True, "tile_width": 16, "tile_height": 16},
        {"tile": True, "tile_width": 256, "tile_height": 256, "compression": "deflate"},
        {"compression": "lzw", "predictor": "horizontal"},
        {"tile": True, "tile_width": 16, "tile_height": 16, "pyramid": True},
        {"tile": True, "tile_width": 16, "tile_height": 16, "pyramid": True, "subifd": True},
    ],
    ids=["tiles", "a large tile", "predictor", "pyramid", "pyramid below"],
)
def test_the_ways_of_other_writers_are_read(how: dict[str, object]) -> None:
    """Tiles and differences; smaller renderings of the page are no pages."""
    result = opened(bytes(as_vips("RGBA").tiffsave_buffer(**how)))

    assert result.header.alpha
    assert difference(result, sources.scene(60, 40, "RGBA")) <= 2


def test_colours_that_alpha_has_dimmed_already_are_brought_back() -> None:
    """As "associated" alpha has them; where nearly nothing shows, little of them is left."""
    original = bytes(as_vips("RGBA").tiffsave_buffer(premultiply=True))
    seen = sources.scene(60, 40, "RGBA")
    paper = Image.new("RGBA", seen.size, "white")

    shown = opened(original).picture.flattened((255, 255, 255, 255)).to_pillow()

    expected = Image.alpha_composite(paper, seen).convert("RGB")
    assert max(ImageStat.Stat(ImageChops.difference(shown, expected)).mean) < 2


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("photometric", "first"), [(0, 255), (1, 0)], ids=["white", "black"])
def test_either_order_of_bytes_and_of_greys_is_read(
    order: str, photometric: int, first: int
) -> None:
    """Zero is white in faxes, and black elsewhere; both processors' orders are met."""
    page = tiffs.page({262: tiffs.short(photometric)})

    result = opened(tiffs.tiff(page, order=order))

    assert result.picture.pixels()[0] == first
    assert result.picture.pixels()[3] == abs(first - 1)


def test_planes_apart_are_put_together() -> None:
    """One strip for red, one for green, one for blue."""
    planes = b"".join(bytes([level]) * 2400 for level in (250, 20, 10))
    tail = b"".join(at.to_bytes(4, "little") for at in (8, 2408, 4808, 2400, 2400, 2400))
    tail += b"\x08\0" * 3
    tags = {258: (3, 3, 7232), 262: tiffs.short(2), 273: (4, 3, 7208), 277: tiffs.short(3)}
    tags |= {279: (4, 3, 7220), 284: tiffs.short(2)}

    result = opened(tiffs.tiff(tiffs.page(tags), pixels=planes + tail))

    assert result.picture.pixels()[:3] == bytes((250, 20, 10))


def test_a_sample_of_unknown_meaning_hides_nothing() -> None:
    """It is no alpha, though libvips takes it for that: here it would hide the whole picture."""
    hidden = sources.scene(60, 40, "RGBA")
    hidden.putalpha(0)
    original = bytes(as_vips("RGBA").tiffsave_buffer())
    said = original.replace(b"\x52\x01\x03\0\1\0\0\0\2\0", b"\x52\x01\x03\0\1\0\0\0\0\0")
    assert said != original

    result = opened(said)

    assert not result.header.alpha
    assert difference(result, sources.scene(60, 40, "RGBA").convert("RGB")) == 0


def test_a_profile_and_tags_are_kept_if_named() -> None:
    """A TIFF is an EXIF block itself: what `keep` names goes on, and nothing else."""
    profile = sources.p3_profile()
    original = sources.tiff(icc_profile=profile, copyright="Ada")

    kept, plain = opened(original, *KEPT).picture.carried, opened(original).picture.carried

    assert kept.profile == icc.anew(profile)
    assert {(tag.directory, tag.number) for tag in kept.tags} == {
        ("image", 0x8298),
        ("gps", 1),
        ("gps", 2),
    }
    assert (plain.profile, plain.tags) == (b"", ())


def test_a_smaller_decode_is_the_same_picture() -> None:
    """Averaged, as for all formats but JPEG."""
    original = sources.tiff(1600, 1200, compression="tiff_lzw")

    small = opened(original, box=100)

    assert small.scale == 8
    assert small.picture.stored.width == 200
    assert (small.header.width, small.header.height) == (1600, 1200)


def test_pages_are_told_and_refused() -> None:
    """The first alone would quietly lose the others: a letter is not one picture."""
    pages = [sources.scene(60, 40), sources.scene(30, 20)]
    original = sources.saved_tiff(pages[0], save_all=True, append_images=pages[1:])

    assert verdict(original) == ("too_many_frames", 2)


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({259: tiffs.short(34_712)}, "a TIFF compressed by the method 34712"),
        ({262: tiffs.short(8)}, "a TIFF in colours of the kind 8"),
        ({258: tiffs.short(32)}, "a TIFF with samples of 32 bits"),
        ({339: tiffs.short(3)}, "a TIFF with samples that are no plain numbers"),
        ({277: tiffs.short(3)}, "a TIFF with 3 samples a pixel"),
        ({258: (3, 2, 8 | 16 << 16)}, "a TIFF with samples of 8 or 16 bits"),
        ({254: tiffs.long(1)}, "a TIFF that begins with a thumbnail, as raw photos do"),
    ],
)
def test_what_is_not_read_is_told_by_its_name(tags: tiffs.Tags, said: str) -> None:
    """The file is sound, so it is not called corrupt."""
    assert verdict(tiffs.tiff(tiffs.page(tags))) == ("unsupported_format", said)


def test_tiles_whose_samples_lie_apart_are_told() -> None:
    """libvips does not read them."""
    tags = {277: tiffs.short(3), 262: tiffs.short(2), 284: tiffs.short(2)}
    tile = {322: tiffs.long(64), 323: tiffs.long(64), 324: tiffs.long(8), 325: tiffs.long(2400)}

    told = "a TIFF in tiles whose samples lie apart"
    assert verdict(tiffs.tiff(tiffs.page(tags | tile))) == ("unsupported_format", told)


def test_a_directory_below_may_be_told_twice() -> None:
    """Some writers list them, and chain them too; circles end there."""
    page = tiffs.page({330: (4, 1, 0)})
    below = tiffs.PLACE + len(tiffs.PIXELS) + 6 + 12 * len(page)
    chained = tiffs.tiff(tiffs.page({330: (4, 1, below)}), tiffs.page({254: tiffs.long(1)}))

    code, _ = verdict(chained)

    assert code == "corrupt"  # a page of the chain, and one below it
    apart = chained[: below - 4] + bytes(4) + chained[below:-4] + below.to_bytes(4, "little")
    assert opened(apart).header.frames == 1


@pytest.mark.parametrize(
    "tags",
    [
        {262: (2, 1, 1)},
        {273: tiffs.short(8), 279: (3, 2, 8)},
        {278: tiffs.long(10)},
        {278: tiffs.long(0)},
    ],
    ids=["colours as text", "more lengths than strips", "fewer strips than rows", "no rows"],
)
def test_what_does_not_hold_together_is_corrupt(tags: tiffs.Tags) -> None:
    """A decoder would guess; what it guesses is nobody's picture."""
    assert verdict(tiffs.tiff(tiffs.page(tags)))[0] == "corrupt"


@pytest.mark.parametrize("method", [*METHODS, *FAXES, "raw"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.99])
def test_a_strip_that_ends_early_is_no_picture(method: str, share: float) -> None:
    """libtiff fills in what is missing of a fax or a JPEG, and only warns."""
    mode = "1" if method in FAXES else "RGB"
    original = sources.tiff(600, 40, mode=mode, compression=method, strip_size=10**6)
    with Image.open(BytesIO(original)) as page:
        (length,) = page.tag_v2[279]
    told = (b"\x17\x01\x04\0\1\0\0\0", b"\x17\x01\x03\0\1\0\0\0")
    at = max(original.find(each) for each in told) + 8
    short = int(length * share).to_bytes(4, "little")

    code, _ = verdict(original[:at] + short + original[at + 4 :])

    assert code in {"corrupt", "truncated"}


@pytest.mark.parametrize("method", [*METHODS, "raw"])
def test_the_structure_alone_shows_a_cut(method: str) -> None:
    """Nothing marks the end of a TIFF: each byte of it belongs to some value or strip."""
    original = sources.tiff(compression=method)

    for missing in (1, 2, 10, 200):
        code, actual = verdict(original[:-missing])
        assert (code, actual) == ("truncated", len(original) - missing)
    assert [seen.frames for seen in walk(original, "tiff")][-1] == 1


def test_a_strip_that_libvips_holds_no_memory_for_is_told_as_that() -> None:
    """It is larger than the 50 MB that libtiff may take, whatever its bytes are: not corrupt."""
    sides = {256: tiffs.long(9_000), 257: tiffs.long(6_000), 278: tiffs.long(6_000)}
    original = tiffs.of_strip(bytes(53_000_000), 5, sides)
    limits = Limits(formats=("tiff",), max_bytes=len(original), max_pixels=54_000_000)

    found = open_picture(original, limits)

    assert found == Rejected("decoder_out_of_memory", {"limit": None, "actual": None})
