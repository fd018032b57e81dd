"""The text of a pipeline file, and places in it."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

# Where YAML ends a line; `str.splitlines` knows more ends than that.
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_SHOWN = 96  # columns of a line that a message shows; longer lines are cut around the mistake


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of the text: offsets in characters, the end excluded."""

    start: int
    end: int

    def moved(self, by: int) -> "Span":
        """Return the stretch that lies `by` characters further on."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, order=True)
class Place:
    """A position as editors count it: line and column from 1, in characters."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True)
class SourceText:
    """A file's content and the name to call it by in messages."""

    path: str
    content: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.content))]

    def place(self, offset: int) -> Place:
        """Return the line and column of `offset`."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def start(self, number: int) -> int:
        """Return the offset at which line `number`, counted from 1, begins."""
        return self._starts[number - 1]

    def line(self, number: int) -> str:
        """Return line `number`, counted from 1, without its end."""
        start = self._starts[number - 1]
        end = _LINE_END.search(self.content, start)
        return self.content[start : end.start() if end else len(self.content)]

    def underline(self, span: Span) -> tuple[str, str]:
        """Return the first line of `span`, printable, and a line of carets to stand below it."""
        place = self.place(span.start)
        line = "".join(char if char.isprintable() else " " for char in self.line(place.line))
        start = min(place.column - 1, len(line))
        marked = line[start : start + span.end - span.start].rstrip() or " "
        before, after = line[:start], line[start + len(marked) :]
        if len(line) > _SHOWN:
            before = _last(before, _SHOWN // 3)
            marked = _first(marked, _SHOWN // 3)
            after = _first(after, _SHOWN - len(before) - len(marked))
        carets = " " * _width(before) + "^" * max(1, _width(marked))
        return f"{before}{marked}{after}".rstrip(), carets


def shortened(text: str, most: int = 40) -> str:
    """Return what a message quotes of a value: its first `most` characters, on one line."""
    return _first(" ".join(text.split()) if "\n" in text else text, most)


_QUOTED = re.compile(r'(?P<quote>["`])(?P<quoted>[^"`]*)(?P=quote)|[^\s"`]+')
_LONGEST_QUOTED = 81  # of the language's own names: a fact, two names of 40 and a point


def with_short_quotes(message: str) -> str:
    """Return `message` with the values that it quotes from the file shortened, and harmless.

    A file could hold what a terminal obeys.
    """
    shown = "".join(each if each.isprintable() or each == "\n" else "\ufffd" for each in message)
    return _QUOTED.sub(_short_quote, shown)


def _short_quote(match: re.Match[str]) -> str:
    quote, value = match["quote"] or "", match["quoted"] or match[0]
    return f"{quote}{shortened(value)}{quote}" if len(value) > _LONGEST_QUOTED else match[0]


def _first(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _last(text: str, length: int) -> str:
    return text if len(text) <= length else f"…{text[len(text) - length + 1 :]}"


def _width(text: str) -> int:
    """Return how many terminal cells `text` takes, so that carets stand below what they mean."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
