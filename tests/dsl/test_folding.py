"""Conditions that are the same for every picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.expressions import Scope, always
from dsl.expressions.parser import parse
from dsl.expressions.types import lower
from dsl.scopes import environment

COUNTS = ("image.width", "picture.height", "image.frames", "image.bytes")
OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


def folded(text: str, most: int | None = None) -> bool | None:
    scope = Scope(environment(), most={} if most is None else dict.fromkeys(COUNTS, most))
    return always(lower(parse(text), scope)[0], scope, scope.most)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("true", True),
        ("not true", False),
        ("1 < 2", True),
        ("2 == 2.0", True),
        ("'a' in ['b']", False),
        ("'a' != 'b'", True),
        ("picture.alpha and false", False),
        ("picture.alpha or true", True),
        ("picture.alpha or false", None),
        ("not picture.alpha", None),
        ("picture.width < 0", False),
        ("0 < picture.width", True),
        ("picture.width in [0]", None),
        ("exists(image.owner_name)", None),
        ("image.owner_name else 'a' == 'a'", None),
        ("picture.format == 'jpeg'", None),
        ("picture.alpha == true", None),
        ("picture.width in []", False),
        ("exists(image.tenant)", True),
        ("not exists(image.tenant) or picture.alpha", None),
    ],
)
def test_only_what_is_sure_is_said(text: str, answer: bool | None) -> None:
    """What depends on the picture has no answer."""
    assert folded(text) is answer


@given(
    name=st.sampled_from(COUNTS),
    operator=st.sampled_from(OPERATORS),
    value=st.integers(-3, 4),
    turned=st.booleans(),
)
def test_an_answer_on_a_count_holds_for_every_count(
    name: str, operator: str, value: int, turned: bool
) -> None:
    """And where all counts agree, there is an answer."""
    sides = ("{0}", value) if turned is False else (value, "{0}")
    text = f"{sides[0]} {operator} {sides[1]}"

    seen = {folded(text.format(count)) for count in range(1, 9)}

    assert folded(text.format(name)) is (seen.pop() if len(seen) == 1 else None)


@given(operator=st.sampled_from(OPERATORS), value=st.integers(-2, 6), most=st.integers(1, 4))
def test_an_answer_on_a_bounded_count_holds_up_to_its_bound(
    operator: str, value: int, most: int
) -> None:
    """What `accept` lets a count be decides conditions that are open otherwise."""
    seen = {folded(f"{count} {operator} {value}") for count in range(1, most + 1)}

    assert folded(f"image.frames {operator} {value}", most) == (
        None if len(seen) > 1 else seen.pop()
    )
