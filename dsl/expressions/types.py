"""The types of expressions, and the lowering of a parsed one to the plan's tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn, cast

from darkroom.plan.expressions import (
    Binary,
    Constant,
    Else,
    Exists,
    Expression,
    Not,
    Reference,
    Value,
)
from dsl.expressions.syntax import (
    Existing,
    Joined,
    Kind,
    Listed,
    Literally,
    Named,
    Negated,
    Otherwise,
    Parsed,
)
from dsl.suggest import did_you_mean

_NUMBERS: tuple[Kind, ...] = ("int", "number")
_ORDERS = ("<", "<=", ">", ">=")
SAID: Mapping[Kind, str] = {
    "bool": "a yes/no value",
    "int": "a whole number",
    "number": "a number",
    "text": "a text",
    "list": "a list",
}


@dataclass(frozen=True)
class Known:
    """What is known of a reference: its type, and why it may have no value, if it may."""

    kind: Kind
    missing: str = ""  # "`safety` has `when`"; empty if the value is always there
    values: tuple[str, ...] = ()  # all texts that it may be, if they are few


@dataclass(frozen=True)
class Hidden:
    """Why the facts of a step cannot be named, and what to do about it."""

    title: str  # "`look` is below this step: its facts are not known yet"
    code: str = "P005"
    cure: str = "name facts of steps above, image.* or picture.*"


@dataclass(frozen=True)
class Scope:
    """What an expression may name, and why it may not name what the file has elsewhere."""

    known: Mapping[str, Known]
    hidden: Mapping[str, Hidden] = field(default_factory=dict)  # by the name of the step
    unclear: frozenset[str] = frozenset()  # steps with a mistake, whose facts nobody can know
    variants: Mapping[str, str] = field(default_factory=dict)  # variants' names, and their steps'
    most: Mapping[str, int] = field(default_factory=dict)  # of counts, what `accept` lets them be

    def within(self, first: str) -> tuple[str, ...]:
        """Return the references that begin with the name `first`."""
        return tuple(sorted(name for name in self.known if name.startswith(f"{first}.")))


_VARIANT = ("variant", "variants", "each")  # what other languages call the one at hand
TAGS = "image.tags."  # before the names that `accept.tags` lists


class Unclear(Exception):
    """The expression names facts of a step that has a mistake: nothing can be said of it."""


class TypeMistake(Exception):
    """The expression is well formed, but means nothing: a diagnostic without its file."""

    def __init__(
        self, code: str, at: Parsed, title: str, *, cure: str, allowed: tuple[str, ...] = ()
    ) -> None:
        super().__init__(title)
        self.code = code
        self.start, self.end = at.start, at.end
        self.title = title
        self.cure = cure
        self.allowed = allowed


def lower(parsed: Parsed, scope: Scope) -> tuple[Expression, Kind]:
    """Return the plan's form of `parsed` and its type. Raises TypeMistake for the first mistake."""
    match parsed:
        case Literally(value=value):
            return Constant(value=value), _kind(value)
        case Listed():
            cure = "write: picture.format in ['jpeg', 'png']"
            raise TypeMistake("P021", parsed, "a list stands only right of `in`", cure=cure)
        case Named(name=name):
            return Reference(name=name), _present(parsed, scope)
        case Existing(of=of):
            _known(of, scope)
            return Exists(name=of.name), "bool"
        case Otherwise():
            return _otherwise(parsed, scope)
        case Negated(operand=operand):
            inner, kind = lower(operand, scope)
            if kind != "bool":
                title = f"`not` takes a yes/no value, this is {SAID[kind]}"
                raise TypeMistake("P021", operand, title, cure="compare it with something")
            return Not(operand=inner), "bool"
        case Joined():
            return _joined(parsed, scope)


def _kind(value: Value) -> Kind:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "number"
        case str():
            return "text"
        case _:
            return "list"


