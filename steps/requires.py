"""What steps require, read from their text: what it takes to import them may not be here yet."""

import ast
from collections.abc import Collection, Iterator

from steps.plugins import BrokenPlugin, sources
from steps.signature import check_requires
from steps.values import InvalidStep


def required(left_out: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return what each plugin requires, in order; those that require nothing are left out.

    So are those `left_out` by name. Raises BrokenPlugin for what no package can be had by; nothing
    is imported.
    """
    found = {}
    for source in sources():
        if source.name in left_out:
            continue
        try:
            requires = written(source.path.read_text("utf-8"), source.function)
        except (InvalidStep, SyntaxError) as cause:
            text = f"{type(cause).__name__}: {cause}"
            raise BrokenPlugin(source.name, source.place, text) from cause
        if requires:
            found[source.name] = requires
    return dict(sorted(found.items()))


def written(text: str, function: str) -> tuple[str, ...]:
    """Return the `requires` of the step `function` in a plugin's text; none if there is no such.

    Raises InvalidStep for pins that are none, or are not written out; SyntaxError for no Python.
    """
    for value in _declared(ast.parse(text), function):
        try:
            requires = ast.literal_eval(value)
        except ValueError as computed:
            raise InvalidStep(
                f"{function}: write what it requires as texts: `make lock` reads it before "
                "anything can be imported"
            ) from computed
        check_requires(function, requires)
        return tuple(requires)
    return ()


def _declared(module: ast.Module, function: str) -> Iterator[ast.expr]:
    """Yield the value of `requires=` in the decorators of the function by that name."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for decorator in node.decorator_list:
                words = decorator.keywords if isinstance(decorator, ast.Call) else []
                yield from (word.value for word in words if word.arg == "requires")
