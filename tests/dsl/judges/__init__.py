"""The judges of state machines: our own lint, and four that others wrote.

Each is asked about a definition and answers with complaints; none of them alone notices all that
AWS would refuse, and each refuses something that AWS takes. `judged` asks all about many machines,
those in Node in one process.
"""

import copy
import json
import subprocess
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.static_analyser.static_analyser import StaticAnalyser
from statelint.linter import Linter

from dsl.backends.lint import lint

ROOT = Path(__file__).parents[3]
_NODE = ROOT / ".venv" / "bin" / "node"
_NODE_S = 240  # for all machines together

Machine = dict[str, Any]
Complaints = tuple[str, ...]
Verdicts = Mapping[str, Complaints]  # by judge

OWN = "own"
_PACKAGES = {"asl-validator": "asl-validator", "aws-service": "amazon-states-language-service"}
JUDGES = (OWN, "statelint", "moto", *_PACKAGES)


def judged(machines: Mapping[str, Machine]) -> Mapping[str, Verdicts]:
    """Return what each judge says of each machine, by the machine's name."""
    in_node = _in_node(machines)
    return {
        name: {judge: ask(copy.deepcopy(machine)) for judge, ask in _IN_PYTHON.items()}
        | {judge: tuple(in_node[name][judge]) for judge in _PACKAGES}
        for name, machine in machines.items()
    }


def versions() -> Mapping[str, str]:
    """Return the version of each judge that others wrote."""
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    return {judge: version(judge) for judge in ("statelint", "moto")} | {
        judge: locked[f"node_modules/{package}"]["version"] for judge, package in _PACKAGES.items()
    }


def _by_ourselves(machine: Machine) -> Complaints:
    return tuple(str(flaw) for flaw in lint(machine))


def _by_statelint(machine: Machine) -> Complaints:
    return tuple(map(str, Linter.validate(machine)))


def _by_moto(machine: Machine) -> Complaints:
    # A definition that was refused leaves its language behind in a class attribute.
    Preprocessor._query_language_per_scope.clear()
    try:
        StaticAnalyser().analyse(json.dumps(machine))
    except Exception as error:  # noqa: BLE001 - it has no class of its own for a complaint
        return (f"{type(error).__name__}: {error}",)
    return ()


_IN_PYTHON: Mapping[str, Callable[[Machine], Complaints]] = {
    OWN: _by_ourselves,
    "statelint": _by_statelint,
    "moto": _by_moto,
}


def _in_node(machines: Mapping[str, Machine]) -> dict[str, dict[str, list[str]]]:
    done = subprocess.run(
        [_NODE, Path(__file__).with_name("judge.mjs")],
        input=json.dumps(machines),
        capture_output=True,
        text=True,
        timeout=_NODE_S,
        check=False,
    )
    assert done.returncode == 0, f"npm's judges (make setup brings them): {done.stderr}"
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout)
    return found
