"""HEIC: decoded by pi-heif, turned once, and held to the sizes that it tells in three places."""

import builtins
import subprocess
import sys
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from steps import icc
from steps.headers import walk
from steps.heif import undimmed
from steps.metadata import KEPT
from steps.opening import Opened
from steps.picture import Picture
from steps.testing import heics, sources
from tests.steps.reading import opened, verdict

SCENE = sources.scene(60, 40)
MODEL = (
    b"II*\0\x08\0\0\0\x02\0\x10\x01\x02\0\x04\0\0\0Ada\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
    + bytes(4)
)
"""An EXIF block of a camera's name, and of an orientation that is not to be followed."""
T = Image.Transpose


def difference(result: Opened, other: Image.Image) -> float:
    """Return the mean difference of a channel's level, 0 to 255; coded so, the scene's is 2."""
    shown = result.picture.to_pillow().convert("RGB")
    assert shown.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(shown, other.convert("RGB"))).mean)


@pytest.mark.parametrize("picture", [heics.COLOUR, heics.TEN_BITS], ids=["8 bits", "10 bits"])
def test_a_picture_is_read_in_8_bits(picture: heics.Picture) -> None:
    """Phones write 8, cameras 10."""
    result = opened(heics.heic(heics.coded(picture)))

    header = result.header
    assert (header.format, header.width, header.height) == ("heic", 60, 40)
    assert (header.frames, header.alpha) == (1, False)
    assert difference(result, SCENE) < 3


def test_grey_is_read() -> None:
    """One channel becomes three."""
    result = opened(heics.heic(heics.coded(heics.GREY)))

    assert difference(result, sources.scene(60, 40, "L")) < 3


def test_colours_that_alpha_has_dimmed_are_rounded() -> None:
    """50 of 128 is 99.6 of 255: the nearest level is 100, not 99."""
    dimmed = Picture.from_pixels(bytes((50, 25, 0, 128)), 1, 1, alpha=True).images[0]

    assert undimmed(dimmed).getpoint(0, 0) == [100, 50, 0, 128]


def test_an_auxiliary_picture_is_alpha() -> None:
    """Of the kind that says so."""
    result = opened(heics.with_alpha())

    assert result.header.alpha
    alpha = result.picture.to_pillow().getchannel("A")
    assert ImageStat.Stat(ImageChops.difference(alpha, sources.scene(60, 40, "L"))).mean[0] < 3


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ((heics.turned(1),), [T.ROTATE_90]),
        ((heics.turned(2),), [T.ROTATE_180]),
        ((heics.turned(3),), [T.ROTATE_270]),
        ((heics.mirrored(left_and_right=True),), [T.FLIP_LEFT_RIGHT]),
        ((heics.mirrored(left_and_right=False),), [T.FLIP_TOP_BOTTOM]),
        (
            (heics.turned(1), heics.mirrored(left_and_right=True)),
            [T.ROTATE_90, T.FLIP_LEFT_RIGHT],
        ),
    ],
)
def test_a_picture_is_turned_exactly_once(
    properties: tuple[bytes, ...], expected: list[Image.Transpose]
) -> None:
    """As its boxes say; what EXIF says beside them is the same once more, and not followed."""
    upright = SCENE
    for each in expected:
        upright = upright.transpose(each)

    for exif in (b"", sources.exif(orientation=6)):
        result = opened(heics.plain(*properties, exif=exif))
        assert difference(result, upright) < 3
        assert (result.header.width, result.header.height) == upright.size


def test_an_orientation_in_exif_alone_turns_nothing() -> None:
    """Of a HEIC only the boxes' counts: its writers leave the tag of the sensor in EXIF."""
    assert difference(opened(heics.plain(exif=sources.exif(orientation=6))), SCENE) < 3