def _known(named: Named, scope: Scope) -> Known:
    if named.name in scope.known:
        return scope.known[named.name]
    if named.name.startswith(TAGS):
        raise _unlisted(named, scope)
    first = named.name.partition(".")[0]
    if first in scope.unclear:
        raise Unclear
    if inside := scope.within(first):
        title = f'"{named.name}" is not one of the values of `{first}`'
        if named.name == first:
            title = f"`{first}` has several values"
        cure = did_you_mean(named.name, inside, "use one of those listed")
        raise TypeMistake("P005", named, title, cure=cure, allowed=inside)
    if mistake := _of_a_variant(named, scope):
        raise mistake
    if hidden := scope.hidden.get(first):
        told = f"picture.{named.name.rpartition('.')[2]}"
        cure = f'did you mean "{told}"?' if told in scope.known else hidden.cure
        raise TypeMistake(hidden.code, named, hidden.title, cure=cure)
    raise _invisible(named, first, scope)


def _of_a_variant(named: Named, scope: Scope) -> TypeMistake | None:
    """Return the mistake of a name that means a variant, and so a picture; None if it is none."""
    first, *rest = named.name.split(".")
    told = f"picture.{rest[-1]}" if rest else ""
    cure = f"write {told if told in scope.known else 'picture.width'}"
    forks = tuple(scope.variants.values())
    inside = f'step "{forks[0]}"' if forks else "a step that makes them"
    name = next((word for word in (first, *rest[:1]) if word in scope.variants), None)
    if name and (name == first or first == scope.variants[name]):
        title = f'"{name}" is only defined inside step "{scope.variants[name]}"'
        cure += f", and only: [{name}] to take that picture alone"
    elif len(rest) > 1 and first in forks:
        title = f'"{rest[0]}" is no variant, and variants are only defined inside step "{first}"'
    elif first in _VARIANT:
        title = f'"{first}" refers to nothing here: variants are only defined inside {inside}'
    else:
        return None
    return TypeMistake("P006", named, title, cure=cure)


def _unlisted(named: Named, scope: Scope) -> TypeMistake:
    """Return the mistake of a tag that no upload may bring."""
    tag = named.name.removeprefix(TAGS)
    listed = tuple(sorted(name for name in scope.known if name.startswith(TAGS)))
    cure = did_you_mean(named.name, listed, f"list it at the top: accept: {{ tags: [{tag}] }}")
    title = f'no upload brings a tag "{tag}": accept.tags does not list it'
    return TypeMistake("P005", named, title, cure=cure, allowed=listed)


def _invisible(named: Named, first: str, scope: Scope) -> TypeMistake:
    """Return the mistake of a name that nothing in the file has."""
    firsts = tuple(sorted({name.partition(".")[0] for name in scope.known}))
    told = f"picture.{named.name.rpartition('.')[2]}"
    cure = did_you_mean(named.name, scope.known) or did_you_mean(first, firsts)
    if "." in named.name and not did_you_mean(first, firsts) and told in scope.known:
        cure = f'did you mean "{told}"?'
    cure = cure or "name facts of steps above, image.* or picture.*"
    if "." not in named.name:
        cure += f'; a text is written in quotes: "{named.name}"'
    title = f'"{named.name}" refers to nothing visible here'
    return TypeMistake("P005", named, title, cure=cure, allowed=firsts)


def _present(named: Named, scope: Scope) -> Kind:
    known = _known(named, scope)
    if known.missing:
        fallback = {"bool": "false", "text": "'…'", "list": "[]"}.get(known.kind, "0")
        raise TypeMistake(
            "D303",
            named,
            f"`{named.name}` may be missing here: {known.missing}",
            cure=f"say what then: {named.name} else {fallback}",
        )
    return known.kind


def _otherwise(parsed: Otherwise, scope: Scope) -> tuple[Expression, Kind]:
    kind = _known(parsed.of, scope).kind
    if kind == "list" and isinstance(parsed.fallback, Listed):
        return _otherwise_none(parsed, parsed.fallback), kind
    fallback, other = lower(parsed.fallback, scope)
    if not _alike(kind, other):
        title = f"`{parsed.of.name}` is {SAID[kind]}, its `else` is {SAID[other]}"
        raise TypeMistake("P021", parsed.fallback, title, cure=f"write {SAID[kind]} after else")
    joined: Kind = kind if kind == other else "number"
    return Else(name=parsed.of.name, fallback=fallback), joined


