"""libvips as Darkroom uses it: the kernel imports pyvips from here, so never unguarded.

All of this is per process, and holds before the first picture is opened.
"""

import logging
from typing import Any

import pyvips

__all__ = ["pyvips"]

LOADERS = ("JpegBuffer", "PngBuffer", "NsgifBuffer", "WebpBuffer", "HeifBuffer")
"""The decoders that may be entered; the many others of libvips are not all hardened."""


def _to_text(text: Any) -> str:
    """Return a message of libvips as text, whatever bytes of an original it quotes.

    pyvips decodes it strictly: a profile's name that is not UTF-8 would make its Error a
    UnicodeDecodeError, leave the message behind for the next error, and print a traceback.
    """
    if text == pyvips.ffi.NULL:
        return ""
    found = pyvips.ffi.string(text)
    return found.decode("utf-8", "backslashreplace") if isinstance(found, bytes) else str(found)


# pyvips offers no setting for it.
pyvips._to_string = pyvips.error._to_string = _to_text
# Remarks on originals are not the platform's log lines; what matters of them is in the verdict.
logging.getLogger("pyvips").setLevel(logging.CRITICAL)
# Pictures differ from each other, so remembered operations would only hold memory.
pyvips.cache_set_max(0)
pyvips.operation_block_set("VipsForeignLoad", True)
for _loader in LOADERS:
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)