def test_a_grid_is_one_picture() -> None:
    """As phones write their photos; what hangs over at its end is cut."""
    result = opened(heics.grid(3, 2, size=(150, 70)))

    expected = Image.new("RGB", (180, 80))
    for at in range(6):
        expected.paste(SCENE, (60 * (at % 3), 40 * (at // 3)))
    assert difference(result, expected.crop((0, 0, 150, 70))) < 3


def test_a_profile_is_applied_or_kept() -> None:
    """That of Display P3, which phones write: in sRGB its red is redder."""
    profile = sources.p3_profile()
    original = heics.profiled(profile)

    kept, plain = opened(original, "icc"), opened(original)

    assert kept.picture.carried.profile == icc.anew(profile)
    assert kept.picture.pixels() == opened(heics.plain()).picture.pixels()
    assert plain.picture.carried.profile == b""
    assert difference(plain, kept.picture.to_pillow()) < 1


def test_tags_are_kept_if_named() -> None:
    """Where it was taken, and by what; nothing unless `keep` names it."""
    original = heics.plain(exif=b"Exif\0\0" + MODEL)

    kept, plain = opened(original, *KEPT), opened(original)

    assert [(tag.number, tag.value) for tag in kept.picture.carried.tags] == [(0x0110, b"Ada\0")]
    assert plain.picture.carried.tags == ()
    assert opened(heics.plain(exif=sources.exif()), "gps").picture.carried.tags


def test_a_smaller_decode_is_the_same_picture() -> None:
    """Averaged, as for all formats but JPEG."""
    small = opened(heics.grid(16, 16), box=60)

    assert small.scale == 4
    assert (small.picture.stored.width, small.header.width) == (240, 960)


def test_other_pictures_in_the_file_are_not_the_picture() -> None:
    """Thumbnails, or what else lies beside: the primary item is the picture."""
    thumbnail = heics.coded(heics.GREY)
    original = heics.heic(heics.coded(), thumbnail, links=[(b"thmb", 2, (1,))])

    assert difference(opened(original), SCENE) < 3
    assert difference(opened(heics.heic(heics.coded(), thumbnail)), SCENE) < 3


@pytest.mark.parametrize(
    "original",
    [heics.plain(exif=sources.exif()), heics.with_alpha(), heics.grid(2, 1)],
    ids=["plain", "alpha", "grid"],
)
def test_the_structure_alone_shows_a_cut(original: bytes) -> None:
    """At any byte, before a decoder sees it."""
    for kept in range(8, len(original)):
        assert verdict(original[:kept])[0] in {"truncated", "unsupported_format"}
    assert [(seen.width, seen.height) for seen in walk(original, "heic")][-1] >= (60, 40)


@pytest.mark.parametrize("missing", [1, 4, 50, 200])
def test_a_frame_that_ends_early_is_corrupt(missing: int) -> None:
    """Its units say how long they are: libde265 would fill in the rest."""
    short = heics.Picture(heics.COLOUR.setup, heics.COLOUR.frame[:-missing])

    assert verdict(heics.heic(heics.coded(short)))[0] == "corrupt"


def test_a_size_is_held_to_wherever_it_is_told() -> None:
    """A decoder makes room for what HEVC says, whatever the boxes say."""
    for original in (heics.claiming(setup=True), heics.claiming(setup=False)):
        assert verdict(original) == ("too_many_pixels", 30_000 * 30_000)


@pytest.mark.parametrize("size", [(6, 4), (600, 400)])
def test_boxes_that_lie_about_the_size_are_corrupt(size: tuple[int, int]) -> None:
    """Also where the lie is within all limits."""
    assert verdict(heics.plain(size=size))[0] == "corrupt"


def test_without_pi_heif_a_heic_is_refused_and_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever left the package out reads its name; other formats do not need it."""
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pi_heif":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)

    told = "heic: pi-heif, which reads it, is not installed here"
    assert verdict(heics.plain()) == ("unsupported_format", told)


def test_only_a_heic_imports_pi_heif() -> None:
    """Cold starts of those that never see one do not pay for it."""
    program = (
        "import sys; from steps.opening import open_picture; from steps.limits import Limits;"
        "from steps.testing import heics, sources;"
        "limits = Limits(formats=('heic', 'png'));"
        "open_picture(sources.png(), limits); print('pi_heif' in sys.modules);"
        "open_picture(heics.plain(), limits); print('pi_heif' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False", "True"]
