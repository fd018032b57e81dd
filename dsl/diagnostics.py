"""Diagnostics: a mistake in the pipeline file, with its place, its cause and its cure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from dsl.codes import CODES
from dsl.text import SourceText, Span, with_short_quotes

Severity = Literal["error", "note"]  # a note keeps nobody from compiling
SHOWN = 20  # mistakes that people are shown at once; programs get all
MOST_TOLD = 500  # mistakes of one file: more are of one cause, and nobody reads them


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One mistake, or a note. `code` is stable, `label` stands behind the carets, `help` cures.

    A mistake of a file that is none before an overlay is laid over it names that in `overlay`.
    """

    source: SourceText
    code: str
    span: Span
    title: str
    label: str = ""
    help: str = ""
    allowed: tuple[str, ...] = ()  # all that could stand here, if that is a short list
    note: str = ""
    overlay: str = field(default="", compare=False)  # a path
    severity: Severity = "error"

    def __post_init__(self) -> None:
        """Refuse a code that the table does not have: every code is documented."""
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not in dsl/codes.py")

    @property
    def circumstance(self) -> str:
        """Which overlay lies over the file, if one does: alone, the file may well be right."""
        return f"with {self.overlay} laid over it" if self.overlay else ""

    def render(self) -> str:
        """Return the message as people read it: place, line, carets, help and notes."""
        place = self.source.place(self.span.start)
        line, carets = self.source.underline(self.span)
        at = ", ".join(filter(None, (f"{self.source.path}:{place}", self.circumstance)))
        gutter = " " * len(str(place.line))
        lines = [
            f"{self.severity}[{self.code}]: {self.title}",
            f"{gutter}--> {at}",
            f"{place.line} | {line.rstrip()}",
            f"{gutter} | {carets} {self.label}".rstrip(),
        ]
        if self.help:
            lines.append(f"{gutter} = help: {self.help}")
        if self.allowed:
            lines.append(f"{gutter} = allowed: {', '.join(self.allowed)}")
        if self.note:
            lines.append(f"{gutter} = note: {self.note}")
        return "\n".join(lines)


class PipelineRefused(Exception):
    """The pipeline has mistakes: all of them, file by file, ordered by place."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        files = Counter(diagnostic.source.path for diagnostic in diagnostics)
        super().__init__(", ".join(f"{path} has {_counted(each)}" for path, each in files.items()))
        self.diagnostics = diagnostics

    def render(self) -> str:
        """Return the first messages and, last, how many there are and where more is told."""
        messages = [diagnostic.render() for diagnostic in self.diagnostics[:SHOWN]]
        if (more := len(self.diagnostics) - SHOWN) > 0:
            messages.append(f"and {more} more: mend these first")
        codes = " ".join(dict.fromkeys(diagnostic.code for diagnostic in self.diagnostics))
        last = (
            f"{self}; nothing was compiled\nto read more: .venv/bin/python -m dsl explain {codes}"
        )
        return "\n\n".join([*messages, last])


@dataclass
class Report:
    """Collects the mistakes of a file while it is read and checked.

    Places in the overlay that is laid over the file count on behind the file's own end, so that one
    offset tells which of the two it is in.
    """

    source: SourceText
    overlay: SourceText | None = None
    _found: dict[Diagnostic, None] = field(default_factory=dict)  # each once, as they came
    _notes: dict[Diagnostic, None] = field(default_factory=dict)

    def add(
        self,
        code: str,
        span: Span,
        title: str,
        *,
        label: str = "",
        cure: str = "",
        allowed: tuple[str, ...] = (),
        note: str = "",
        severity: Severity = "error",
    ) -> None:
        """Record a mistake, once: options shared by several variants are checked for each.

        With the severity `note` it is none, and is told of a pipeline that compiles. Values of the
        file are shortened where the texts quote them. Raises PipelineRefused for as many as are
        told of one file.
        """
        source, here = self._located(span)
        laid_over = self.overlay.path if self.overlay and source is self.source else ""
        found = Diagnostic(
            source=source,
            code=code,
            span=here,
            title=with_short_quotes(title),
            label=with_short_quotes(label),
            help=with_short_quotes(cure),
            allowed=tuple(map(with_short_quotes, allowed)),
            note=with_short_quotes(note),
            overlay=laid_over,
            severity=severity,
        )
        known = self._found if severity == "error" else self._notes
        known.setdefault(found)
        if len(self._found) >= MOST_TOLD:
            self.refuse()

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What is worth knowing of a file without mistakes, in its order."""
        return tuple(sorted(self._notes, key=self._order))

    @property
    def beyond(self) -> int:
        """The offset at which places in the overlay begin."""
        return len(self.source.content) + 1  # a mistake may stand behind the last character

    def include(self, others: Iterable[Diagnostic]) -> None:
        """Record mistakes that another report has found."""
        self._found |= dict.fromkeys(others)

    def text(self, span: Span) -> str:
        """Return what is written at `span`."""
        source, here = self._located(span)
        return source.content[here.start : here.end]

    def line(self, span: Span) -> str:
        """Return the line on which `span` begins, in words that stand in a message."""
        source, here = self._located(span)
        told = f"line {source.place(here.start).line}"
        return told if source is self.source else f"{told} of {source.path}"

    def _located(self, span: Span) -> tuple[SourceText, Span]:
        if self.overlay is None or span.start < self.beyond:
            return self.source, span
        return self.overlay, span.moved(-self.beyond)

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found, key=self._order))

    def _order(self, found: Diagnostic) -> tuple[bool, Span, str, str]:
        return found.source is self.overlay, found.span, found.code, found.title

    def refuse(self) -> None:
        """Raise PipelineRefused if anything was found."""
        if self._found:
            raise PipelineRefused(tuple(self))


def _counted(number: int) -> str:
    if number >= MOST_TOLD:
        return f"{MOST_TOLD} mistakes or more"
    return "1 mistake" if number == 1 else f"{number} mistakes"
