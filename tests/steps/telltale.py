"""A picture that tells all that a JPEG can tell, and what others read of what is left of it."""

import io
import struct
from itertools import combinations
from typing import Any

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from steps.formats import FORMATS
from steps.limits import Limits
from steps.metadata import KEPT, Kept
from steps.opening import Opened, open_picture
from steps.picture import Picture
from steps.testing import sources

SUBSETS = [chosen for size in range(5) for chosen in combinations(KEPT, size)]
NOTICE = "© Zoë Łukasik, 東京"
XMP = b'<?xpacket begin="" id="W5M0"?><x:xmpmeta xmlns:x="adobe:ns:meta/">secret</x:xmpmeta>'
MAKE, DESCRIPTION, COPYRIGHT, SOFTWARE = 0x010F, 0x010E, 0x8298, 0x0131
EXPOSURE, MAKER_NOTE, SERIAL_NUMBER, LENS_SERIAL, OWNER = 0x829A, 0x927C, 0xA431, 0xA435, 0xA430


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
