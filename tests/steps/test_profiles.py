"""Profiles: colours come out as others render them, or stay as they are with their profile."""

import io
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from steps import icc
from steps.encoding import encode
from steps.formats import FORMATS, ORIGINAL_FORMATS, TRAITS, Format
from steps.limits import Limits
from steps.metadata import Kept
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.testing import heics, sources
from steps.values import Rejected

CARRYING = [each for each in FORMATS if TRAITS[each].carries]


def opened(original: bytes, *keep: Kept) -> Picture:
    found = open_picture(original, Limits(formats=ORIGINAL_FORMATS), keep)
    assert isinstance(found, Opened)
    return found.picture


def rendered(file: bytes) -> Image.Image:
    """Return what Pillow and LittleCMS show of a file, in sRGB: perceptual, as is their usual."""
    image = Image.open(io.BytesIO(file))
    profile = image.info.get("icc_profile")
    colours = image if image.mode == "CMYK" else image.convert("RGB")
    if not profile:
        return colours.convert("RGB")
    shown = ImageCms.profileToProfile(
        colours,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
    )
    assert shown is not None
    return shown


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return by how many levels of 255 two pictures differ on the average."""
    both = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return sum(ImageStat.Stat(both).mean) / 3


@pytest.mark.parametrize(
    "original",
    [
        sources.jpeg(icc_profile=sources.p3_profile()),
        sources.png(icc_profile=sources.p3_profile()),
        sources.png(mode="RGBA", icc_profile=sources.p3_profile()),
        sources.webp(icc_profile=sources.p3_profile()),
    ],
    ids=["jpeg", "png", "png with alpha", "webp"],
)
def test_wide_colours_come_out_as_pillow_renders_them(original: bytes) -> None:
    """In sRGB, within a tenth of a level on the average; without the profile they would be pale."""
    ours = opened(original).to_pillow()

    assert difference(ours, rendered(original)) < 0.1
    assert difference(ours, Image.open(io.BytesIO(original))) > 10


def test_inks_without_a_profile_look_about_as_pillow_shows_them() -> None:
    """By libvips' profile of usual inks, which are duller than Pillow's plain arithmetic."""
    original = sources.jpeg(mode="CMYK")

    assert difference(opened(original).to_pillow(), rendered(original)) < 20


@pytest.mark.parametrize("file_format", CARRYING)
def test_a_kept_profile_goes_with_its_own_pixels(file_format: Format) -> None:
    """No pixel is converted, but for what the encoder loses; the colours mean the same."""
    original = sources.png(icc_profile=sources.p3_profile())

    file = encode(opened(original, "icc"), file_format)

    image = Image.open(io.BytesIO(file))
    assert image.info["icc_profile"] == icc.anew(sources.p3_profile())
    assert difference(image, Image.open(io.BytesIO(original))) < 3
    assert difference(rendered(file), rendered(original)) < 3


@pytest.mark.parametrize("file_format", FORMATS)
def test_without_keep_a_file_is_plain_srgb(file_format: Format) -> None:
    """Readers that heed no profile show the same as those that do."""
    original = sources.png(icc_profile=sources.p3_profile())

    file = encode(opened(original), file_format)

    image: Any = Image.open(io.BytesIO(file))
    assert "icc_profile" not in image.info
    assert difference(image, rendered(original)) < (8 if file_format == "gif" else 3)


def test_a_format_without_profiles_gets_srgb() -> None:
    """A GIF has no room for one: a profile that was kept is applied at the output."""
    original = sources.png(icc_profile=sources.p3_profile())

    kept, dropped = (encode(opened(original, *keep), "gif") for keep in (("icc",), ()))

    assert difference(Image.open(io.BytesIO(kept)), Image.open(io.BytesIO(dropped))) < 2


def test_a_profile_of_inks_is_never_kept() -> None:
    """All formats are written in RGB: to name their colours inks would be a lie."""
    original = sources.jpeg(mode="CMYK", icc_profile=sources.p3_profile())

    assert opened(original, "icc").carried.profile == b""


def avif_in(primaries: int, transfer: int) -> bytes:
    """Return an AVIF whose colours are told by numbers, without a profile."""
    original = sources.avif()
    at = original.index(b"nclx") + 4
    return original[:at] + bytes([0, primaries, 0, transfer]) + original[at + 4 :]


def heic_in(primaries: int, transfer: int) -> bytes:
    """Return a HEIC likewise."""
    told = b"nclx" + bytes([0, primaries, 0, transfer, 0, 1, 0x80])
    return heics.plain(heics.box(b"colr", told))


def without_profile(number: int) -> Image.Image:
    """Return the pixels of both as they come when those numbers are believed, by Pillow."""
    profile = icc.of_primaries(number)
    assert profile is not None
    file = io.BytesIO()
    opened(avif_in(1, 13)).to_pillow().save(file, "PNG", icc_profile=profile)
    return rendered(file.getvalue())


@pytest.mark.parametrize("primaries", [9, 12])
def test_wide_colours_told_by_numbers_are_wide(primaries: int) -> None:
    """As phones write them: BT.2020 and Display P3 without a profile, in AVIF and HEIC."""
    for made in (avif_in, heic_in):
        usual, wide = opened(made(1, 13)).to_pillow(), opened(made(primaries, 13)).to_pillow()
        assert difference(usual, wide) > 5

    assert difference(opened(avif_in(primaries, 13)).to_pillow(), without_profile(primaries)) < 0.1
    assert opened(heic_in(primaries, 13), "icc").carried.profile == icc.of_primaries(primaries)


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_light_that_srgb_has_not_is_refused_by_name(transfer: int, name: str) -> None:
    """Shown as if it were sRGB's it would be dull and grey."""
    for made, what in ((avif_in, "an AVIF"), (heic_in, "a HEIC")):
        refused = open_picture(made(9, transfer), Limits(formats=("avif", "heic")))
        assert isinstance(refused, Rejected)
        assert refused.code == "unsupported_format"
        assert refused.facts["actual"] == f"{what} of high dynamic range ({name})"
