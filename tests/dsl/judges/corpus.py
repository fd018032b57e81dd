"""What is judged: all committed machines, a valid one, and what changes make of that."""

import copy
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.dsl.judges import ROOT, Machine

HERE = Path(__file__).parent
# What deploys, and the goldens of examples and tests: tests hold that they are what compiles.
COMMITTED = ("generated", "examples", "tests")


def valid() -> Machine:
    """Return the machine that all judges accept."""
    return _read("valid.yaml")


def altered(file: str) -> Mapping[str, Machine]:
    """Return the machines that the changes in `file` make of the valid one, by name."""
    return {name: _changed(valid(), **change) for name, change in _read(file).items()}


def committed() -> Mapping[str, Machine]:
    """Return every machine that is committed, by its path."""
    paths = [path for folder in COMMITTED for path in (ROOT / folder).rglob("*.asl.json")]
    return {
        str(path.relative_to(ROOT)): json.loads(path.read_text("utf-8")) for path in sorted(paths)
    }


def _changed(
    machine: Machine, put: Mapping[str, Any] | None = None, drop: Iterable[str] = ()
) -> Machine:
    """Write each value of `put` at its path in `machine`, and remove what is at those of `drop`."""
    for path, value in (put or {}).items():
        part, key = _found(machine, path)
        part[key] = copy.deepcopy(value)
    for path in drop:
        part, key = _found(machine, path)
        del part[key]
    return machine


def _found(machine: Machine, path: str) -> tuple[Any, Any]:
    """Return what holds the value at `path`, such as States/open/Catch/0, and its key there."""
    part: Any = machine
    *outer, last = path.split("/")
    for key in outer:
        part = part[int(key) if isinstance(part, list) else key]
    return part, int(last) if isinstance(part, list) else last


def _read(file: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / file).read_text("utf-8"))
    return found
