"""Diagnostics: a mistake in the pipeline file, with its place, its cause and its cure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dsl.codes import CODES
from dsl.text import SourceText, Span, with_short_quotes


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One mistake. `code` is stable; `label` stands behind the carets; `help` is the cure."""

    code: str
    span: Span
    title: str
    label: str = ""
    help: str = ""
    allowed: tuple[str, ...] = ()  # all that could stand here, if that is a short list
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a code that the table does not have: every code is documented."""
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not in dsl/codes.py")

    def render(self, source: SourceText) -> str:
        """Return the message as people read it: place, line, carets, help and notes."""
        place = source.place(self.span.start)
        line, carets = source.underline(self.span)
        gutter = " " * len(str(place.line))
        lines = [
            f"error[{self.code}]: {self.title}",
            f"{gutter}--> {source.path}:{place}",
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
    """The pipeline file has mistakes: all of them, ordered by place."""

    def __init__(self, source: SourceText, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(f"{source.path} has {_counted(len(diagnostics))}")
        self.source = source
        self.diagnostics = diagnostics

    def render(self) -> str:
        """Return every message and, last, how many there are and where more is told."""
        messages = [diagnostic.render(self.source) for diagnostic in self.diagnostics]
        codes = " ".join(dict.fromkeys(diagnostic.code for diagnostic in self.diagnostics))
        last = f"{self}; nothing was compiled\nto read more: python -m dsl explain {codes}"
        return "\n\n".join([*messages, last])


@dataclass
class Report:
    """Collects the mistakes of one file while it is read and checked."""

    source: SourceText
    _found: list[Diagnostic] = field(default_factory=list)

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
    ) -> None:
        """Record a mistake, once: options shared by several variants are checked for each.

        Values of the file are shortened where the texts quote them.
        """
        found = Diagnostic(
            code=code,
            span=span,
            title=with_short_quotes(title),
            label=with_short_quotes(label),
            help=with_short_quotes(cure),
            allowed=tuple(map(with_short_quotes, allowed)),
            note=with_short_quotes(note),
        )
        if found not in self._found:
            self._found.append(found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found, key=lambda found: (found.span, found.code, found.title)))

    def refuse(self) -> None:
        """Raise PipelineRefused if anything was found."""
        if self._found:
            raise PipelineRefused(self.source, tuple(self))


def _counted(number: int) -> str:
    return "1 mistake" if number == 1 else f"{number} mistakes"
