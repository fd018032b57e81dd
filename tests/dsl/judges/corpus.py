"""What is judged: a valid machine, what becomes of it when one thing changes, and all compiled."""

import copy
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from dsl.backends.asl import state_machine
from dsl.compile import compile_source
from dsl.draft import Plugins
from tests.dsl.judges import ROOT, Machine

HERE = Path(__file__).parent
PIPELINES = ROOT / "tests" / "dsl" / "fixtures" / "good"
# Where machines are committed: what deploys, and the goldens of examples and tests.
COMMITTED = ("generated", "examples", "tests")


def valid() -> Machine:
    """Return the machine that all judges accept."""
    return _read("valid.yaml")


def altered(file: str) -> Mapping[str, Machine]:
    """Return the machines that the changes in `file` make of the valid one, by name."""
    return {name: _changed(valid(), **change) for name, change in _read(file).items()}


def compiled(plugins: Plugins) -> Mapping[str, Machine]:
    """Return the machine of every good pipeline, and every machine that is committed."""
    found = {
        f"{path.stem} (compiled)": state_machine(
            compile_source(path.read_text("utf-8"), path.name, plugins).plan
        )
        for path in sorted(PIPELINES.glob("*.yaml"))
    }
    for folder in COMMITTED:
        for path in sorted((ROOT / folder).rglob("*.asl.json")):
            found[str(path.relative_to(ROOT))] = json.loads(path.read_text("utf-8"))
    return found


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
