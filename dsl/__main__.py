"""`python -m dsl`: check a pipeline file, generate from it, or explain a mistake. See `--help`."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from darkroom.plan.models import Plan
from dsl import drift, findings, generate, packages
from dsl.changes import changes, drawn
from dsl.compile import Compiled
from dsl.costs import command as costs
from dsl.diagnostics import PipelineRefused
from dsl.difference import command as differences
from dsl.difference.command import NotAPlan
from dsl.draft import Plugins
from dsl.drift import Drifted
from dsl.explain import UnknownCode, explain
from dsl.files import PLAIN, compile_all, compile_file
from dsl.findings import Finding
from steps import plugins
from steps.plugins import BrokenPlugin
from steps.requires import required

GENERATED = Path("generated")
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


@dataclass(frozen=True)
class _Outcome:
    """How a command ended: its exit code, what it tells people, and what it tells programs."""

    code: int
    text: str
    findings: tuple[Finding, ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "explain":
        return _say(_explain(chosen.codes), "text")
    return _say(_compile(chosen), chosen.format)


def _explain(codes: Sequence[str]) -> _Outcome:
    try:
        return _Outcome(0, explain(codes))
    except UnknownCode as unknown:
        return _Outcome(MISUSED, f"error: {unknown}")


def _compile(chosen: argparse.Namespace) -> _Outcome:
    """Do what every command but `explain` does, and tell what kept it from that."""
    try:
        if chosen.command == "lock":
            return _Outcome(0, "\n".join(packages.lock(required())) or "no step requires packages")
        return _done(chosen, plugins.find())
    except PipelineRefused as refused:
        return _Outcome(REFUSED, refused.render(), findings.of_refusal(refused))
    except BrokenPlugin as broken:
        text = f"error: a step plugin is broken\n --> {broken}"
        return _Outcome(BROKEN_PLUGIN, text, (findings.of_broken_plugin(broken),))
    except NotAPlan as wrong:
        return _Outcome(MISUSED, f"error: {wrong}")
    except OSError as error:
        path = Path(error.filename).as_posix()
        title = f"{path} cannot be read: {error.strerror}"
        return _Outcome(MISUSED, f"error: {title}", (Finding(code=None, title=title, path=path),))


def _done(chosen: argparse.Namespace, found: Plugins) -> _Outcome:
    if chosen.command == "diff":
        text, breaking = differences.run(chosen.old, chosen.new, chosen.region, found, chosen.env)
        return _Outcome(BREAKING if breaking else 0, text)
    path: Path = chosen.pipeline
    if chosen.command == "cost":
        priced = compile_file(path, found, chosen.env)
        return _Outcome(0, costs.run(priced, found, chosen))
    compiled = compile_all(path, found)
    if unlocked := packages.drift(required()):
        text = packages.report(unlocked)
        return _drifted(unlocked, "P037", packages.LOCKS, text, cure=packages.CURE)
    if chosen.command == "check":
        return _well(drawn(compiled), compiled)
    wanted = generate.files(compiled, found)
    return _check(wanted, path) if chosen.check else _generate(compiled, wanted)


def _generate(compiled: Mapping[str, Compiled], wanted: Mapping[str, str]) -> _Outcome:
    plan = compiled[PLAIN].plan
    before = _plan_before(GENERATED / plan.pipeline / "plan.json")
    changed = generate.write(wanted, GENERATED)
    told = [f"{'wrote' if path in wanted else 'removed'} {GENERATED / path}" for path in changed]
    lines = [*drawn(compiled), *changes(before, plan), *(told or ["nothing changed"])]
    return _well(lines, compiled)


def _well(lines: Sequence[str], compiled: Mapping[str, Compiled]) -> _Outcome:
    """Return the end of a command that went well, with what is worth knowing below."""
    notes = list(dict.fromkeys(note for each in compiled.values() for note in each.notes))
    text = "\n\n".join(["\n".join(lines), *(note.render() for note in notes)])
    return _Outcome(0, text, findings.of_diagnostics(notes))


def _check(wanted: Mapping[str, str], path: Path) -> _Outcome:
    drifted = drift.drift(wanted, GENERATED)
    if not drifted:
        return _Outcome(0, f"{GENERATED}/ is what {path.as_posix()} says")
    text = drift.report(drifted, str(GENERATED), path.as_posix())
    return _drifted(drifted, "P012", GENERATED, text, cure=drift.cure(str(GENERATED)))


def _drifted(
    drifted: Iterable[Drifted], code: str, folder: Path, text: str, *, cure: str
) -> _Outcome:
    """Return the end of a command that found files in `folder` which are not as they should be."""
    told = tuple(
        Finding(
            code=code,
            title=each.title,
            path=(folder / each.path).as_posix(),
            help=cure,
            note="\n".join(line.strip() for line in each.lines),
        )
        for each in drifted
    )
    return _Outcome(DRIFTED, text, told)


def _plan_before(path: Path) -> Plan | None:
    """Return the plan that was generated last; None if there is none that can be read."""
    try:
        return Plan.model_validate(json.loads(path.read_text("utf-8"))["plan"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _say(outcome: _Outcome, form: str) -> int:
    """Write the outcome; programs read standard output, however the command ended."""
    if form == "json":
        sys.stdout.write(f"{findings.as_json(outcome.findings)}\n")
    elif form == "github" and outcome.findings:
        sys.stdout.write(f"{findings.as_github(outcome.findings)}\n")
    else:
        stream = sys.stdout if outcome.code in (0, BREAKING) else sys.stderr
        stream.write(f"{outcome.text}\n")
    return outcome.code


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
    commands.add_parser("lock", help="resolve what steps require into requirements/steps/")
    priced = commands.add_parser("cost", help="tell what a million images cost, and why")
    costs.add_arguments(priced)
    compared = commands.add_parser("diff", help="tell what changes, step by step, and its cost")
    differences.add_arguments(compared)
    parser.set_defaults(format="text")
    for command in (check, generated, priced):
        command.add_argument("pipeline", nargs="?", type=Path, default=Path("pipeline.yaml"))
    for command in (check, generated):
        command.add_argument(
            "--format",
            choices=("text", "json", "github"),
            default="text",
            help="how mistakes are told: to people, to programs, or at the lines of a pull request",
        )
    explained = commands.add_parser("explain", help="tell what a mistake's code means, and why")
    explained.add_argument("codes", nargs="*", metavar="CODE", help="such as P002; none lists all")
    return parser


if __name__ == "__main__":
    sys.exit(main())
