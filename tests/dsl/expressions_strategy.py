"""Random well-typed expressions, and environments that hold what they may name.

`conditions` are of type bool; `environments` give every reference of SCOPE that is always there
a value, and others perhaps. `hand` is what a state machine would see of such an environment.
"""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from darkroom.plan import Environment, Expression
from darkroom.plan.expressions import Binary, Constant, Else, Exists, Not, Reference, Value
from dsl.expressions import Kind, Known, Scope

# Of each type one that is always there and one that may be missing; steps and facts may be called
# as they like, even by what is a word of JSONata's.
SCOPE = Scope(
    {
        "picture.width": Known("int"),
        "picture.alpha": Known("bool"),
        "picture.format": Known("text"),
        "in.function": Known("number"),
        "look.count": Known("int", "`look` has `when`"),
        "look.null": Known("number", "`look` has `when`"),
        "or.true": Known("text", "`or` has `when`"),
        "function.and": Known("bool", "`function` has `when`"),
    }
)
_LARGEST = 2**53  # what the language admits
_ORDERS = ("==", "!=", "<", "<=", ">", ">=")

# Whatever a file can say between quotes: not both kinds of them.
TEXTS = st.one_of(
    st.sampled_from(
        ["", "png", "it's", 'say "no"', "a\\b", "{% 1 %}", "%}", "${x}", "©", "\n\x00"]
    ),
    st.text(max_size=8),
).filter(lambda text: not {"'", '"'} <= set(text))
INTEGERS = st.integers(-5, 5) | st.integers(-_LARGEST, _LARGEST)
FLOATS = st.sampled_from([0.1, -0.5, 2.0, 1e-7, 5e-324]) | st.floats(-_LARGEST, _LARGEST)
VALUES: Mapping[Kind, st.SearchStrategy[Value]] = {
    "bool": st.booleans(),
    "int": INTEGERS,
    "number": INTEGERS | FLOATS,
    "text": TEXTS,
}


def operands(*kinds: Kind) -> st.SearchStrategy[Expression]:
    """Constants, references and `else` of one of `kinds`, which go together."""
    known = [(name, SCOPE.known[name]) for name in sorted(SCOPE.known)]
    there = [name for name, each in known if each.kind in kinds and not each.missing]
    perhaps = [name for name, each in known if each.kind in kinds and each.missing]
    values = st.one_of([VALUES[kind] for kind in kinds])
    plain = values.map(lambda value: Constant(value=value)) | st.sampled_from(there).map(
        lambda name: Reference(name=name)
    )
    return st.recursive(
        plain,
        lambda fallback: st.builds(Else, name=st.sampled_from(perhaps), fallback=fallback),
        max_leaves=2,
    )


def _lists(*kinds: Kind) -> st.SearchStrategy[Expression]:
    """Written lists of values of `kinds`."""
    values = st.one_of([VALUES[kind] for kind in kinds])
    return st.lists(values, max_size=4).map(lambda items: Constant(value=tuple(items)))


def _compared(left: Any, operators: tuple[str, ...], right: Any) -> st.SearchStrategy[Expression]:
    return st.builds(Binary, operator=st.sampled_from(operators), left=left, right=right)


_NUMBERS, _TEXTS = operands("int", "number"), operands("text")
_FACTS = operands("bool")
_EXISTING = st.sampled_from(sorted(SCOPE.known)).map(lambda name: Exists(name=name))
_LEAVES = st.one_of(
    _FACTS,
    _EXISTING,
    _compared(_NUMBERS, _ORDERS, _NUMBERS),
    _compared(_TEXTS, ("==", "!="), _TEXTS),
    _compared(_NUMBERS, ("in",), _lists("int", "number")),
    _compared(_TEXTS, ("in",), _lists("text")),
    _compared(_FACTS, ("in",), _lists("bool")),
)


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return (
        inner.map(lambda operand: Not(operand=operand))
        | _compared(inner, ("and", "or", "==", "!="), inner)
        | st.builds(Else, name=st.just("function.and"), fallback=inner)
    )


conditions: st.SearchStrategy[Expression] = st.recursive(_LEAVES, _grown, max_leaves=10)

environments: st.SearchStrategy[Environment] = st.fixed_dictionaries(
    {name: VALUES[each.kind] for name, each in SCOPE.known.items() if not each.missing},
    optional={name: VALUES[each.kind] for name, each in SCOPE.known.items() if each.missing},
)


def hand(environment: Environment) -> dict[str, Any]:
    """Return `environment` as a state machine's input: the picture, and the facts by step."""
    picture: dict[str, Any] = {}
    facts: dict[str, dict[str, Any]] = {}
    for name, value in environment.items():
        first, _, rest = name.partition(".")
        (picture if first == "picture" else facts.setdefault(first, {}))[rest] = value
    return {"picture": picture, "facts": facts}
