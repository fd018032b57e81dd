"""Results: what comes of a picture as it is taken through a plan, in the order it comes about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from darkroom.events import Applied
from darkroom.plan import OnError
from darkroom.runner.journey import Journey
from steps.formats import Format
from steps.opening import Header

Scalars = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True)
class Validated:
    """The original was opened: it is what `accept` admits, whole, and upright from here on."""

    step: str | None
    header: Header


@dataclass(frozen=True)
class Verdict:
    """The image is not acceptable; nothing comes after this."""

    step: str | None
    code: str
    facts: Scalars


@dataclass(frozen=True)
class FactsFound:
    """A facts step answered; `way` tells the picture it looked at."""

    step: str
    way: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Rendered:
    """A promised picture, encoded."""

    name: str
    encoded: bytes
    format: Format
    width: int  # pixels
    height: int  # pixels
    recipe: tuple[Applied, ...]


@dataclass(frozen=True)
class Failed:
    """A step could not do its work on a picture.

    Unless `on_error` is "pass", the picture's way ends here, and the promised pictures `names` do
    not come about.
    """

    names: tuple[str, ...]
    step: str
    way: str
    code: str
    facts: Scalars
    on_error: OnError


@dataclass(frozen=True)
class Leaving:
    """A picture goes on to another stage from `at`, the way that it has passed."""

    at: str
    journey: Journey


Result = Validated | Verdict | FactsFound | Rendered | Failed | Leaving
