"""Leaks: nothing of an original's metadata is in a file but what the pipeline keeps."""

import io
import struct
from itertools import combinations
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from steps.encoding import encode
from steps.formats import FORMATS, TRAITS, Format
from steps.limits import Limits
from steps.metadata import KEPT, Kept
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.strip_metadata import StripMetadataOptions, strip_metadata
from steps.testing import sources

SUBSETS = [chosen for size in range(5) for chosen in combinations(KEPT, size)]
NOTICE = "© Zoë Łukasik, 東京"
SECRETS = (b"secret", "gehe\u00efm".encode(), b"photoshop", b"xpacket", b"1.2.840")
XMP = b'<?xpacket begin="" id="W5M0"?><x:xmpmeta xmlns:x="adobe:ns:meta/">secret</x:xmpmeta>'
MAKE, DESCRIPTION, COPYRIGHT, SOFTWARE = 0x010F, 0x010E, 0x8298, 0x0131
EXPOSURE, MAKER_NOTE, SERIAL_NUMBER, LENS_SERIAL, OWNER = 0x829A, 0x927C, 0xA431, 0xA435, 0xA430
OF_ANY_BLOCK = {"ExifOffset", "GPSInfo", "Orientation", "ExifVersion", "FlashPixVersion"} | {
    *("ExifImageWidth", "ExifImageHeight", "ColorSpace"),
    *("XResolution", "YResolution", "ResolutionUnit"),
}
"""What every EXIF block has to have, and libvips writes anew: it tells of the file itself."""


def telltale() -> bytes:
    """Return a JPEG of P3 colours that tells all that a JPEG can tell."""
    exif = Image.Exif()
    exif[MAKE], exif[COPYRIGHT] = "Seagull", NOTICE.encode()
    exif[DESCRIPTION], exif[SOFTWARE] = "secret", "secret"
    exif[ExifTags.IFD.Exif] = {
        EXPOSURE: IFDRational(1, 250),
        **dict.fromkeys((SERIAL_NUMBER, LENS_SERIAL, OWNER), "secret"),
        MAKER_NOTE: b"secret 1.2.840",
    }
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (48.0, 8.0, 14.5)}
    file = io.BytesIO()
    sources.scene(64, 48).save(
        file,
        "JPEG",
        exif=exif,
        xmp=XMP,
        comment=b"secret",
        icc_profile=sources.p3_profile(),
    )
    iptc = b"\x1c\x02\x78" + struct.pack(">H", 6) + b"secret"
    resource = b"Photoshop 3.0\08BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    segment = b"\xff\xed" + struct.pack(">H", len(resource) + 2) + resource
    return file.getvalue()[:2] + segment + file.getvalue()[2:]


def opened(original: bytes, *keep: Kept) -> Picture:
    found = open_picture(original, Limits(formats=FORMATS), keep)
    assert isinstance(found, Opened)
    return found.picture


def told(file: bytes) -> dict[Kept, Any]:
    """Return what Pillow reads of a file, under the word that keeps it."""
    image = Image.open(io.BytesIO(file))
    exif = image.getexif()
    capture, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    found: dict[Kept, Any] = {
        "icc": image.info.get("icc_profile"),
        "copyright": exif.get(COPYRIGHT),
        "capture": (exif.get(MAKE), capture.get(EXPOSURE)) if MAKE in exif else None,
        "gps": gps.get(2),
    }
    return {name: value for name, value in found.items() if value is not None}


def others(file: bytes) -> set[str]:
    """Return what else Pillow finds beside the pixels: fields of the format itself apart."""
    image = Image.open(io.BytesIO(file))
    exif = image.getexif()
    numbers = {*exif, *exif.get_ifd(ExifTags.IFD.Exif)}
    named = {ExifTags.TAGS.get(each, hex(each)) for each in numbers}
    plain = {"exif", "icc_profile", "jfif", "jfif_version", "jfif_unit", "jfif_density"}
    plain |= {"dpi", "progressive", "progression", "interlace", "gamma", "version", "background"}
    plain |= {"transparency", "duration", "loop", "timestamp", "extension", "srgb"}
    return (named | set(image.info)) - plain - {"Copyright", "Make", "ExposureTime"}


