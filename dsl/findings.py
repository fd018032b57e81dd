"""Findings: what is wrong, for other programs. `--format json` and `--format github` print them."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from dsl.codes import CODES
from dsl.diagnostics import Diagnostic, PipelineRefused, Severity
from steps.plugins import BrokenPlugin

_FILE = re.compile(r"(?P<path>.+\.py)(?::(?P<line>\d+))?")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong. Lines and columns count from 1, the end column is the one behind.

    `code` is None for what is no mistake of a pipeline: a broken plugin, a file that cannot be
    read. `path` is None for a plugin that no file of the project holds.
    """

    code: str | None
    title: str
    path: str | None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    help: str = ""
    allowed: tuple[str, ...] = ()
    note: str = ""
    severity: Severity = "error"


def of_refusal(refused: PipelineRefused) -> tuple[Finding, ...]:
    """Return the mistakes, in their order."""
    return of_diagnostics(refused.diagnostics)


def of_diagnostics(diagnostics: Iterable[Diagnostic]) -> tuple[Finding, ...]:
    """Return what is told by `diagnostics`, notes among them."""
    return tuple(map(_of_diagnostic, diagnostics))


def of_broken_plugin(broken: BrokenPlugin, *, severity: Severity = "error") -> Finding:
    """Return what is wrong with a plugin, at its file where it has one here.

    It is a "note" where no step uses the plugin.
    """
    place = _FILE.fullmatch(broken.place)
    return Finding(
        code=None,
        title=f"a step plugin is broken: {broken.cause if place else broken}",
        path=place["path"] if place else None,
        line=int(place["line"]) if place and place["line"] else None,
        severity=severity,
    )


def as_json(findings: Iterable[Finding]) -> str:
    """Return one JSON object: `{"diagnostics": […]}`, an empty list if all is well."""
    return json.dumps({"diagnostics": [asdict(finding) for finding in findings]}, indent=2)


def as_github(findings: Iterable[Finding]) -> str:
    """Return a workflow command for each finding; GitHub shows them at the lines they tell of.

    Source: GitHub, "Workflow commands for GitHub Actions", "Setting an error message".
    """
    return "\n".join(_annotation(finding) for finding in findings)


def _of_diagnostic(diagnostic: Diagnostic) -> Finding:
    source = diagnostic.source
    start, end = source.place(diagnostic.span.start), source.place(diagnostic.span.end)
    return Finding(
        code=diagnostic.code,
        title=diagnostic.title,
        path=source.path,
        line=start.line,
        column=start.column,
        end_line=end.line,
        end_column=end.column,
        help=diagnostic.help,
        allowed=diagnostic.allowed,
        note="; ".join(filter(None, (diagnostic.note, diagnostic.circumstance))),
        severity=diagnostic.severity,
    )


def _annotation(finding: Finding) -> str:
    # Source: @actions/core, AnnotationProperties: no columns where the two lines differ.
    one_line = finding.line == finding.end_line
    properties = {
        "file": finding.path,
        "line": finding.line,
        "endLine": finding.end_line,
        "col": finding.column if one_line else None,
        "endColumn": finding.end_column if one_line else None,
        "title": f"{finding.code}: {CODES[finding.code]}" if finding.code else None,
    }
    given = ",".join(f"{key}={_property(str(each))}" for key, each in properties.items() if each)
    command = {"error": "error", "note": "notice"}[finding.severity]
    return f"::{command} {given}".rstrip() + f"::{_data(_message(finding))}"


def _message(finding: Finding) -> str:
    """Return the title, and below it what helps, as the text form has it."""
    told = {
        "help": finding.help,
        "allowed": ", ".join(finding.allowed),
        "note": finding.note,
    }
    return "\n".join([finding.title, *(f"{key}: {text}" for key, text in told.items() if text)])


def _data(text: str) -> str:
    """Escape a message as GitHub's own toolkit does; `%` first, or it would be escaped twice."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property: it ends at a comma, and all of them end at a colon."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
