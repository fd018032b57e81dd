"""The YAML tree with its places: what `source` reads and everything else looks at."""

from collections.abc import Sequence as Items
from dataclasses import dataclass, replace

from dsl.text import Span

ScalarValue = str | int | float | bool
Json = ScalarValue | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True)
class Scalar:
    """A text, number or yes/no value."""

    span: Span
    value: ScalarValue
    verbatim: int | None  # offset where the value stands letter for letter; None if it does not
    letters: tuple[int, ...] = ()  # offset of each of its characters, if only spaces part them

    def within(self, start: int, end: int) -> Span:
        """Return the place of characters `start` to `end` of a text, or all of it if escaped."""
        if self.verbatim is not None:
            return Span(self.verbatim + start, self.verbatim + end)
        if start < end <= len(self.letters):
            return Span(self.letters[start], self.letters[end - 1] + 1)
        return self.span


@dataclass(frozen=True)
class Sequence:
    """A list."""

    span: Span
    items: tuple["Tree", ...]


@dataclass(frozen=True)
class Entry:
    """A key and its value."""

    key: str
    key_span: Span
    value: "Tree"


@dataclass(frozen=True)
class Mapping:
    """Keys with values, in the order of the file."""

    span: Span
    entries: tuple[Entry, ...]
    whole: bool = True  # whether every key could be read

    def get(self, key: str) -> Entry | None:
        """Return the entry called `key`, or None."""
        return next((entry for entry in self.entries if entry.key == key), None)


@dataclass(frozen=True)
class Unreadable:
    """A value that was refused, and reported, as it was read: nothing more is said of it."""

    span: Span


@dataclass(frozen=True)
class Removal:
    """`null`, where an overlay takes a key away; there is none left behind `overlays`."""

    span: Span


Tree = Scalar | Sequence | Mapping | Unreadable | Removal


def readable(tree: Tree) -> bool:
    """Return whether all of `tree` could be read."""
    match tree:
        case Sequence(items=items):
            return all(readable(item) for item in items)
        case Mapping(entries=entries):
            return all(readable(entry.value) for entry in entries)
        case _:
            return isinstance(tree, Scalar)


def moved(tree: Tree, by: int) -> Tree:
    """Return `tree` with all its places `by` characters further on."""
    span = tree.span.moved(by)
    match tree:
        case Scalar(verbatim=verbatim, letters=letters):
            start = None if verbatim is None else verbatim + by
            return replace(
                tree, span=span, verbatim=start, letters=tuple(each + by for each in letters)
            )
        case Sequence(items=items):
            return Sequence(span, tuple(moved(item, by) for item in items))
        case Mapping(entries=entries):
            inner = (Entry(e.key, e.key_span.moved(by), moved(e.value, by)) for e in entries)
            return Mapping(span, tuple(inner), tree.whole)
        case _:
            return replace(tree, span=span)


def plain(tree: Tree) -> Json:
    """Return `tree` as JSON values. What could not be read is an empty text."""
    match tree:
        case Scalar(value=value):
            return value
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Mapping(entries=entries):
            return {entry.key: plain(entry.value) for entry in entries}
        case Unreadable() | Removal():
            return ""


def find(tree: Tree, path: Items[str | int]) -> Span:
    """Return the place of the value at `path`, or of the nearest value that contains it."""
    for step in path:
        match tree:
            case Mapping() if isinstance(step, str) and (entry := tree.get(step)):
                tree = entry.value
            case Sequence(items=items) if isinstance(step, int) and step < len(items):
                tree = items[step]
            case _:
                break
    return tree.span


def kind_of(tree: Tree) -> str:
    """Name what `tree` is, in words a message can use."""
    match tree:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(value=bool()):
            return "a yes/no value"
        case Scalar(value=int() | float()):
            return "a number"
        case _:
            return "a text"
