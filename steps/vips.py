"""libvips as Darkroom uses it: the kernel imports pyvips from here, so never unguarded.

All of this is per process, and holds before the first picture is opened.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyvips

__all__ = ["pyvips", "remarks"]

LOADERS = ("JpegSource", "PngSource", "NsgifSource", "WebpSource", "HeifSource", "TiffSource")
"""The decoders that may be entered; the many others of libvips are not all hardened."""


def _to_text(text: Any) -> str:
    """Return a message of libvips as text, whatever bytes of an original it quotes.

    pyvips decodes it strictly: the name of a text that is not UTF-8 would raise as fields are
    listed, and a profile's would make its Error a UnicodeDecodeError, leave the message behind for
    the next error, and print a traceback.
    """
    if text == pyvips.ffi.NULL:
        return ""
    found = pyvips.ffi.string(text)
    return found.decode("utf-8", "backslashreplace") if isinstance(found, bytes) else str(found)


# What libvips' text reads as it is first used: else a text would take the fonts and the settings of
# the machine, and look otherwise on the next one.
os.environ |= {
    "FONTCONFIG_FILE": str(Path(__file__).with_name("fonts") / "fonts.conf"),
    "PANGOCAIRO_BACKEND": "fontconfig",
}
# pyvips offers no setting for it.
for _module in (pyvips, pyvips.error, pyvips.vimage, pyvips.gvalue, pyvips.vobject):
    _module._to_string = _to_text
# Remarks on originals are not the platform's log lines; what matters of them is in the verdict.
_LOGGER = logging.getLogger("pyvips")
_LOGGER.setLevel(logging.CRITICAL)
# Pictures differ from each other, so remembered operations would only hold memory.
pyvips.cache_set_max(0)


@contextmanager
def remarks() -> Iterator[list[str]]:
    """Collect what libvips remarks in the block, and of what is let go by its end.

    Of the whole process: nothing else should decode meanwhile.
    """
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    propagates, _LOGGER.propagate = _LOGGER.propagate, False
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.WARNING)
    try:
        yield said
    finally:
        _LOGGER.setLevel(logging.CRITICAL)
        _LOGGER.removeHandler(handler)
        _LOGGER.propagate = propagates


pyvips.operation_block_set("VipsForeignLoad", True)
for _loader in LOADERS:
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)
