"""Plugins: found by their file's name in steps/, and by entry point where others ship them."""

import importlib
import inspect
import pkgutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from steps.contract import Step

AnyStep = Step[Any, Any, Any]
GROUP = "darkroom.steps"
"""Entry points of plugins with a dotted name: `acme.glow = "acme_steps.glow:glow"`."""


class PluginError(Exception):
    """Base of what can be wrong about finding a plugin."""


class UnknownPlugin(PluginError):
    """No plugin has that name; `known` are those that there are."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no step plugin is called '{name}'; there are: {', '.join(known)}")
        self.name = name
        self.known = known


class BrokenPlugin(PluginError):
    """A plugin cannot be used; the text names its file (or entry point) and the cause."""

    def __init__(self, name: str, place: str, cause: str) -> None:
        super().__init__(f"{place}: {cause}")
        self.name = name
        self.place = place
        self.cause = cause


@dataclass(frozen=True)
class Source:
    """Where a plugin may be written: its name, its function's, its file, and how people call it."""

    name: str
    function: str
    path: Path
    place: str


@dataclass(frozen=True)
class Found(Mapping[str, AnyStep]):
    """The plugins that work, by name, in order; to ask for a broken one raises its BrokenPlugin.

    So a broken file is in nobody's way but theirs who use it.
    """

    working: Mapping[str, AnyStep]
    broken: tuple[BrokenPlugin, ...] = ()

    def __getitem__(self, name: str) -> AnyStep:
        """Return the plugin; raises BrokenPlugin, or KeyError for one that there is not."""
        for each in self.broken:
            if each.name == name:
                raise each
        return self.working[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of those that work."""
        return iter(self.working)

    def __len__(self) -> int:
        """Return how many work."""
        return len(self.working)

    @property
    def notes(self) -> tuple[str, ...]:
        """What people are told of the broken ones where nothing uses them."""
        return tuple(
            f"note: a plugin that no step uses is broken\n --> {each}" for each in self.broken
        )


def survey() -> Found:
    """Return all plugins that work, and what is wrong with the others."""
    working, broken = {}, []
    for name, loaded in _all():
        try:
            if (found := loaded()) is not None:
                working[name] = found
        except BrokenPlugin as cause:
            broken.append(cause)
    return Found(dict(sorted(working.items())), tuple(broken))


def find() -> dict[str, AnyStep]:
    """Return all plugins by name, in order; raises BrokenPlugin for the first that is broken."""
    found = survey()
    for each in found.broken:
        raise each
    return dict(found.working)


def _all() -> Iterator[tuple[str, Callable[[], AnyStep | None]]]:
    """Yield the name of each plugin, and what loads it; None comes of a file of the kernel."""
    for name in _file_names():
        yield name, partial(_from_file, name)
    for each in _entry_points():
        yield each.name, partial(_from_entry_point, each)


def load(name: str) -> AnyStep:
    """Return one plugin, importing no other; raises UnknownPlugin or BrokenPlugin."""
    if "." in name:
        for each in _entry_points():
            if each.name == name:
                return _from_entry_point(each)
    elif _is_file(name) and (found := _from_file(name)) is not None:
        return found
    raise UnknownPlugin(name, tuple(survey()))


def sources() -> Iterator[Source]:
    """Yield where each plugin is written, importing none; files of the kernel are among them."""
    for name in _file_names():
        if path := _path(f"steps.{name}"):
            yield Source(name, name, path, _place(name))
    for each in _entry_points():
        if path := _path(each.module):
            yield Source(each.name, each.attr, path, _place_of(each))


def _path(module: str) -> Path | None:
    """Return where a module's text lies; None if it has none, or none by that name is installed."""
    try:
        spec = find_spec(module)
    except ImportError:
        return None
    return Path(spec.origin) if spec and spec.origin and spec.has_location else None


def distributions() -> dict[str, str]:
    """Return the package of each plugin that one ships, such as `acme-steps 1.4.0`, by its name."""
    return {
        each.name: f"{each.dist.name} {each.dist.version}" if each.dist else each.value
        for each in _entry_points()
    }


def _is_file(name: str) -> bool:
    """Say whether there is a steps/<name>.py, without listing all: each picture asks, often."""
    spec = find_spec(f"steps.{name}") if name.isidentifier() else None
    return spec is not None and spec.submodule_search_locations is None


def _file_names() -> Iterator[str]:
    package = importlib.import_module("steps")
    for module in pkgutil.iter_modules(package.__path__):
        if not module.ispkg:
            yield module.name


def _entry_points() -> Iterator[EntryPoint]:
    """Yield those with a dotted name: a plain one would hide, or be hidden by, a file."""
    for each in entry_points(group=GROUP):
        if "." in each.name:
            yield each


def _from_file(name: str) -> AnyStep | None:
    """Return the plugin in steps/<name>.py, None where the file is part of the kernel."""
    place = _place(name)
    module = _imported(f"steps.{name}", name, place)
    found = getattr(module, name, None)
    if isinstance(found, Step):
        return found
    if found is not None and callable(found):
        raise BrokenPlugin(name, place, f"{name} is no step: decorate it with @step(version=1)")
    for step in _steps_of(module):
        other = step.function.__name__
        raise BrokenPlugin(
            name,
            f"{place}:{_line(step)}",
            f"the step function {other} must be called {name}, as its file; "
            f"or call the file {other}.py",
        )
    return None


def _from_entry_point(point: EntryPoint) -> AnyStep:
    place = _place_of(point)
    module = _imported(point.module, point.name, place)
    found = getattr(module, point.attr, None) if point.attr else None
    if isinstance(found, Step):
        # Plans and messages call it as pipeline files do, and it is found again by that name.
        return replace(found, name=point.name)
    raise BrokenPlugin(point.name, place, "it does not lead to a step")


def _imported(module: str, name: str, place: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        cause = f"{type(missing).__name__}: {missing}{_cure(missing.name or '')}"
        raise BrokenPlugin(name, _within(place, module, missing), cause) from missing
    except Exception as cause:
        text = f"{type(cause).__name__}: {cause}"
        raise BrokenPlugin(name, _within(place, module, cause), text) from cause


def _within(place: str, module: str, error: Exception) -> str:
    """Return the place with the line of the module's file at which the error came up, if any."""
    path = _path(module)
    if path is None or not place.endswith(".py"):
        return place
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{place}:{error.lineno}"
    called = traceback.extract_tb(error.__traceback__)
    lines = [each.lineno for each in called if each.filename == str(path)]
    return f"{place}:{lines[-1]}" if lines else place


def _cure(module: str) -> str:
    """Return what to do where a step imports a module that is not there; "" for our own."""
    package = module.partition(".")[0]
    if package in {"", "steps"}:
        return ""
    return (
        f". If the step declares it, as in requires=('{package}==1.0',), run `make lock`; "
        "if not, declare it"
    )


def _place(name: str) -> str:
    return f"steps/{name}.py"


def _place_of(point: EntryPoint) -> str:
    return f"entry point {point.name} = {point.value}"


def _steps_of(module: ModuleType) -> Iterator[AnyStep]:
    """Yield the steps that a module itself defines."""
    for each in vars(module).values():
        if isinstance(each, Step) and each.function.__module__ == module.__name__:
            yield each


def _line(step: AnyStep) -> int:
    """Return the line of the step's `def`, which stands below its decorators."""
    lines, first = inspect.getsourcelines(step.function)
    return first + next(at for at, line in enumerate(lines) if line.startswith("def "))
