"""What the author of a plugin says of each option: the docstring below its field."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from textwrap import dedent

from pydantic import BaseModel


@cache
def option_docs(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the docstrings below the fields of `model`, inherited ones included, by field.

    A field without one is not among them; nor are those of a class whose source is not at hand.
    They are read here, and not by pydantic, since a stage that runs has no use for them.
    """
    return {name: said for kind in reversed(model.__mro__) for name, said in _own(kind)}


def _own(kind: type) -> Iterator[tuple[str, str]]:
    """Yield each field that a class declares itself with the docstring right below it."""
    for field, below in pairwise(_body(kind)):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as said)),
            ):
                yield name, inspect.cleandoc(said)


def _body(kind: type) -> list[ast.stmt]:
    if not issubclass(kind, BaseModel) or kind is BaseModel:
        return []
    try:
        source = dedent(inspect.getsource(kind))
    except (OSError, TypeError):
        return []
    return [inner for found in ast.parse(source).body for inner in getattr(found, "body", ())]
