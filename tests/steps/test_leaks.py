"""Leaks: nothing of an original's metadata is in a file but what the pipeline keeps."""

import io

import pytest
from PIL import ExifTags, Image, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from steps import icc
from steps.encoding import encode
from steps.formats import FORMATS, ORIGINAL_FORMATS, TRAITS, Format
from steps.limits import Limits
from steps.metadata import KEPT, Kept
from steps.opening import Opened, open_picture
from steps.testing import heics, sources
from tests.steps.telltale import NOTICE, SUBSETS, XMP, opened, telltale, told

SECRETS = (b"secret", b"photoshop", b"xpacket", b"1.2.840")
OF_ANY_BLOCK = {"ExifOffset", "GPSInfo", "Orientation", "ExifVersion", "FlashPixVersion"} | {
    *("ExifImageWidth", "ExifImageHeight", "ColorSpace"),
    *("XResolution", "YResolution", "ResolutionUnit"),
}
"""What every EXIF block has to have, and libvips writes anew: it tells of the file itself."""


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
    assert found["icc"] == icc.anew(sources.p3_profile())


@pytest.mark.parametrize("keep", [("gps",), ("gps", "icc")], ids="+".join)
@pytest.mark.parametrize("file_format", [each for each in FORMATS if TRAITS[each].carries])
def test_a_kept_block_tells_of_the_file_as_it_is(
    file_format: Format, keep: tuple[Kept, ...]
) -> None:
    """Upright, of its own size, and in sRGB unless it has another profile."""
    original = sources.jpeg(60, 40, orientation=6, icc_profile=sources.p3_profile())

    exif = Image.open(io.BytesIO(encode(opened(original, *keep), file_format))).getexif()

    capture = exif.get_ifd(ExifTags.IFD.Exif)
    assert exif[ExifTags.Base.Orientation] == 1
    assert capture[ExifTags.Base.ExifImageWidth] == 40
    assert capture[ExifTags.Base.ExifImageHeight] == 60
    assert capture[ExifTags.Base.ColorSpace] == (0xFFFF if "icc" in keep else 1)


XMP_ITEM = heics.Item(b"mime", XMP)


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
        sources.saved_tiff(sources.scene(60, 40), software="secret"),
        heics.heic(heics.coded(), heics.Item(b"Exif", bytes(4) + sources.exif()), XMP_ITEM),
    ],
    ids=["png", "gif", "animated gif", "webp", "animated webp", "tiff", "heic"],
)
@pytest.mark.parametrize("file_format", FORMATS)
def test_texts_of_other_formats_are_gone(original: bytes, file_format: Format) -> None:
    """Comments and XMP are kept by nothing; nor are they carried from format to format."""
    limits = Limits(formats=ORIGINAL_FORMATS, max_frames=3)
    found = open_picture(original, limits, KEPT)
    assert isinstance(found, Opened)
    picture = found.picture if TRAITS[file_format].animated else found.picture.first()

    file = encode(picture, file_format)

    assert b"secret" in original
    assert not [each for each in SECRETS if each in file]
