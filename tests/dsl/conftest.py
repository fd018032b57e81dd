"""Shared by the compiler's tests: plugins of their own.

The plugins are stubs: they declare, and never run. So messages that list options or plugins
change only when the compiler does.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Le, Len
from pydantic import AfterValidator, model_validator

from dsl.backends.schema import schema
from dsl.compile import Compiled, compile_source
from dsl.draft import Plugins
from steps.contract import (
    Asks,
    Bytes,
    Call,
    Cost,
    Facts,
    LetIn,
    Options,
    Picture,
    Rejected,
    Share,
    step,
)
from steps.formats import Encoding, Format
from steps.lengths import Length
from steps.metadata import Kept
from steps.validate import validate

Compile = Callable[[str], Compiled]


class ResizeOptions(Options):
    """The sides in pixels."""

    __module__ = "stubs.resize"

    width: Length | None = None
    height: Length | None = None
    fit: Literal["contain", "cover", "stretch", "pad"] = "contain"
    enlarge: bool = False
    max_bytes: Bytes | None = None

    @model_validator(mode="after")
    def _sides_suffice(self) -> "ResizeOptions":
        if self.width is None and self.height is None:
            raise ValueError("resize needs a width, a height or both")
        if self.fit != "contain" and None in {self.width, self.height}:
            raise ValueError(f"fit: {self.fit} needs both a width and a height")
        if self.bounds()[0] * (self.height or 1) > 100_000_000 and self.width:
            raise ValueError("a box of more than 100 MP: make width or height smaller")
        return self

    def bounds(self) -> tuple[int, int]:
        """Return the most that a result may measure each way."""
        width, height = (
            side if isinstance(side, int) else 16_383 for side in (self.width, self.height)
        )
        return width, height


def calm(text: str) -> str:
    """Refuse a text in capitals, with a cure behind a colon."""
    if text.isupper():
        raise ValueError(f"{text!r} is too loud: write it in small letters")
    return text


class WatermarkOptions(Options):
    """The text and how it looks."""

    __module__ = "stubs.watermark"

    text: Annotated[str, Len(1, 200), AfterValidator(calm)]
    opacity: Annotated[float, Ge(0), Le(1)] = 0.5
    size: Annotated[Share, Gt(0)] = 0.04
    lines: int = 1
    colours: tuple[Literal["white", "black"], ...] = ("white",)


class ConvertOptions(Options):
    """How pictures are written, and which of their frames."""

    __module__ = "stubs.convert"

    format: Format
    effort: int | None = None
    max_bytes: Bytes | None = None
    frames: Literal["all", "first"] = "all"

    def encoding(self) -> Encoding:
        """Return how the outputs below are written."""
        return Encoding(self.format, effort=self.effort, max_bytes=self.max_bytes)

    def frames_left(self, frames: int) -> int:
        """Return how many of so many frames the result has."""
        return 1 if self.frames == "first" else frames


class StripOptions(Options):
    """What is left of the metadata."""

    __module__ = "stubs.strip"

    keep: Annotated[tuple[Kept, ...], LetIn()] = ()


class NoOptions(Options):
    """Nothing to choose."""

    __module__ = "stubs.nothing"


class FacesFacts(Facts):
    """What was found."""

    count: int
    score: float | None = None
    smiling: bool
    names: tuple[str, ...] = ()


@step(version=3, cost=Cost(cpu_ms=25, memory_mb=14))
def resize(picture: Picture, options: ResizeOptions) -> Picture:
    """Stub of a step that forks by variants."""
    return picture


@step(version=1)
def watermark(picture: Picture, options: WatermarkOptions) -> Picture:
    """Stub of a step with a needed option."""
    return picture


@step(version=1)
def convert(picture: Picture, options: ConvertOptions) -> Picture:
    """Stub of a step that decides how pictures are written."""
    return picture


@step(version=1, frames="one")
def poster(picture: Picture, options: NoOptions) -> Picture:
    """Stub of a step that takes no animations."""
    return picture


@step(version=1)
def strip(picture: Picture, options: StripOptions) -> Picture:
    """Stub of a step that leaves less of the metadata."""
    return picture


@step(version=1)
def greyscale(picture: Picture, options: NoOptions) -> Picture:
    """Stub of a step without options."""
    return picture


@step(version=1)
def faces(picture: Picture, options: NoOptions) -> FacesFacts:
    """Stub of a facts step."""
    return FacesFacts(count=0, smiling=False)


@step(version=1, rejects=("unsafe",))
def refuse(picture: Picture, options: NoOptions) -> FacesFacts | Rejected:
    """Stub of a step that may reject."""
    return Rejected("unsafe", {})


@step(version=1, cost=Cost(cpu_ms=10_000, memory_mb=1))
def slow(picture: Picture, options: NoOptions) -> Picture:
    """Stub of a step that takes ten seconds a megapixel."""
    return picture


@step(version=1, cost=Cost(cpu_ms=1, memory_mb=500))
def hungry(picture: Picture, options: NoOptions) -> Picture:
    """Stub of a step that takes half a gigabyte a megapixel."""
    return picture


@step(version=1, calls=("rekognition:DetectModerationLabels",))
def moderate(picture: Picture, options: NoOptions) -> Asks[FacesFacts]:
    """Stub of a step that calls AWS."""
    yield Call("rekognition:DetectModerationLabels", {})
    return FacesFacts(count=0, smiling=False)


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """The stubs, and the real `validate`: it is part of the language."""
    found: Mapping[str, Any] = {
        each.name: each
        for each in (
            convert,
            faces,
            greyscale,
            hungry,
            moderate,
            poster,
            refuse,
            resize,
            slow,
            strip,
            validate,
            watermark,
        )
    }
    return found


@pytest.fixture(scope="session")
def stubs(plugins: Plugins) -> dict[str, Any]:
    """The schema of files that use the stubs."""
    return schema(plugins)


@pytest.fixture(scope="session")
def compiled(plugins: Plugins) -> Compile:
    """Compile a text with the stubs."""
    return lambda text: compile_source(text, "pipeline.yaml", plugins)