@pytest.mark.parametrize("keep", SUBSETS, ids=lambda keep: "+".join(keep) or "nothing")
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_tells_what_is_kept_and_nothing_else(
    file_format: Format, keep: tuple[Kept, ...]
) -> None:
    """For each format, and all that `keep` can say; GIF has room for nothing."""
    file = encode(opened(telltale(), *keep), file_format)

    assert set(told(file)) == (set(keep) if TRAITS[file_format].carries else set())
    assert not [each for each in SECRETS if each in file]
    assert others(file) <= OF_ANY_BLOCK


@pytest.mark.parametrize("file_format", [each for each in FORMATS if TRAITS[each].carries])
def test_what_is_kept_is_whole(file_format: Format) -> None:
    """The notice to the letter, in any alphabet; the numbers as they were."""
    found = told(encode(opened(telltale(), *KEPT), file_format))

    assert found["copyright"].encode("latin-1").decode() == NOTICE
    assert found["capture"] == ("Seagull", IFDRational(1, 250))
    assert found["gps"] == (48.0, 8.0, 14.5)
    assert found["icc"] == sources.p3_profile()


@pytest.mark.parametrize("left", SUBSETS, ids=lambda keep: "+".join(keep) or "nothing")
def test_a_branch_can_be_stripped_of_more(left: tuple[Kept, ...]) -> None:
    """What is left there is what would have been there, had the pipeline kept no more."""
    whole, less = opened(telltale(), *KEPT), opened(telltale(), *left)

    stripped = strip_metadata(whole, StripMetadataOptions(keep=left))

    assert stripped.carried == less.carried
    assert (stripped.images[0] - less.images[0]).abs().max() <= 1
    assert set(told(encode(stripped, "jpeg"))) == set(left)


def test_stripping_never_adds() -> None:
    """What the pipeline does not keep is not there to be kept."""
    stripped = strip_metadata(opened(telltale()), StripMetadataOptions(keep=KEPT))

    assert told(encode(stripped, "jpeg")) == {}


def _png() -> bytes:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Comment", "secret")
    chunks.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return sources.png(pnginfo=chunks)


@pytest.mark.parametrize(
    "original",
    [
        _png(),
        sources.gif(comment=b"secret"),
        sources.gif(frames=3, comment=b"secret"),
        sources.webp(xmp=XMP),
        sources.webp(frames=3, xmp=XMP),
    ],
    ids=["png", "gif", "animated gif", "webp", "animated webp"],
)
@pytest.mark.parametrize("file_format", FORMATS)
def test_texts_of_other_formats_are_gone(original: bytes, file_format: Format) -> None:
    """Comments and XMP are kept by nothing; nor are they carried from format to format."""
    limits = Limits(formats=FORMATS, max_frames=3)
    found = open_picture(original, limits, KEPT)
    assert isinstance(found, Opened)
    picture = found.picture if TRAITS[file_format].animated else found.picture.first()

    file = encode(picture, file_format)

    assert b"secret" in original
    assert not [each for each in SECRETS if each in file]


@pytest.mark.parametrize("file_format", FORMATS)
def test_colours_are_those_of_the_profile_or_of_srgb(file_format: Format) -> None:
    """Whether the profile is kept or not, what is shown is the same; a GIF shows sRGB."""
    kept, dropped = (
        _shown(encode(opened(telltale(), *keep), file_format)) for keep in (("icc",), ())
    )

    differences = [abs(one - other) for one, other in zip(kept, dropped, strict=True)]
    assert sum(differences) / len(differences) < (8 if file_format == "gif" else 3)


def _shown(file: bytes) -> bytes:
    """Return sRGB bytes as a reader that heeds the profile shows them."""
    image = Image.open(io.BytesIO(file))
    profile = image.info.get("icc_profile")
    image = image.convert("RGB")
    if profile:
        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        ImageCms.profileToProfile(image, own, srgb, inPlace=True)
    return image.tobytes()
