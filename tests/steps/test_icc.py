"""ICC: a kept profile is its colours, and nothing that somebody hid in it."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from steps import icc
from steps.encoding import encode
from steps.formats import FORMATS, TRAITS, Format
from steps.limits import Limits
from steps.opening import Opened, open_picture
from steps.testing import sources

PAYLOAD = b"<script>48.8584,2.2945</script>"
P3 = sources.p3_profile()


def opened_with(profile: bytes) -> Opened:
    found = open_picture(sources.png(icc_profile=profile), Limits(), keep=("icc",))
    assert isinstance(found, Opened)
    return found


def extended(profile: bytes, more: bytes) -> bytes:
    """Return the profile with something behind its last tag."""
    return struct.pack(">I", len(profile) + len(more)) + profile[4:] + more


def with_curves(tones: list[int]) -> bytes:
    """Return the profile with curves of so many points."""
    curve = b"curv" + bytes(4) + struct.pack(f">I{len(tones)}H", len(tones), *tones)
    profile = bytearray(extended(P3, curve))
    for at in range(132, 132 + 12 * struct.unpack_from(">I", P3, 128)[0], 12):
        if profile[at + 1 : at + 4] == b"TRC":
            struct.pack_into(">II", profile, at + 4, len(P3), len(curve))
    return bytes(profile)


@pytest.mark.parametrize("version", [2, 4])
def test_a_profile_is_one_for_others_too(version: int) -> None:
    """LittleCMS reads it, of either version of the standard, and tells no maker."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc.anew(P3[:8] + bytes([version]) + P3[9:])))

    assert profile.profile.version == version
    assert profile.profile.profile_description == "RGB"
    assert (profile.profile.manufacturer, profile.profile.model) == (None, None)


def test_it_is_the_same_when_it_is_written_once_more() -> None:
    """A variant may be somebody's next original."""
    once = icc.anew(P3)

    assert once is not None
    assert icc.anew(once) == once
    assert len(once) < 600


@pytest.mark.parametrize("file_format", [each for each in FORMATS if TRAITS[each].carries])
def test_what_hides_in_a_profile_reaches_no_output(file_format: Format) -> None:
    """Behind its tags, and in the names and texts that it has."""
    hiding = extended(P3, PAYLOAD.ljust(1_000_000, b"A")).replace(b"mluc", b"pwnd", 1)

    written = encode(opened_with(hiding).picture, file_format)

    found = Image.open(io.BytesIO(written)).info["icc_profile"]
    assert found == icc.anew(P3)
    assert PAYLOAD not in written


def test_curves_of_points_are_kept_if_they_are_tones() -> None:
    """A text in their place does not rise from point to point."""
    rising = [round(65_535 * (at / 1023) ** 2.2) for at in range(1024)]
    text = list(struct.unpack(f">{len(PAYLOAD) // 2}H", PAYLOAD[: len(PAYLOAD) // 2 * 2]))

    assert icc.anew(with_curves(rising)) is not None
    assert icc.anew(with_curves(text)) is None
    assert opened_with(with_curves(text)).picture.carried.profile == b""


def test_colours_that_a_table_tells_come_out_in_srgb() -> None:
    """What it means cannot be written in a few numbers; the picture looks the same."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    assert icc.anew(lab) is None
    assert opened_with(lab).picture.carried.profile == b""


@given(at=st.integers(0, len(P3) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(P3)))
def test_a_damaged_profile_raises_nothing(at: int, byte: int, cut: int) -> None:
    """It is written anew, or it is none."""
    damaged = P3[:at] + bytes([byte]) + P3[at + 1 :]

    for each in (damaged, damaged[:cut]):
        anew = icc.anew(each)
        assert anew is None or icc.anew(anew) == anew
