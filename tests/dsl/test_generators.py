"""The generators of expressions: JSONata is worth what the evaluator says, text is read again."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonata import Jsonata

from darkroom.plan import Environment, Expression, evaluate, names
from darkroom.plan.expressions import Constant
from dsl.expressions import Scope
from dsl.expressions.jsonata import jsonata
from dsl.expressions.parser import parse
from dsl.expressions.syntax import ExpressionError
from dsl.expressions.text import text
from dsl.expressions.types import TypeMistake, lower
from dsl.scopes import environment as language
from tests.dsl.expressions_strategy import SCOPE, conditions, environments, hand, operands


def worth(expression: str, given_hand: Mapping[str, Any]) -> object:
    """What JSONata makes of `expression` in a state whose input is `given_hand`."""
    program = Jsonata(expression)
    frame = program.create_frame()
    frame.bind("states", {"input": json.loads(json.dumps(given_hand))})
    return program.evaluate(None, frame)


def written(source: str) -> Expression:
    return lower(parse(source), Scope(SCOPE.known | language()))[0]


@given(expression=conditions, environment=environments)
def test_jsonata_yields_what_the_evaluator_yields(
    expression: Expression, environment: Environment
) -> None:
    """Whatever the file says and whatever the picture and its facts are."""
    condition = jsonata(expression, "$states.input")

    assert worth(condition, hand(environment)) is evaluate(expression, environment)


@given(expression=conditions, environment=environments)
def test_null_in_the_hand_is_as_good_as_nothing(
    expression: Expression, environment: Environment
) -> None:
    """A fact that was looked for and not found may come either way."""
    absent = [name for name, known in SCOPE.known.items() if known.missing]
    nulls = dict.fromkeys(absent, None) | dict(environment)

    condition = jsonata(expression, "$states.input")

    assert worth(condition, hand(nulls)) is evaluate(expression, environment)


@given(
    expression=operands("int", "number") | operands("text") | operands("bool"),
    environment=environments,
)
def test_values_are_the_same_in_jsonata(expression: Expression, environment: Environment) -> None:
    """Not conditions alone: numbers, texts with every sign in them, and what `else` chooses."""
    assert worth(jsonata(expression, "$states.input"), hand(environment)) == evaluate(
        expression, environment
    )


@given(expression=conditions)
def test_text_is_read_as_the_same_expression(expression: Expression) -> None:
    """Written in the author's syntax, parsed, typed: nothing has changed, float or integer."""
    again = lower(parse(text(expression)), SCOPE)[0]

    assert again == expression
    assert repr(again) == repr(expression)


@given(expression=conditions)
def test_text_has_no_bracket_too_many(expression: Expression) -> None:
    """Leave any pair out, and it means something else, or nothing."""
    source = text(expression)

    for opening, closing in groups(source):
        bare = source[:opening] + " " + source[opening + 1 : closing] + " " + source[closing + 1 :]
        assert reading(bare) != expression


def groups(source: str) -> list[tuple[int, int]]:
    """The pairs of brackets in `source` that group, those of texts and `exists` left out."""
    found, waiting, quote = [], [], ""
    for index, sign in enumerate(source):
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif sign == "(":
            waiting.append(index)
        elif sign == ")":
            opening = waiting.pop()
            if not source[:opening].endswith("exists"):
                found.append((opening, index))
    return found


def reading(source: str) -> Expression | None:
    try:
        return lower(parse(source), SCOPE)[0]
    except (ExpressionError, TypeMistake):
        return None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("picture.width >= 400", "$states.input.picture.width >= 400"),
        (
            "look.count else 1 == 1",
            "(($exists($states.input.facts.look.count) and $states.input.facts.look.count != null)"
            " ? $states.input.facts.look.count : 1) = 1",
        ),
        ("in.function < 2.0", "$states.input.facts.`in`.`function` < 2.0"),
        (
            "not (picture.alpha or picture.width < 3) and picture.name in ['png', \"it's\"]",
            "$not($states.input.picture.alpha or $states.input.picture.width < 3)"
            ' and $states.input.picture.name in ["png", "it\'s"]',
        ),
        ("(picture.width == 1) == picture.alpha", "($states.input.picture.width = 1) = "
         "$states.input.picture.alpha"),
        ("picture.name == '${a}%}'", '$states.input.picture.name = "\\u0024{a}\\u0025}"'),
        ("(true or false) and picture.alpha", "(true or false) and $states.input.picture.alpha"),
    ],
)  # fmt: skip
def test_conditions_read_well_in_the_console(source: str, expected: str) -> None:
    """Brackets where they are needed, names in backticks where JSONata would trip over them."""
    assert jsonata(written(source), "$states.input") == expected


@given(expression=conditions)
def test_jsonata_neither_ends_early_nor_asks_for_a_substitution(expression: Expression) -> None:
    """A text in a condition may hold `%}` and `${`; the definition may not."""
    condition = jsonata(expression, "$states.input")

    assert not {"%}", "{%", "${"} & {condition[at : at + 2] for at in range(len(condition))}


@pytest.mark.parametrize(
    "source", ["image.bytes > 1", "picture.alpha and exists(image.owner_name)"]
)
def test_what_is_not_in_the_hand_is_refused(source: str) -> None:
    """The machine never sees who owns an image; only the runner knows."""
    with pytest.raises(ValueError, match=r"image\.\w+ is not in the hand"):
        jsonata(written(source), "$states.input")


def test_a_text_with_both_quotes_cannot_be_written() -> None:
    """No file can hold one, so no plan does."""
    with pytest.raises(ValueError, match="both kinds of quotes"):
        text(Constant(value="""'"'"""))


def test_names_are_all_that_an_expression_mentions() -> None:
    """Those whose absence is asked for, too."""
    source = "not exists(image.owner_name) or look.count else picture.width in [1] and true"

    assert names(written(source)) == {"image.owner_name", "look.count", "picture.width"}


@given(expression=conditions, environment=environments, data=st.data())
def test_an_expression_depends_on_its_names_alone(
    expression: Expression, environment: Environment, data: st.DataObject
) -> None:
    """Whatever else changes, its value stays."""
    mentioned = names(expression)
    other = data.draw(environments)
    kept = {name: value for name, value in environment.items() if name in mentioned}
    mixed = kept | {name: value for name, value in other.items() if name not in mentioned}

    assert evaluate(expression, mixed) == evaluate(expression, environment)
