"""The lint of state machines; what it says of broken ones is in judges/caught.txt."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.backends.lint import LARGEST, RULES, Flaw, lint
from dsl.backends.lint.references import Reference, references
from dsl.backends.lint.values import VALUES
from dsl.generate import sound
from dsl.passes import BrokenInvariant
from tests.dsl.judges.corpus import altered, valid


def test_a_valid_machine_has_no_flaw() -> None:
    """With variables, choices, branches, and maps of both modes."""
    assert lint(valid()) == ()


def test_a_flaw_says_what_is_wrong_in_awss_words_and_where() -> None:
    """So that a message found on the web is this message."""
    machine = valid()
    machine["States"]["pause"]["Next"] = "nowhere"

    assert str(lint(machine)[0]) == (
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: nowhere at /States/pause/Next"
    )


def test_a_definition_has_to_fit_one_request() -> None:
    """Counted in UTF-8, as it is written."""
    machine = valid()
    machine["Comment"] = "é" * (LARGEST // 2)

    assert [flaw.code for flaw in lint(machine)] == ["DEFINITION_TOO_LARGE"]
    assert lint(machine | {"Comment": "e" * (LARGEST // 2)}) == ()


def test_a_flawed_machine_is_a_bug_of_the_compiler() -> None:
    """It is not written, and all its flaws are told."""
    machine = valid()
    del machine["States"]["open"]["TimeoutSeconds"]
    del machine["States"]["open"]["Arguments"]["FunctionName"]

    with pytest.raises(BrokenInvariant, match=r"MISSING_TIMEOUT.*FunctionName.*/States/open"):
        sound(machine)
    assert sound(valid()) == valid()


def test_every_rule_catches_what_no_other_of_ours_does() -> None:
    """Whichever is lost, a broken machine would be written."""
    catching = [
        {rule.__name__ for rule in RULES if any(rule(machine))}
        for machine in altered("broken.yaml").values()
    ]

    alone = {name for names in catching for name in names if len(names) == 1}
    assert alone == {rule.__name__ for rule in RULES} - {"size"}


def test_every_value_is_judged_in_a_broken_machine() -> None:
    """Each row of the table says no to something."""
    flaws = [flaw for machine in altered("broken.yaml").values() for flaw in lint(machine)]

    for field, value in {row for rows in VALUES.values() for row in rows.items()}:
        told = f"'{field}' is {value.words}"
        assert [flaw for flaw in flaws if flaw.message == told], told


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("$states.input.picture.width >= 400", ["states input"]),
        ("$exists($states.input.facts.`in`.and)", ["function $exists", "states input"]),
        ("a.b", ["bare a"]),
        ("`a b`", ["bare a b"]),
        ("'a' & \"$b\" & /* $c */ 'd'", []),
        ("$states.input.l[a > $ and $.b]", ["states input"]),
        ("$states.input.{'k': v, 'w': [u]}", ["states input"]),
        ("{'k': v}", ["bare v"]),
        ("[a]", ["bare a"]),
        ("$states.input.(a + b)", ["states input"]),
        ("($x := 1; $x + $y)", ["variable $y"]),
        ("$map([], function($v, $i) { $v * $i + $k })", ["function $map", "variable $k"]),
        ("$f", ["variable $f"]),
        ("$", ["bare $"]),
        ("$$.a", ["bare $$"]),
        ("true and not", ["bare not"]),
        ("null in [1, -2.5e3]", []),
    ],
)  # fmt: skip
def test_references_are_found_where_they_reach_outside(expression: str, found: list[str]) -> None:
    """What an expression binds itself, and what a path gives it as context, is its own business."""
    assert [f"{each.kind} {each.name}" for each in references(expression)] == found


def test_a_text_is_never_read_as_a_reference() -> None:
    """Not even with quotes in it."""
    assert references(r'"it\"s $a" = $states.input.b') == (Reference("states", "input"),)


PARTS = st.none() | st.booleans() | st.integers() | st.just("x") | st.just([]) | st.just({})
WHOLE = valid()


def paths(value: Any, *above: Any) -> list[tuple[Any, ...]]:
    """Where something is in `value`, at any depth."""
    match value:
        case dict():
            inside = list(value.items())
        case list():
            inside = list(enumerate(value))
        case _:
            inside = []
    return [path for key, each in inside for path in ((*above, key), *paths(each, *above, key))]


@given(path=st.sampled_from(paths(WHOLE)), part=PARTS | st.just([1, {}, None]))
def test_whatever_is_in_a_machine_the_lint_has_an_answer(path: tuple[Any, ...], part: Any) -> None:
    """A bug of the compiler is told by its flaw, not by an exception of the lint."""
    machine = copy.deepcopy(WHOLE)
    inner: Any = machine
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = part

    assert all(isinstance(flaw, Flaw) for flaw in lint(machine))
