"""What Darkroom cannot do yet and the examples ask for: with it taken out, they compile.

The compiler refuses each as it is written. Whoever builds one removes its line here, and its
name from examples/README.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Lack:
    """What is lacking, in a word; the text that asks for it, and what stands in its place."""

    what: str
    text: str  # once in the example
    instead: str = ""


LACKING: Mapping[str, tuple[Lack, ...]] = {
    "avatars": (Lack("HEIC", ", heic"),),
}


def lacking(example: str) -> tuple[Lack, ...]:
    """Return what an example asks for in vain."""
    return LACKING.get(example, ())
