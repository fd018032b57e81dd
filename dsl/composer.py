"""The parser's events to a tree with places, every deviation from our YAML reported."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dsl import indentation, scalars, slips
from dsl.diagnostics import Report
from dsl.syntax import FLOW_NOTE
from dsl.text import Span
from dsl.tree import (
    Entry,
    Mapping,
    Removal,
    Scalar,
    ScalarValue,
    Sequence,
    Tree,
    Unreadable,
)

_DEEPEST = 20  # levels; a pipeline needs six
_UNTAGGED = (None, "!")
_SMALLEST = (
    "the smallest pipeline: "
    "{ pipeline: photos, steps: { small: { uses: resize, with: { width: 800 } } } }"
)
_OVERLAY = "write what differs: steps: { NAME: { memory: 2048MB } }, or remove the file"


@dataclass(frozen=True)
class _Key:
    name: str
    span: Span


class Composer:
    """Builds the tree from the parser's events."""

    def __init__(self, report: Report, events: Iterator[Event], *, removes: bool) -> None:
        self._report = report
        self._events = events
        self._path: list[str] = []  # the keys above what is being read
        self._removes = removes  # whether `null` takes a key away, as in an overlay

    def document(self) -> Tree | None:
        """Return the root of the first document; None, and a report, if there is none."""
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._check_version(event)
                return self._tree(next(self._events), depth=0)
        self._report.add(
            "Y007",
            Span(0, 0),
            "the file is empty",
            cure=_OVERLAY if self._removes else _SMALLEST,
        )
        return None

    def _check_version(self, event: DocumentStartEvent) -> None:
        if event.version not in (None, (1, 2)):
            self._report.add(
                "Y008",
                span_of(event),
                "this file says that it is not YAML 1.2",
                cure="remove the %YAML line: pipelines are read as YAML 1.2",
            )

    def _tree(self, event: Event, depth: int) -> Tree:
        if isinstance(event, AliasEvent):
            self._report.add(
                "Y003",
                span_of(event),
                f"`*{event.anchor}` repeats a value from elsewhere",
                cure="write the value out: every line of a pipeline says what it means",
            )
            return Unreadable(span_of(event))
        if not self._is_plain(event):
            return self._skip(event)
        if depth > _DEEPEST:
            refuse_depth(event, self._report)
            return self._skip(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, depth)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        raise TypeError(f"the parser's grammar has no {event} here")

    def _is_plain(self, event: Event) -> bool:
        """Refuse an anchor or a tag before a value; return whether the value can be read still."""
        if (anchor := getattr(event, "anchor", None)) is not None:
            span = Span(span_of(event).start, span_of(event).start + len(anchor) + 1)
            self._report.add(
                "Y003",
                span,
                f"`&{anchor}` names a value to repeat it elsewhere",
                cure="remove it: every line of a pipeline says what it means",
            )
        if getattr(event, "tag", None) not in _UNTAGGED:
            span = self._tag_span(event)
            text = self._report.source.content[span.start : span.end]
            self._report.add(
                "Y005",
                span,
                f"`{text}` asks for a type of YAML's",
                cure=self._without_tag(text, span),
            )
            return False
        return True

    def _without_tag(self, text: str, span: Span) -> str:
        """Return the cure for a tag, which may well be meant as `not`."""
        before = self._report.source.content[: span.start].rstrip()
        if before.endswith("when:") and not text.startswith("!!"):
            return f"write not {text[1:]}: `!` begins a tag"
        return "remove it: types come from the plugin's options"

    def _tag_span(self, event: Event) -> Span:
        """Return where the tag before a value stands, behind an anchor if there is one."""
        span = span_of(event)
        written = self._report.source.content[span.start : span.end]
        start = max(0, written.find("!"))
        return Span(span.start + start, span.start + start + len(written[start:].split()[0]))

    def _skip(self, event: Event) -> Tree:
        """Pass over a value, and all that is in it."""
        span = span_of(event)
        open_ends = int(isinstance(event, MappingStartEvent | SequenceStartEvent))
        while open_ends:
            event = next(self._events)
            open_ends += isinstance(event, MappingStartEvent | SequenceStartEvent)
            open_ends -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        return Unreadable(span)

    def _sequence(self, event: SequenceStartEvent, depth: int) -> Tree:
        items: list[Tree] = []
        while not isinstance(inner := next(self._events), SequenceEndEvent):
            items.append(self._tree(inner, depth + 1))
        return Sequence(span_of(event, inner), tuple(items))

    def _mapping(self, event: MappingStartEvent, depth: int) -> Tree:
        entries: dict[str, Entry] = {}
        empty: dict[str, _Key] = {}  # the keys that have no value, neither here nor below
        whole = True
        while not isinstance(inner := next(self._events), MappingEndEvent):
            key = self._key(inner, depth)
            behind = next(self._events)
            self._path.append(key.name if key else "")
            if key and not event.flow_style and self._is_empty(key, behind):
                if key.name not in entries:
                    empty[key.name] = key
                value: Tree | None = Unreadable(key.span)
            else:
                value = self._value(key, behind, bool(event.flow_style), depth + 1)
            self._path.pop()
            if key is None or value is None:
                whole = False
            elif key.name in entries:
                self._report_duplicate(key, entries[key.name].key_span)
            else:
                entries[key.name] = Entry(key.name, key.span, value)
        read = tuple(entries.values())
        for name in reversed(empty):
            read = self._with_lines_below(empty[name], read)
        return Mapping(span_of(event, inner), read, whole)

    def _is_empty(self, key: _Key, event: Event) -> bool:
        """Whether nothing follows a key, be it deeper or what YAML takes for a comment."""
        nothing = isinstance(event, ScalarEvent) and event.style is None and not event.value
        hidden = slips.comment_for(key.span.end, self._report.source)
        return nothing and not _has_properties(event) and hidden is None

    def _with_lines_below(self, key: _Key, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Give an empty key the lines below it, if they lack their indentation alone; report it."""
        at = next(index for index, each in enumerate(entries) if each.key == key.name)
        below = indentation.belonging(key.name, entries[at + 1 :])
        if not below:
            self._refuse_empty(key)
            return entries
        self._report.add(
            "Y006",
            key.span,
            f'"{key.name}" has no value: the lines below it are not indented',
            cure="indent what belongs to it: " + ", ".join(f'"{each.key}"' for each in below),
        )
        inner = Mapping(Span(below[0].key_span.start, below[-1].value.span.end), below)
        held = Entry(key.name, key.span, inner)
        return (*entries[:at], held, *entries[at + 1 + len(below) :])

    def _refuse_empty(self, key: _Key) -> None:
        title = f'"{key.name}" has no value'
        cure = "write one, or null to take the key away" if self._removes else ""
        if self._path == ["steps"] and not self._removes:
            cure = f"write {key.name}: {{ uses: PLUGIN }}, or remove the key"
        self._report.add("Y006", key.span, title, cure=cure or "write one, or remove the key")

    def _value(self, key: _Key | None, event: Event, in_flow: bool, depth: int) -> Tree | None:
        """Return the value of `key`; None, and a report, if the key is the rest of a value."""
        nothing = isinstance(event, ScalarEvent) and event.style is None and not event.value
        if key is None and isinstance(event, AliasEvent):
            return None  # what `<<` merges: that it does was reported
        if key is None or not nothing or _has_properties(event):
            return self._tree(event, depth)
        between = self._report.source.content[key.span.end : span_of(event).end]
        if in_flow and slips.is_slip(key.name):
            slips.refuse_colon(key.span.start, key.name, self._report)
            return None
        if in_flow and ":" not in between:
            meant = slips.quoted(key.span.start, self._report.source)
            self._report.add(
                "D310",
                key.span,
                f'"{key.name}" has no value: `,` ended the one before it',
                cure=f"if the comma is part of it, quote it: {meant}"
                if meant
                else "quote the value before it if the comma is part of it",
                note=FLOW_NOTE,
            )
            return None
        if comment := slips.comment_for(key.span.end, self._report.source):
            slips.refuse_comment(*comment, self._report)
            return Unreadable(key.span)
        self._refuse_empty(key)
        return Unreadable(key.span)

    def _report_duplicate(self, key: _Key, first: Span) -> None:
        self._report.add(
            "P008",
            key.span,
            f'"{key.name}" is defined twice',
            label=f"first defined at {self._report.source.place(first.start)}",
            cure="remove one, or give it another name",
            note="plain YAML would silently drop the first one",
        )

    def _key(self, event: Event, depth: int) -> _Key | None:
        """Return a key's text and place; None, and a report, if it is no key of ours."""
        if not isinstance(event, ScalarEvent):
            tree = self._tree(event, depth + 1)
            if not isinstance(event, AliasEvent):
                self._report.add(
                    "Y009",
                    tree.span,
                    "a key is one word, not a list or mapping",
                    cure="write one word",
                )
            return None
        if not self._is_plain(event):
            return None
        text, span = event.value, span_of(event)
        read = scalars.read(text) if event.style is None else text
        if event.style is None and text == "<<":
            self._report.add(
                "Y004",
                span,
                "`<<` merges another mapping into this one",
                cure="write the keys out: every line of a pipeline says what it means",
            )
            return None
        if isinstance(read, scalars.Refused) and read.code in ("Y006", "Y008"):
            self._report.add(read.code, span, read.title, cure="give the key another name")
            return None
        return _Key(text, span)

    def _scalar(self, event: ScalarEvent) -> Tree:
        span, text = span_of(event), event.value
        if _HALF.search(text):
            title = "half of a character: each \\uD… is one of a pair that YAML does not join"
            cure = "write the character itself, or \\U and its eight digits"
            self._report.add("Y012", span, title, cure=cure)
            return Unreadable(span)
        if event.style is not None:
            return self._placed(event, text)
        if self._removes and text in scalars.WRITTEN_NULLS:
            return Removal(span)
        read = scalars.read(text)
        if isinstance(read, scalars.Refused):
            read = scalars.behind("".join(self._path[-1:]), text, read)
            self._report.add(read.code, span, read.title, cure=read.help)
            return Unreadable(span)
        return self._placed(event, read)

    def _placed(self, event: ScalarEvent, value: ScalarValue) -> Scalar:
        """Return the value with the places of its letters."""
        start = self._verbatim(event)
        letters = self._letters(event) if start is None else ()
        return Scalar(span_of(event), value, start, letters)

    def _letters(self, event: ScalarEvent) -> tuple[int, ...]:
        """Return where each character of a folded value stands; none where escapes hide one."""
        span = span_of(event)
        content = self._report.source.content[: span.end]
        header = event.style in ("|", ">")
        at = content.find("\n", span.start) + 1 if header else span.start + bool(event.style)
        found: list[int] = []
        for letter in event.value:
            if not letter.isspace():
                while at < span.end and content[at].isspace():
                    at += 1
            elif not content[at : at + 1].isspace():
                return ()
            if at >= span.end or not (letter.isspace() or content[at] == letter):
                return tuple(found) if letter.isspace() else ()
            found.append(at)
            at += 1
        return tuple(found)

    def _verbatim(self, event: ScalarEvent) -> int | None:
        """Return where the value stands letter for letter; None where escapes or folds hide it."""
        span = span_of(event)
        start = span.end - len(event.value) - (event.style in ("'", '"'))
        stands_there = self._report.source.content.startswith(event.value, start)
        return start if stands_there and start >= span.start else None


_HALF = re.compile("[\ud800-\udfff]")


def _has_properties(event: Event) -> bool:
    """Whether an anchor or a tag stands before a value."""
    return any(getattr(event, name, None) is not None for name in ("anchor", "tag"))


def refuse_depth(event: Event, report: Report) -> None:
    """Report that the text is nested too deeply at `event`."""
    title = f"more than {_DEEPEST} levels of nesting"
    report.add("Y011", span_of(event), title, cure="a pipeline needs six at most")


def span_of(event: Event, last: Event | None = None) -> Span:
    """Return the place of an event, or of all from it to `last`."""
    end = (last or event).end_mark
    if event.start_mark is None or end is None:
        raise TypeError("the parser marks every event")
    return Span(event.start_mark.index, end.index)
