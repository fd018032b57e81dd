"""`python -m dsl`: check a pipeline file, or generate from it. See `python -m dsl --help`."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from darkroom.plan.models import Plan
from dsl import drift, generate
from dsl.changes import changes
from dsl.compile import Compiled
from dsl.diagnostics import PipelineRefused
from dsl.files import compile_file
from steps import plugins
from steps.plugins import BrokenPlugin

GENERATED = Path("generated")
REFUSED, BROKEN_PLUGIN, DRIFTED, MISUSED = 1, 2, 3, 64

_HELP = """exit codes:
  0   all is well
  1   the pipeline file has mistakes
  2   a step plugin is broken
  3   generated/ is not what the pipeline file says (generate --check)
  64  this command was called wrongly
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = _parser().parse_args(arguments)
    path: Path = chosen.pipeline
    try:
        found = plugins.find()
        compiled = compile_file(path, found)
    except PipelineRefused as refused:
        return _say(refused.render(), REFUSED)
    except BrokenPlugin as broken:
        return _say(f"error: a step plugin is broken\n --> {broken}", BROKEN_PLUGIN)
    except OSError as error:
        return _say(f"error: {path.as_posix()} cannot be read: {error.strerror}", MISUSED)
    if chosen.command == "check":
        return _say(compiled.tree, 0)
    wanted = generate.files(compiled, found)
    return _check(wanted, path) if chosen.check else _generate(compiled, wanted)


def _generate(compiled: Compiled, wanted: Mapping[str, str]) -> int:
    before = _plan_before(GENERATED / compiled.plan.pipeline / "plan.json")
    changed = generate.write(wanted, GENERATED)
    told = [f"{'wrote' if path in wanted else 'removed'} {GENERATED / path}" for path in changed]
    lines = [compiled.tree, *changes(before, compiled.plan), *(told or ["nothing changed"])]
    return _say("\n".join(lines), 0)


def _check(wanted: Mapping[str, str], path: Path) -> int:
    paragraphs = drift.drift(wanted, GENERATED)
    if not paragraphs:
        return _say(f"{GENERATED}/ is what {path.as_posix()} says", 0)
    return _say(drift.report(paragraphs, str(GENERATED), path.as_posix()), DRIFTED)


def _plan_before(path: Path) -> Plan | None:
    """Return the plan that was generated last; None if there is none that can be read."""
    try:
        return Plan.model_validate(json.loads(path.read_text("utf-8"))["plan"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _say(text: str, code: int) -> int:
    stream = sys.stdout if code == 0 else sys.stderr
    stream.write(f"{text}\n")
    return code


class _Parser(argparse.ArgumentParser):
    """argparse's own exit code for wrong calls, 2, means a broken plugin here."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the mistake, and exit."""
        self.exit(MISUSED, f"{self.format_usage()}{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m dsl",
        description="Compile a pipeline file.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="report all mistakes, or print the tree of steps")
    generated = commands.add_parser("generate", help="compile, and write generated/")
    generated.add_argument(
        "--check", action="store_true", help="write nothing; fail if generated/ would change"
    )
    for command in (check, generated):
        command.add_argument("pipeline", nargs="?", type=Path, default=Path("pipeline.yaml"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
