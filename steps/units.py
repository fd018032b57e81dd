"""Units: what a number among the options counts, so that `25MB` can be written for it."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Unit:
    """What an option counts, as metadata of its annotation: `Annotated[int, Unit(...)]`.

    `suffixes` are the endings that a pipeline file may write after the number and what each is
    worth, in the unit of the option: 25MB is read as 25 * 1,000,000.
    """

    name: str
    suffixes: tuple[tuple[str, int | float], ...]


BYTES = Unit(
    "bytes",
    (
        ("B", 1),
        ("kB", 10**3),
        ("MB", 10**6),
        ("GB", 10**9),
        ("KiB", 2**10),
        ("MiB", 2**20),
        ("GiB", 2**30),
    ),
)
PIXEL_COUNT = Unit("pixels", (("MP", 10**6),))
SHARE = Unit("share", (("%", 0.01),))
LENGTH = Unit("length", (("%", 0.01),))  # a bare number counts pixels
SECONDS = Unit("seconds", (("ms", 0.001), ("s", 1), ("min", 60)))

Bytes = Annotated[int, Gt(0), BYTES]
PixelCount = Annotated[int, Gt(0), PIXEL_COUNT]
Share = Annotated[float, Ge(0), Le(1), SHARE]
"""A part of the picture: `5%` is read as 0.05."""
Seconds = Annotated[float, Gt(0), SECONDS]


@dataclass(frozen=True)
class Examples:
    """Values worth trying, as metadata of an annotation whose type alone does not find them.

    `steps.testing` makes options of them, and the option's schema shows them.
    """

    values: tuple[str, ...]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Add the values to the option's JSON schema."""
        return {**handler(schema), "examples": list(self.values)}
