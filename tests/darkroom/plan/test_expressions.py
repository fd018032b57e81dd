"""Expressions evaluate as the language says: total, typed by the compiler, absences by `else`."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from darkroom.plan import Expression, MissingValue, Node, Template, evaluate, fill
from darkroom.plan.expressions import Binary, Constant, Else, Exists, Not, Reference, Value

WIDTH = Reference(name="picture.width")
NAME = Reference(name="image.owner_name")

scalars = st.one_of(
    st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))


def binary(operator: str, left: object, right: object) -> Binary:
    return Binary.model_validate({"operator": operator, "left": _tree(left), "right": _tree(right)})


def _tree(value: object) -> object:
    return (
        value
        if isinstance(value, Reference | Binary)
        else Constant.model_validate({"value": value})
    )


@given(value=st.one_of(scalars, st.lists(scalars).map(tuple)))
def test_a_constant_is_its_value(value: Value) -> None:
    """Of every type."""
    assert evaluate(Constant(value=value), {}) == value


@given(value=scalars)
def test_a_reference_is_what_the_environment_has(value: Value) -> None:
    """Under its whole, dotted name."""
    assert evaluate(WIDTH, {"picture.width": value, "width": "another"}) == value


def test_a_reference_without_a_value_is_named() -> None:
    """The compiler refuses what could come to this; the runner says which name it was."""
    with pytest.raises(MissingValue, match=r"image\.owner_name has no value") as raised:
        evaluate(NAME, {"picture.width": 1})

    assert raised.value.name == "image.owner_name"


@pytest.mark.parametrize("value", ["Ada", "", 0, False])
def test_else_stands_in_for_an_absence_only(value: Value) -> None:
    """Empty text, zero and false are values."""
    expression = Else(name="image.owner_name", fallback=Constant(value="Darkroom"))

    assert evaluate(expression, {"image.owner_name": value}) == value
    assert evaluate(expression, {}) == "Darkroom"


def test_a_fallback_may_have_a_fallback() -> None:
    """The first name that has a value wins."""
    expression = Else(name="a", fallback=Else(name="b", fallback=Constant(value="c")))

    assert [evaluate(expression, each) for each in ({"a": 1, "b": 2}, {"b": 2}, {})] == [1, 2, "c"]


def test_a_fallback_is_not_evaluated_where_it_is_not_needed() -> None:
    """Here it would have no value."""
    assert evaluate(Else(name="a", fallback=NAME), {"a": 1}) == 1


def test_exists_looks_at_the_name_and_not_at_the_value() -> None:
    """False exists."""
    assert evaluate(Exists(name="a"), {"a": False}) is True
    assert evaluate(Exists(name="a"), {}) is False


@given(value=st.booleans())
def test_not_turns_over(value: bool) -> None:
    """Twice is once back."""
    once = Not(operand=Constant(value=value))

    assert evaluate(once, {}) is not value
    assert evaluate(Not(operand=once), {}) is value


@given(left=numbers, right=numbers)
def test_exactly_one_order_holds_between_two_numbers(left: float, right: float) -> None:
    """And the other three operators are its opposites."""
    holds = {
        operator: evaluate(binary(operator, left, right), {})
        for operator in ("<", "==", ">", "<=", ">=", "!=")
    }

    assert [holds["<"], holds["=="], holds[">"]].count(True) == 1
    assert (holds["<="], holds[">="], holds["!="]) == (
        not holds[">"],
        not holds["<"],
        not holds["=="],
    )


@given(left=scalars, listed=st.lists(scalars, max_size=4))
def test_in_finds_what_is_equal_to_one_of_a_list(left: Value, listed: list[object]) -> None:
    """Nothing is in an empty list."""
    found = evaluate(binary("in", left, listed), {})

    assert found == any(evaluate(binary("==", left, each), {}) for each in listed)


@given(left=st.booleans(), right=st.booleans())
def test_and_and_or_are_those_of_logic(left: bool, right: bool) -> None:
    """By De Morgan, each is the other's opposite."""
    both = evaluate(binary("and", left, right), {})
    either = evaluate(binary("or", not left, not right), {})

    assert both is (left and right)
    assert either is not both


@pytest.mark.parametrize(("operator", "left"), [("and", False), ("or", True)])
def test_a_right_side_that_is_not_needed_is_not_evaluated(operator: str, left: bool) -> None:
    """So `exists(x) and x > 3` is safe where the compiler admits it."""
    assert evaluate(binary(operator, left, NAME), {}) is left
    with pytest.raises(MissingValue):
        evaluate(binary(operator, not left, NAME), {})


@given(value=scalars)
def test_a_template_of_one_expression_keeps_its_type(value: Value) -> None:
    """`${picture.width}` as a whole value is a number."""
    filled = fill(Template(template=(WIDTH,)), {"picture.width": value})

    assert filled == value
    assert type(filled) is type(value)


def test_a_template_with_text_around_it_is_text() -> None:
    """Parts are joined in order; integers are written in digits."""
    template = Template(template=("© ", NAME, ", ", WIDTH, " px"))

    filled = fill(template, {"image.owner_name": "Ada", "picture.width": 400})

    assert filled == "© Ada, 400 px"


def test_a_template_of_text_alone_is_that_text() -> None:
    """As `$${` gives it, the braces are mere text by now."""
    assert fill(Template(template=("${not.a.reference}",)), {}) == "${not.a.reference}"


trees = st.recursive(
    st.one_of(
        st.builds(Constant, value=st.one_of(st.booleans(), st.integers(), st.text())),
        st.builds(Reference, name=st.sampled_from(["a", "b"])),
        st.builds(Exists, name=st.sampled_from(["a", "b"])),
    ),
    lambda inner: st.one_of(
        st.builds(Else, name=st.sampled_from(["a", "b"]), fallback=inner),
        st.builds(Not, operand=inner),
        st.builds(
            Binary, operator=st.sampled_from(["==", "!=", "and", "or"]), left=inner, right=inner
        ),
    ),
    max_leaves=8,
)


@given(tree=trees)
def test_a_tree_survives_the_plans_json(tree: Expression) -> None:
    """The plan is a file: what the compiler meant is what the runner evaluates."""
    adapter: TypeAdapter[Expression] = TypeAdapter(Expression)
    read = adapter.validate_python(json.loads(adapter.dump_json(tree)))

    assert read == tree
    assert evaluate(read, {"a": 1, "b": "x"}) == evaluate(tree, {"a": 1, "b": "x"})


def test_a_tree_of_a_kind_not_known_here_is_refused() -> None:
    """A newer compiler's plan is not guessed at."""
    node = {"step": "s", "way": "s", "uses": "u", "version": 1, "kind": "facts", "options": {}}

    with pytest.raises(ValidationError, match="kind"):
        Node.model_validate({**node, "when": {"kind": "power", "name": "a"}})
    with pytest.raises(ValidationError, match="Extra inputs"):
        Node.model_validate({**node, "surprise": 1})