def _otherwise_none(parsed: Otherwise, fallback: Listed) -> Expression:
    """Lower `faces.boxes else []`: what a list holds, no expression can write."""
    if fallback.items:
        title = f"behind `else`, the list for `{parsed.of.name}` can only be empty"
        raise TypeMistake("P021", fallback, title, cure="write else []")
    return Else(name=parsed.of.name, fallback=Constant(value=()))


def _joined(parsed: Joined, scope: Scope) -> tuple[Expression, Kind]:
    left, kind = lower(parsed.left, scope)
    if parsed.operator == "in":
        return _member(parsed, left, kind, scope), "bool"
    right, other = lower(parsed.right, scope)
    if parsed.operator in ("and", "or"):
        _require_bool(parsed.left, kind, parsed.operator)
        _require_bool(parsed.right, other, parsed.operator)
    elif not _alike(kind, other) or kind == "list":
        _refuse_comparison(parsed, kind, other)
    elif parsed.operator in _ORDERS and kind not in _NUMBERS:
        title = f"`{parsed.operator}` compares numbers, this is {SAID[kind]}"
        raise TypeMistake("P021", parsed.left, title, cure="texts and yes/no values have == and !=")
    _check_value(parsed.left, parsed.right, scope)
    _check_value(parsed.right, parsed.left, scope)
    return Binary(operator=parsed.operator, left=left, right=right), "bool"


def _check_value(side: Parsed, other: Parsed, scope: Scope) -> None:
    """Refuse to compare a reference of few values with a text that is none of them."""
    of = side.of if isinstance(side, Otherwise) else side
    values = scope.known[of.name].values if isinstance(of, Named) else ()
    if isinstance(side, Otherwise) and values:
        # A fallback may be a text of its own, there to be asked for.
        fallback = side.fallback
        values = (*values, str(fallback.value)) if isinstance(fallback, Literally) else ()
    if values and isinstance(other, Literally) and other.value not in values:
        title = f"`{of.name}` is never '{other.value}'" if isinstance(of, Named) else ""
        cure = did_you_mean(str(other.value), values, "use one of those listed")
        raise TypeMistake("P003", other, title, cure=cure, allowed=values)


def _member(parsed: Joined, left: Expression, kind: Kind, scope: Scope) -> Expression:
    """Lower `left in [ … ]`."""
    if not isinstance(parsed.right, Listed):
        cure = "write: picture.format in ['jpeg', 'png']"
        raise TypeMistake("P021", parsed.right, "`in` takes a written list", cure=cure)
    for item in parsed.right.items:
        if not _alike(kind, _kind(item.value)):
            title = f"the list is searched for {SAID[kind]}, this is {SAID[_kind(item.value)]}"
            raise TypeMistake("P021", item, title, cure="list only what it is compared with")
        _check_value(parsed.left, item, scope)
    values = cast("Value", tuple(item.value for item in parsed.right.items))
    return Binary(operator="in", left=left, right=Constant(value=values))


def _refuse_comparison(parsed: Joined, kind: Kind, other: Kind) -> NoReturn:
    title = f"{SAID[kind]} is never equal to {SAID[other]}"
    if parsed.operator in _ORDERS:
        title = f"`{parsed.operator}` compares numbers, not {SAID[kind]} with {SAID[other]}"
    cure = "compare values of one type"
    for side in (parsed.left, parsed.right):
        if isinstance(side, Literally) and str(side.value).isdigit() and "text" in (kind, other):
            quoted = isinstance(side.value, str)
            cure = f"write {side.value} without quotes" if quoted else f"write '{side.value}'"
    raise TypeMistake("P021", parsed, title, cure=cure)


def _require_bool(parsed: Parsed, kind: Kind, word: str) -> None:
    if kind != "bool":
        title = f"`{word}` joins yes/no values, this is {SAID[kind]}"
        raise TypeMistake("P021", parsed, title, cure="compare it with something")


def _alike(kind: Kind, other: Kind) -> bool:
    return kind == other or (kind in _NUMBERS and other in _NUMBERS)
