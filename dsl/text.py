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

    def line(self, number: int) -> str:
        """Return line `number`, counted from 1, without its end."""
        start = self._starts[number - 1]
        end = _LINE_END.search(self.content, start)
        return self.content[start : end.start() if end else len(self.content)]

    def underline(self, span: Span) -> tuple[str, str]:
        """Return the first line of `span` and, in a second text of the same width, its carets."""
        place = self.place(span.start)
        line = self.line(place.line)
        start = min(place.column - 1, len(line))
        end = max(start + 1, len(line[: start + span.end - span.start].rstrip()))
        cut = max(0, end - _SHOWN) if len(line) > _SHOWN else 0
        cut = min(cut, start)
        shown = line[cut : cut + _SHOWN]
        stop = min(end - cut, max(len(shown), start - cut + 1))
        carets = " " * _width(shown[: start - cut]) + "^" * max(
            1, _width(shown[start - cut : stop]) or 1
        )
        return "".join(" " if char == "\t" or not char.isprintable() else char for char in shown), (
            carets
        )


def _width(text: str) -> int:
    """Return how many terminal cells `text` takes, so that carets stand below what they mean."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
