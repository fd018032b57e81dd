"""Expressions: parsed with the right binding, typed, and worth what Python says they are."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.plan import Environment, evaluate
from darkroom.plan.expressions import Value
from dsl.expressions import Known, Scope
from dsl.expressions.parser import parse
from dsl.expressions.syntax import ExpressionError
from dsl.expressions.types import TypeMistake, lower

VALUES: Mapping[str, Value] = {
    "image.frames": 3,
    "image.share": 0.5,
    "image.format": "png",
    "image.alpha": True,
}
SCOPE = Scope(
    {
        "image.frames": Known("int"),
        "image.share": Known("number"),
        "image.format": Known("text"),
        "image.alpha": Known("bool"),
        "look.count": Known("int", "`look` has `when`"),
    }
)


def value(text: str, environment: Environment = VALUES) -> object:
    return evaluate(lower(parse(text), SCOPE)[0], environment)


@dataclass(frozen=True)
class Both:
    """An expression in our words and in Python's."""

    ours: str
    python: str


def both(ours: str, python: str | None = None) -> Both:
    return Both(ours, ours if python is None else python)


NUMBERS = st.sampled_from(
    [both("image.frames", "3"), both("image.share", "0.5"), both("2"), both("-1.5"), both("3.0")]
)
TEXTS = st.sampled_from([both("image.format", "'png'"), both("'png'"), both('"it\'s"'), both("''")])
COUNTS = st.sampled_from(
    [both("(look.count else 4)", "4"), both("(look.count else image.frames)", "3")]
)
NUMERIC = NUMBERS | COUNTS
PAIRS = st.tuples(
    NUMERIC, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMERIC
) | st.tuples(TEXTS, st.sampled_from(["==", "!="]), TEXTS)
LEAVES = (
    st.sampled_from(
        [both("true", "True"), both("image.alpha", "True"), both("exists(look.count)", "False")]
    )
    | PAIRS.map(
        lambda pair: both(
            *(
                f"{a} {pair[1]} {b}"
                for a, b in zip(
                    (pair[0].ours, pair[0].python), (pair[2].ours, pair[2].python), strict=True
                )
            )
        )
    )
    | TEXTS.map(
        lambda each: both(f"{each.ours} in ['png', 'gif']", f"{each.python} in ['png', 'gif']")
    )
)


def grown(inner: st.SearchStrategy[Both]) -> st.SearchStrategy[Both]:
    negated = inner.map(lambda each: both(f"not {each.ours}", f"not {each.python}"))
    grouped = inner.map(lambda each: both(f"({each.ours})", f"({each.python})"))
    joined = st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
        lambda parts: both(
            f"{parts[0].ours} {parts[1]} {parts[2].ours}",
            f"{parts[0].python} {parts[1]} {parts[2].python}",
        )
    )
    return negated | grouped | joined


@given(expression=st.recursive(LEAVES, grown, max_leaves=12))
def test_a_condition_is_worth_what_python_says(expression: Both) -> None:
    """Written without one bracket more than there is: so `and` binds tighter than `or`, too."""
    assert value(expression.ours) is eval(expression.python)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("look.count else 1 >= 1", True),
        ("not image.alpha == false", True),
        ("not image.alpha or true and false", False),
        ("look.count else look.count else 7 == 7", True),
        ("image.frames == 3.0", True),
        ("image.format in ['jpeg', 'png',]", True),
        ("image.format in []", False),
        ("exists(image.format) and not exists(look.count)", True),
    ],
)
def test_operators_bind_as_the_language_says(text: str, expected: bool) -> None:
    """From tight to loose: else, comparisons and `in`, not, and, or."""
    assert value(text) is expected


def test_else_yields_the_value_where_there_is_one() -> None:
    """The fallback is for absence only."""
    assert value("look.count else 4", {"look.count": 0}) == 0
    assert value("look.count else 4", {}) == 4


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("image.frames", "int"),
        ("look.count else 1", "int"),
        ("look.count else 1.5", "number"),
        ("1.0", "number"),
        ("'a'", "text"),
        ("1 < 2", "bool"),
    ],
)
def test_an_expression_has_a_type(text: str, kind: str) -> None:
    """Known before anything runs."""
    assert lower(parse(text), SCOPE)[1] == kind


@given(text=st.text(alphabet="abi.g()[]<>=!'\"0159- ,elsnotrx&|?$", max_size=30))
def test_no_text_breaks_the_parser(text: str) -> None:
    """It has a tree and a type, or one of two errors with a place inside the text."""
    start, end = place_of_mistake(text)

    assert 0 <= start <= end <= len(text) + 1


def place_of_mistake(text: str) -> tuple[int, int]:
    try:
        lower(parse(text), SCOPE)
    except (ExpressionError, TypeMistake) as error:
        return error.start, error.end
    return 0, 0
