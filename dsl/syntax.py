"""What PyYAML cannot parse, in words: where it is, what was probably meant, the cure."""

import re

import yaml

from dsl import slips
from dsl.diagnostics import Report
from dsl.text import Span

_FLOW_TRAP = re.compile(r"expected ',' or '[}\]]', but got '(?!<stream end>|<document)")
_QUOTE_D310 = "quote the expression, or put it on a line of its own"
_INDENTATION = "quote the value if the colon belongs to it; else check this line's indentation"
FLOW_NOTE = "inside { } the characters `{ } [ ] , ?`, quotes and `: ` belong to YAML"


def report_syntax(error: yaml.YAMLError, report: Report) -> None:
    """Record the one mistake at which the parser gave up."""
    if isinstance(error, yaml.reader.ReaderError):
        at = error.position if isinstance(error.position, int) else 0
        report.add(
            "Y012",
            Span(at, at + 1),
            f"a character that YAML does not allow: U+{ord(report.source.content[at]):04X}",
            cure="remove it; it may be invisible in an editor",
        )
        return
    marked = error if isinstance(error, yaml.MarkedYAMLError) else yaml.MarkedYAMLError()
    problem, context = marked.problem or "", marked.context or ""
    at = marked.problem_mark.index if marked.problem_mark else 0
    opened = marked.context_mark.index if marked.context_mark else at
    if "flow" in context and slips.report_in_flow(at, opened, report):
        return
    if "flow" not in context and _in_block(problem, context) and slips.report_in_block(at, report):
        return
    if "flow" in context and _FLOW_TRAP.match(problem):
        _report_flow_trap(at, opened, report)
    elif "flow" in context:
        _report_unclosed(opened, report)
    else:
        _report_other(problem, context, at, opened, report)


def _in_block(problem: str, context: str) -> bool:
    """Whether the parser gave up between keys or items that stand on lines of their own."""
    return "block" in context or "mapping values are not allowed" in problem


def _report_flow_trap(at: int, opened: int, report: Report) -> None:
    """Say which character inside { } or [ ] ended the value."""
    value = slips.quoted(at, report.source)
    bracket = "{ }" if report.source.content[opened : opened + 1] == "{" else "[ ]"
    found = report.source.content[at : at + 1]
    report.add(
        "D310",
        Span(at, at + 1),
        f"`{found}` ends the YAML value inside {bracket}",
        cure=f"quote it: {value}" if value else _QUOTE_D310,
        note=FLOW_NOTE,
    )


def _report_unclosed(opened: int, report: Report) -> None:
    bracket = report.source.content[opened : opened + 1]
    closing = {"{": "}", "[": "]"}.get(bracket, bracket)
    report.add(
        "Y001",
        Span(opened, opened + 1),
        f"`{bracket}` is never closed",
        cure=f"add `{closing}` where the value ends",
    )


def _report_other(problem: str, context: str, at: int, opened: int, report: Report) -> None:
    found = report.source.content[at : at + 1]
    span = Span(at, at + 1)
    if found == "\t":
        title, cure = "a tab stands where YAML wants spaces", "indent with spaces"
        report.add("Y002", span, title, cure=cure)
    elif "quoted scalar" in context and "end of" in problem:
        title = "this quote is never closed"
        report.add("Y001", Span(opened, opened + 1), title, cure="add the closing quote")
    elif "unknown escape" in problem:
        title = f"`\\{found}` means nothing in double quotes"
        cure = "use single quotes, or write \\\\ for one backslash"
        report.add("Y001", span, title, cure=cure)
    elif "cannot start any token" in problem:
        title = f"a value cannot begin with `{found}`"
        report.add("Y001", span, title, cure="put the value in quotes")
    elif "mapping values are not allowed" in problem:
        title = "`:` begins a second value on this line"
        value = slips.quoted(at, report.source)
        cure = f"quote the value if the colon belongs to it: {value}" if value else _INDENTATION
        report.add("Y001", span, title, cure=cure)
    elif "block" in context:
        title = "this line fits none of the lines above it"
        cure = "indent it as deep as the keys or items it belongs with"
        report.add("Y001", span, title, cure=cure)
    else:
        reason = ": ".join(part for part in (context, problem) if part)
        report.add("Y001", span, f"this is not YAML ({reason})", cure="check this line's quotes")
