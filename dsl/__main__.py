"""`python -m dsl`: check a pipeline file, generate from it, or explain a mistake. See `--help`."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from darkroom.plan.models import Plan
from dsl import drift, findings, generate, packages
from dsl.arguments import BREAKING, BROKEN_PLUGIN, DRIFTED, MISUSED, REFUSED, parser
from dsl.changes import changes, drawn
from dsl.compile import Compiled
from dsl.costs import command as costs
from dsl.diagnostics import PipelineRefused
from dsl.difference import command as differences
from dsl.difference.command import NotAPlan
from dsl.drift import Drifted
from dsl.explain import UnknownCode, explain
from dsl.files import PLAIN, compile_all, compile_file
from dsl.findings import Finding
from steps import plugins
from steps.plugins import BrokenPlugin, Found
from steps.requires import required

GENERATED = Path("generated")


@dataclass(frozen=True)
class _Outcome:
    """How a command ended: its exit code, what it tells people, and what it tells programs."""

    code: int
    text: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()  # what people are told beside, on standard error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = parser().parse_args(arguments)
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
        found = plugins.survey()
        done = _done(chosen, found)
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
    beside = tuple(findings.of_broken_plugin(each, severity="note") for each in found.broken)
    return replace(done, findings=(*done.findings, *beside), notes=found.notes)


def _done(chosen: argparse.Namespace, found: Found) -> _Outcome:
    if chosen.command == "diff":
        text, breaking = differences.run(chosen.old, chosen.new, chosen.region, found, chosen.env)
        return _Outcome(BREAKING if breaking else 0, text)
    path: Path = chosen.pipeline
    if chosen.command == "cost":
        priced = compile_file(path, found, chosen.env)
        return _Outcome(0, costs.run(priced, found, chosen))
    one = chosen.command == "check" and chosen.env
    compiled = {one: compile_file(path, found, one)} if one else compile_all(path, found)
    broken = [each.name for each in found.broken]
    if unlocked := packages.drift(required(broken), spared=broken):
        text = packages.report(unlocked)
        return _drifted(unlocked, "P037", packages.LOCKS, text, cure=packages.CURE)
    if chosen.command == "check":
        return _well(drawn(compiled), compiled)
    wanted = generate.files(compiled, found)
    if chosen.check:
        return _check(wanted, path)
    replaced = () if chosen.replace else generate.others(wanted, GENERATED)
    return _kept(replaced, path) if replaced else _generate(compiled, wanted)


def _kept(others: Sequence[str], path: Path) -> _Outcome:
    """Return the end of a command that would have removed other pipelines."""
    title = f"{GENERATED}/ holds {', '.join(others)}, which {path.as_posix()} does not make"
    cure = (
        f"a project has one pipeline, and its name is in events and object keys: keep "
        f"`pipeline: {others[0]}`, or let go of {', '.join(others)} with --replace "
        "(make generate REPLACE=yes)"
    )
    text = f"error: {title}; nothing was written\n  = help: {cure}"
    return _Outcome(MISUSED, text, (Finding(code=None, title=title, path=None, help=cure),))


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
        sys.stderr.writelines(f"\n{note}\n" for note in outcome.notes)
    return outcome.code


if __name__ == "__main__":
    sys.exit(main())
