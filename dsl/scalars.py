"""Plain YAML values, read by the core schema of YAML 1.2, and the traps of YAML 1.1."""

import math
import re
from dataclasses import dataclass, replace

from dsl.tree import ScalarValue

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_OCTAL = re.compile(r"0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NULLS = ("", "~", "null", "Null", "NULL")
WRITTEN_NULLS = _NULLS[1:]
_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_SAID_YES = ("yes", "on")
_SAID_NO = ("no", "off")
_OLD_OCTAL = re.compile(r"[-+]?0[0-9]{1,20}")
_OLD_UNDERSCORES = re.compile(r"[-+]?[1-9][0-9]*(_[0-9]+)+(\.[0-9_]*)?")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?")

_TIMES = ("timeout", "wait")

# Beyond 2**53 a JSON reader that keeps numbers as doubles, such as JSONata's, loses digits.
_LARGEST = 2**53
_DIGITS = 17


@dataclass(frozen=True)
class Refused:
    """Why a plain value is not taken: a diagnostic's code, title and cure."""

    code: str
    title: str
    help: str


def read(text: str) -> ScalarValue | Refused:
    """Return the value that the plain scalar `text` means, or why it is refused."""
    if text in _NULLS:
        return Refused("Y006", "there is no value here", "write a value, or remove the key")
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    for found in (_trap(text), _number(text)):
        if found is not None:
            return found
    return text


def behind(key: str, text: str, refused: Refused) -> Refused:
    """Return what is told of a trap of YAML 1.1 where the key says what was meant."""
    if refused.code == "Y008" and key == "when":
        # `true` would not do either.
        cure = "write a condition, such as picture.width >= 400, or no `when`"
        return replace(refused, help=cure)
    if key in _TIMES and _SEXAGESIMAL.fullmatch(text):
        cure = f"write {_base_60(text)}s, if it is minutes and seconds"
        return replace(refused, help=cure)
    return refused


def _trap(text: str) -> Refused | None:
    """Refuse what YAML 1.1 reads as something else than the text that YAML 1.2 sees."""
    folded = text.lower()
    if folded in _SAID_YES + _SAID_NO and text in (folded, folded.title(), folded.upper()):
        meant = "true" if folded in _SAID_YES else "false"
        was = f"`{text}` is a text in YAML 1.2, and means {meant} in YAML 1.1"
        cure = f'write {meant} if it is a yes/no value, or "{text}" in quotes if it is a text'
        return Refused("Y008", was, cure)
    if _OLD_OCTAL.fullmatch(text):
        digits = text.lstrip("+-0_") or "0"
        old = f"the number {int(digits, 8)}" if set(digits) <= set("01234567") else "a text"
        was = f"`{text}` is {digits} in YAML 1.2, and {old} in YAML 1.1"
        return Refused("Y008", was, f'write {digits}, or "{text}" in quotes for the text')
    if _OLD_UNDERSCORES.fullmatch(text):
        number = text.replace("_", "")
        was = f"`{text}` is a text in YAML 1.2, and the number {number} in YAML 1.1"
        return Refused("Y008", was, f'write {number}, or "{text}" in quotes for the text')
    if _SEXAGESIMAL.fullmatch(text):
        was = f"`{text}` is a text in YAML 1.2, and the number {_base_60(text)} in YAML 1.1"
        return Refused("Y008", was, f'write "{text}", in quotes')
    return None


def _base_60(text: str) -> str:
    """Return the number that YAML 1.1 makes of `16:9`: digits by the clock, in seconds."""
    parts = [float(part or 0) for part in text.lstrip("+-").split(":")[-3:]]
    total = 0.0
    for part in parts:
        total = total * 60 + part
    return f"{total:.0f}"


def _number(text: str) -> ScalarValue | Refused | None:
    if _NOT_FINITE.fullmatch(text):
        return Refused("Y010", f"`{text}` is not a number that can be kept", "write a number")
    is_int = _INT.fullmatch(text) or _HEX.fullmatch(text) or _OCTAL.fullmatch(text)
    if not is_int and not _FLOAT.fullmatch(text):
        return None
    # The length goes first: Python refuses to read integers of more than 4,300 digits.
    number = None if len(text) > _DIGITS + 8 else int(text, 0) if is_int else float(text)
    if number is None or not math.isfinite(number) or abs(number) > _LARGEST:
        return Refused("Y010", "the number is too long to be kept exactly", "write a smaller one")
    return number
