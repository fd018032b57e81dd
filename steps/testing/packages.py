"""The rule that a step has the packages that it declares, and imports no other.

A function holds what the kernel needs and what its steps require; a developer's machine has more.
"""

import ast
import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from steps.plugins import AnyStep
from steps.testing.running import Replies, require

__tracebackhide__ = True  # of pytest: a failure is the broken rule, not how it was tried
_KERNEL = ("annotated-types", "pi-heif", "pillow", "pydantic", "pyvips", "pyvips-binary")


def has_its_packages(step: AnyStep, _: Replies | None = None) -> None:
    """Each pin of `requires` is installed, and whatever the step imports is among them."""
    for pin in map(Requirement, step.requires):
        if pin.marker is None or pin.marker.evaluate():
            there = _version(pin.name)
            require(
                there is not None and pin.specifier.contains(there, prereleases=True),
                f"{step.name} requires {pin}, and {there or 'none'} is installed: run `make lock`",
            )
    held = set(_with_needs((*_KERNEL, *step.requires)))
    for package in _imported(step):
        found = {canonicalize_name(name) for name in _providers().get(package, ())}
        require(
            not found or found & held,
            f"{step.name} imports {package}, which its function on AWS does not hold: "
            f"declare {_pins(found)}",
        )


@cache
def _providers() -> Mapping[str, list[str]]:
    """Return which distributions bring a package. It looks through all that are installed."""
    return metadata.packages_distributions()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _pins(names: Iterable[str]) -> str:
    pins = ", ".join(f"'{name}=={_version(name)}'" for name in sorted(names))
    return f"requires=({pins},), and run `make lock`"


def _with_needs(requirements: Iterable[str]) -> Iterator[str]:
    """Yield the names of the packages, and of all that is installed for them in turn."""
    seen: set[str] = set()
    waiting = [Requirement(each) for each in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if _version(name) is None or f"{name}{sorted(wanted.extras)}" in seen:
            continue
        seen.add(f"{name}{sorted(wanted.extras)}")
        yield name
        for need in map(Requirement, metadata.requires(name) or ()):
            extras = wanted.extras or {""}
            if need.marker is None or any(need.marker.evaluate({"extra": each}) for each in extras):
                waiting.append(need)


def _imported(step: AnyStep) -> Iterator[str]:
    """Yield the packages that the plugin imports, itself or through modules beside it.

    Those of Python are left out, and its own.
    """
    waiting, seen = [step.function.__module__], set()
    own = {waiting[0].partition(".")[0], "steps"}
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for name in _names_in(module):
            package = name.partition(".")[0]
            if package in own:
                waiting.append(name)
            elif package not in sys.stdlib_module_names:
                yield package


@cache
def _names_in(module: str) -> frozenset[str]:
    """Return the modules that a module's text imports; none for a name that is no module."""
    try:
        text = inspect.getsource(importlib.import_module(module))
    except (ImportError, OSError):  # what is imported from a module may be one itself, or not
        return frozenset()
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return frozenset(names)
