"""Slips that make YAML blame another place: each is told where it was made.

An open bracket, a `#`, a quote within quotes and a colon without its space are all found by the
parser lines or characters later, if at all.
"""

import re

from dsl.diagnostics import Report
from dsl.expressions.foreign import readings
from dsl.expressions.parser import parse
from dsl.expressions.syntax import ExpressionError
from dsl.text import SourceText, Span

_COMMENT = re.compile(r"""(?:^|[\s,\[{])(?P<text>#[^\s#,\]}]+)""")
_QUOTED = re.compile(r"""'(?:[^'\n]|'')*'|"(?:[^"\\\n]|\\.)*\"""")
_KEY = re.compile(r"[ ]*(?:- )?(?P<key>[A-Za-z_][\w-]*):(?:\s|$)")
_NO_SPACE = re.compile(r"[ ]*(?:- )?(?P<slip>(?P<key>[a-z_]+):(?P<value>[^\s:/].*?))\s*(?:#.*)?")
_INNER_KEY = re.compile(r"(?P<key>[A-Za-z_]\w*): +")
_LONGEST = 70  # characters of a value that a cure writes out
_CLOSING = {"{": "}", "[": "]"}


def report_in_flow(at: int, opened: int, report: Report) -> bool:
    """Report what made the parser give up at `at`, in what a bracket at `opened` began."""
    return (
        _report_comment(opened, at, report)
        or _report_quote(at, report)
        or _report_bracket(opened, at, report)
    )


def report_in_block(at: int, report: Report) -> bool:
    """Report what made the parser give up at `at`, among keys on lines of their own."""
    return _report_quote(at, report) or _report_colon(at, report) or _report_indent(at, report)


def comment_for(at: int, source: SourceText) -> tuple[Span, str] | None:
    """Return the comment, and its place, that stands where the value of a key ought to, if any."""
    line = source.line(source.place(at).line)
    start = at - source.place(at).column + 1
    found = _COMMENT.search(line, at - start)
    return (
        (Span(start + found.start("text"), start + found.end("text")), found["text"])
        if (found and not line[at - start : found.start("text")].strip(" :"))
        else None
    )


def refuse_comment(span: Span, text: str, report: Report) -> None:
    """Report a value that begins with `#`."""
    report.add(
        "Y001",
        span,
        "`#` begins a comment here: nothing of it is read, nor of the rest of the line",
        cure=f'quote it: "{text}"',
    )


def _report_comment(opened: int, at: int, report: Report) -> bool:
    """Report a value such as `#fff`, which hides the rest of its line and its closing bracket."""
    content = report.source.content[opened:at]
    hidden = _QUOTED.sub(lambda quoted: "x" * len(quoted[0]), content)
    found = _COMMENT.search(hidden)
    if found is None:
        return False
    refuse_comment(
        Span(opened + found.start("text"), opened + found.end("text")), found["text"], report
    )
    return True


def _report_quote(at: int, report: Report) -> bool:
    """Report a quote that ended a text early: another of its kind was meant to be part of it."""
    content, source = report.source.content, report.source
    quote = content[at - 1 : at]
    line = source.line(source.place(at).line)
    start = at - source.place(at).column + 1
    opening = line.rfind(quote, 0, at - 1 - start) if quote in ("'", '"') else -1
    closing = line.rfind(quote)
    begins = (":", "-", "[", "{", ",") if closing > at - start else (":",)
    if opening < 0 or not line[:opening].rstrip().endswith(begins):
        return False
    inner = line[opening + 1 : closing]
    other = '"' if quote == "'" else "'"
    whole = other not in inner and closing > at - start
    doubled = "write it twice" if quote == "'" else 'write \\" for it'
    report.add(
        "Y001",
        Span(at - 1, at),
        f"this {quote} ends the text that begins at column {opening + 1}",
        cure=f"put {other} around the text: {other}{inner}{other}" if whole else doubled,
    )
    return True


def quoted(at: int, source: SourceText) -> str:
    """Return the value that the character at `at` was to be part of, in quotes; "" if unknown.

    It begins behind the last key before `at`, and ends at the next key or closing bracket.
    """
    line, start = source.line(source.place(at).line), source.start(source.place(at).line)
    keys = [each for each in _INNER_KEY.finditer(line) if each.end() <= at - start]
    if not keys:
        return ""
    behind = _INNER_KEY.search(line, at - start + 1)
    ends_with_comma = behind is not None and line[: behind.start()].rstrip().endswith(",")
    value = line[keys[-1].end() : behind.start() if behind and ends_with_comma else None].rstrip(
        " ,"
    )
    while value.endswith(("}", "]")) and _unbalanced(value):
        value = value[:-1].rstrip()
    if keys[-1]["key"] == "when":
        value = _condition(value)
    quote = next((each for each in ('"', "'") if each not in value), "")
    return f"{quote}{value}{quote}" if quote and 0 < len(value) <= _LONGEST else ""


