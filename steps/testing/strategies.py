"""Strategies: pictures of every kind, and options made from any options model."""

import typing
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union

import annotated_types
from hypothesis import reject
from hypothesis import strategies as st
from pydantic import ValidationError

from steps.contract import Options
from steps.picture import Picture
from steps.units import Examples

O = TypeVar("O", bound=Options)  # noqa: E741 - as in the contract
LARGEST_STEP = 400
"""How far above their least value whole numbers are drawn: a picture's cost grows with them."""


def patterned(width: int, height: int, *, alpha: bool, pattern: bytes) -> Picture:
    """Return a picture whose bytes repeat `pattern`: cheap to make, and it shrinks well."""
    size = width * height * (4 if alpha else 3)
    pixels = (pattern * (size // len(pattern) + 1))[:size]
    return Picture.from_pixels(pixels, width, height, alpha=alpha)


def pictures(max_side: int = 80) -> st.SearchStrategy[Picture]:
    """Draw pictures of 1 to `max_side` pixels each way, with and without alpha."""
    sides = st.integers(1, max_side)
    return st.builds(
        patterned, sides, sides, alpha=st.booleans(), pattern=st.binary(min_size=1, max_size=64)
    )


KINDS: Mapping[str, Picture] = {
    "one pixel": patterned(1, 1, alpha=False, pattern=b"\x80\x40\x20"),
    "one invisible pixel": patterned(1, 1, alpha=True, pattern=b"\xff\x00\x00\x00"),
    "tall strip": patterned(1, 5000, alpha=False, pattern=b"\x00\x80\xff"),
    "wide strip": patterned(5000, 1, alpha=True, pattern=b"\x00\x80\xff\x80\x10"),
    "grey": patterned(60, 40, alpha=False, pattern=b"\x77\x77\x77"),
    "transparent": patterned(61, 43, alpha=True, pattern=bytes(range(256))),
    "photo-sized": patterned(1600, 1100, alpha=False, pattern=bytes(range(251))),
}
"""Pictures that steps have stumbled over, by what is special about them."""


def options_for(model: type[O]) -> st.SearchStrategy[O]:
    """Draw options of any options model, every field of it, as its types and constraints allow.

    Combinations that the model itself refuses are left out. Fields need `annotated_types`, or
    `Examples` where a type alone does not say what may stand there.
    """
    hints = typing.get_type_hints(model, include_extras=True)
    fields = {name: _values(hints[name]) for name in model.model_fields}

    @st.composite
    def drawn(draw: st.DrawFn) -> O:
        values = draw(st.fixed_dictionaries(fields))
        try:
            return model.model_validate(values)
        except ValidationError:
            reject()

    return drawn()


def _values(hint: Any) -> st.SearchStrategy[Any]:
    origin = typing.get_origin(hint)
    if origin in {Union, UnionType}:
        kinds = [each for each in typing.get_args(hint) if each is not type(None)]
        # Twice as often given as not: models tend to need some of their optional fields.
        given = [_values(each) for each in kinds] * 2
        return (
            st.one_of(*given, st.none())
            if type(None) in typing.get_args(hint)
            else st.one_of(given)
        )
    if origin is not Annotated:
        return st.from_type(hint)
    kind, *constraints = typing.get_args(hint)
    for each in constraints:
        if isinstance(each, Examples):
            return st.sampled_from(each.values)
    return _whole_numbers(constraints) if kind is int else st.from_type(hint)


def _whole_numbers(constraints: list[Any]) -> st.SearchStrategy[int]:
    least, most = 0, None
    for each in constraints:
        match each:
            case annotated_types.Ge(ge=int(bound)):
                least = bound
            case annotated_types.Gt(gt=int(bound)):
                least = bound + 1
            case annotated_types.Le(le=int(bound)):
                most = bound
            case annotated_types.Lt(lt=int(bound)):
                most = bound - 1
    reach = least + LARGEST_STEP
    return st.integers(least, reach if most is None else min(most, reach))
