"""Kinds of arguments: what each takes, and what is told of all else. For `add_argument(type=…)`."""

import math
from argparse import ArgumentTypeError
from urllib.parse import urlsplit

from darkroom.ids import ImageRef

_ANY_IMAGE = "0" * 26
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def count(text: str) -> int:
    """Read a whole number from 1 on; raises ArgumentTypeError for all else, as every kind does."""
    if not (text.isdecimal() and int(text)):
        raise ArgumentTypeError(f"{text!r}: write a whole number from 1 on, such as 50.")
    return int(text)


def duration(text: str) -> float:
    """Read a number of seconds, or of minutes where the option counts these, from 0 on."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ArgumentTypeError(f"{text!r}: write a number from 0 on, such as 90.")
    return number


def tenant(text: str) -> str:
    """Read the name of a tenant, as `ImageRef` takes it."""
    try:
        return ImageRef(text, _ANY_IMAGE).tenant
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r}: a tenant's name is of letters, digits, - and _, such as main."
        ) from None


def tag(text: str) -> tuple[str, str]:
    """Read NAME=TEXT."""
    name, _, said = text.partition("=")
    if not (name and said):
        raise ArgumentTypeError(f"{text!r}: write NAME=TEXT, such as plan=free.")
    return name, said


def address(text: str) -> str:
    """Read where an API is, without a slash at its end: by https, or on this machine."""
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        found = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets that hold no IPv6 address, a port that is none
        found = False
    if not found:
        raise ArgumentTypeError(f"{text!r}: write an address, such as https://…/v1.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ArgumentTypeError(
            f"{text!r}: by http your password could be read on its way. Write https."
        )
    return url