def _condition(text: str) -> str:
    """Return the condition that `text` means, where other languages would write it so."""
    for reading in readings(text):
        try:
            parse(reading)
        except ExpressionError:
            continue
        return reading
    return text


def _unbalanced(text: str) -> bool:
    return any(text.count(each) > text.count(opening) for opening, each in _CLOSING.items())


def _report_bracket(opened: int, at: int, report: Report) -> bool:
    """Report a bracket that another kind closes, or that is open still on a line of other keys."""
    content, source = report.source.content, report.source
    bracket, found = content[opened : opened + 1], content[at : at + 1]
    place = source.place(at)
    is_other = found in _CLOSING.values() and found != _CLOSING.get(bracket)
    is_below = place.line > source.place(opened).line and _KEY.match(source.line(place.line))
    if bracket not in _CLOSING or not (is_other or is_below):
        return False
    closing = _CLOSING[bracket]
    where = (
        f"before the `{found}`" if is_other else f"at the end of line {_last(opened, at, source)}"
    )
    span = Span(opened, opened + 1)
    report.add("Y001", span, f"`{bracket}` is never closed", cure=f"add `{closing}` {where}")
    return True


def _last(opened: int, at: int, source: SourceText) -> int:
    """Return the last line that is part of what was opened: the one above the next key."""
    lines = range(source.place(at).line - 1, source.place(opened).line, -1)
    return next((each for each in lines if source.line(each).strip()), source.place(opened).line)


def _report_colon(at: int, report: Report) -> bool:
    """Report `uses:resize` on the line above, which is no key for want of a space."""
    above = _line_above(report.source.place(at).line, report.source)
    slip = _NO_SPACE.fullmatch(report.source.line(above)) if above else None
    if slip is None:
        return False
    refuse_colon(report.source.start(above) + slip.start("slip"), slip["slip"], report)
    return True


def is_slip(value: object) -> bool:
    """Whether the value is a key and its own value, for want of a space behind the colon."""
    return isinstance(value, str) and bool(_NO_SPACE.fullmatch(value))


def refuse_colon(at: int, text: str, report: Report) -> None:
    """Report a key whose colon no space follows."""
    key, _, value = text.partition(":")
    report.add(
        "Y001",
        Span(at, at + len(text)),
        f"no space follows the colon of `{key}:`, so this is a text",
        cure=f"write {key}: {value}",
    )


def _report_indent(at: int, report: Report) -> bool:
    """Report a line that is indented as none above it, with what would do."""
    source = report.source
    number = source.place(at).line
    line, above = source.line(number), _line_above(number, source)
    if line.lstrip().startswith("- ") and _KEY.match(source.line(above)):
        cure = "write NAME: VALUE, without the dash: steps and options have names"
        title = "`-` begins an item of a list, where the lines above have keys"
        report.add("Y001", Span(at, at + 1), title, cure=cure)
        return True
    key = _KEY.match(line)
    own_colon = key is not None and at <= source.start(number) + key.end("key")
    if not own_colon or not above:
        return False
    own, upper = _indent(line), _indent(source.line(above))
    levels = sorted({_indent(source.line(each)) for each in range(1, number)} - {own})
    fitting = [each for each in levels if each <= upper]
    if own == upper or not fitting:
        return False
    told = " or ".join(map(str, fitting[-2:]))
    side = "deeper" if own > upper else "less"
    report.add(
        "Y001",
        Span(source.start(number) + own, source.start(number) + len(line.partition(":")[0])),
        f"this line is indented {side} than the line above, and fits none",
        label=f"{own} spaces",
        cure=f"indent it by {told} spaces, as the keys that it belongs with",
    )
    return True


def _line_above(number: int, source: SourceText) -> int:
    """Return the nearest line above that is neither empty nor a comment; 0 if there is none."""
    lines = range(number - 1, 0, -1)
    texts = ((each, source.line(each).strip()) for each in lines)
    return next((each for each, text in texts if text and not text.startswith("#")), 0)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
