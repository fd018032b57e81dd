"""Colours, as a pipeline file writes them."""

import re
from typing import Annotated

from annotated_types import Len
from pydantic import AfterValidator

from steps.units import Examples

Rgba = tuple[int, int, int, int]
"""Red, green, blue and alpha, 0 to 255 each."""

NAMES: dict[str, Rgba] = {
    "transparent": (0, 0, 0, 0),
    "white": (255, 255, 255, 255),
    "silver": (192, 192, 192, 255),
    "gray": (128, 128, 128, 255),
    "grey": (128, 128, 128, 255),
    "black": (0, 0, 0, 255),
    "red": (255, 0, 0, 255),
    "maroon": (128, 0, 0, 255),
    "orange": (255, 165, 0, 255),
    "yellow": (255, 255, 0, 255),
    "olive": (128, 128, 0, 255),
    "lime": (0, 255, 0, 255),
    "green": (0, 128, 0, 255),
    "aqua": (0, 255, 255, 255),
    "teal": (0, 128, 128, 255),
    "blue": (0, 0, 255, 255),
    "navy": (0, 0, 128, 255),
    "fuchsia": (255, 0, 255, 255),
    "purple": (128, 0, 128, 255),
}
"""Source: CSS Color Module, the basic colour keywords, orange and transparent."""

_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)


def rgba(colour: str) -> Rgba:
    """Return red, green, blue and alpha, 0 to 255 each, of a name or of #rgb, #rgba, #rrggbb[aa].

    Raises ValueError for anything else; the text tells what may be written.
    """
    if colour in NAMES:
        return NAMES[colour]
    if not _HEX.fullmatch(colour):
        names = ", ".join(NAMES)
        raise ValueError(f"'{colour}' is no colour: write #rrggbb or #rrggbbaa, or one of {names}")
    digits = colour[1:]
    if len(digits) <= 4:
        digits = "".join(2 * digit for digit in digits)
    red, green, blue, alpha = bytes.fromhex(f"{digits:f<8}")
    return red, green, blue, alpha


def _checked(colour: str) -> str:
    rgba(colour)
    return colour


def _opaque(colour: str) -> str:
    if rgba(colour)[3] < 255:
        raise ValueError(f"'{colour}' lets something through, and nothing is behind it: use white")
    return colour


Colour = Annotated[
    str,
    Len(1, 32),
    AfterValidator(_checked),
    Examples(("white", "black", "transparent", "#fc0", "#336699", "#33669980")),
]
"""A colour by name or in hexadecimal, e.g. "white", "#369", "#33669980"."""

OpaqueColour = Annotated[
    str, Len(1, 32), AfterValidator(_opaque), Examples(("white", "black", "#fc0", "#336699"))
]
"""A colour that nothing shows through."""
