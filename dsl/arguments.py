"""The arguments of `python -m dsl`, and the codes that its commands end with."""

import argparse
from pathlib import Path
from typing import NoReturn

from dsl.costs import command as costs
from dsl.difference import command as differences

REFUSED, BROKEN_PLUGIN, DRIFTED, BREAKING, MISUSED = 1, 2, 3, 4, 64

_HELP = """exit codes:
  0   all is well
  1   the pipeline file has mistakes
  2   a step plugin is broken
  3   generated/ is not what the pipeline file says (generate --check), or steps' packages are not
      locked as the steps require them
  4   a change is BREAKING (diff)
  64  this command was called wrongly
"""


class _Parser(argparse.ArgumentParser):
    """argparse's own exit code for wrong calls, 2, means a broken plugin here."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the mistake, and exit."""
        self.exit(MISUSED, f"{self.format_usage()}{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each leaves its name in `command`."""
    whole = _Parser(
        prog="python -m dsl",
        description="Compile a pipeline file.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.set_defaults(format="text")
    commands = whole.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="report all mistakes, or print the tree of steps")
    check.add_argument("--env", default="", help="only with the overlay of this environment")
    generated = commands.add_parser("generate", help="compile, and write generated/")
    _add_ways_to_generate(generated)
    commands.add_parser("lock", help="resolve what steps require into requirements/steps/")
    priced = commands.add_parser("cost", help="tell what a million images cost, and why")
    costs.add_arguments(priced)
    compared = commands.add_parser("diff", help="tell what changes, step by step, and its cost")
    differences.add_arguments(compared)
    for command in (check, generated, priced):
        command.add_argument("pipeline", nargs="?", type=Path, default=Path("pipeline.yaml"))
    for command in (check, generated):
        _add_format(command)
    explained = commands.add_parser("explain", help="tell what a mistake's code means, and why")
    explained.add_argument("codes", nargs="*", metavar="CODE", help="such as P002; none lists all")
    return whole


def _add_ways_to_generate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--check", action="store_true", help="write nothing; fail if generated/ would change"
    )
    command.add_argument(
        "--replace", action="store_true", help="remove other pipelines that generated/ holds"
    )


def _add_format(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="how mistakes are told: to people, to programs, or at the lines of a pull request",
    )
