"""Reading one mapping of the pipeline file: which keys it may have, and values of a shape."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Table

from dsl.diagnostics import Report
from dsl.model import Given, Name
from dsl.slips import is_slip, refuse_colon
from dsl.suggest import did_you_mean, nearest
from dsl.text import Span
from dsl.tree import Entry, Mapping, Scalar, Sequence, Tree, Unreadable, kind_of

_WORD = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_WORD = 40  # characters: names meet in state names (80), function names (64) and keys


def check_keys(mapping: Mapping, known: Table[str, str], of: str, report: Report) -> None:
    """Refuse keys that `of` does not have."""
    for entry in strays(mapping, known):
        refuse_key(entry, known, of, report)


def strays(mapping: Mapping, known: Table[str, str]) -> tuple[Entry, ...]:
    """Return the entries whose keys are not of the language."""
    return tuple(each for each in mapping.entries if each.key not in known)


def refuse_key(
    entry: Entry, known: Table[str, str], of: str, report: Report, note: str = ""
) -> None:
    """Report a key that `of` does not have."""
    report.add(
        "P013",
        entry.key_span,
        f'{of} has no key "{entry.key}"',
        cure=did_you_mean(entry.key, known, "use one of those listed, or remove it"),
        allowed=tuple(known),
        note=note,
    )


def missing(mapping: Mapping, key: str, of: str, report: Report, *, at: Span, cure: str) -> None:
    """Report a key that has to be there, unless it is there mistyped, which is reported too."""
    if is_missing(mapping, key):
        report.add("P014", at, f'{of} has no "{key}"', cure=cure)


def is_missing(mapping: Mapping, key: str) -> bool:
    """Whether a key is not there: neither mistyped nor among what cannot be read."""
    meant = any(nearest(entry.key, (key,)) for entry in mapping.entries)
    return mapping.whole and not meant


def as_mapping(entry: Entry, cure: str, report: Report) -> Mapping | None:
    """Return the entry's value if it is a mapping; None, and a report, if not."""
    if isinstance(entry.value, Mapping):
        return entry.value
    _wrong_shape(entry, "a mapping", cure, report)
    return None


def as_given(entry: Entry | None, cure: str, report: Report) -> Given | None:
    """Return the options behind the entry, and its key; None, and a report, if there are none."""
    mapping = as_mapping(entry, cure, report) if entry else None
    return Given(entry.key_span, mapping) if entry and mapping else None


def as_text(entry: Entry, cure: str, report: Report) -> Name | None:
    """Return the entry's value if it is a text; None, and a report, if not."""
    if isinstance(entry.value, Scalar) and isinstance(entry.value.value, str):
        return Name(entry.value.value, entry.value.span)
    _wrong_shape(entry, "a text", cure, report)
    return None


def as_scalar(entry: Entry, cure: str, report: Report) -> Scalar | None:
    """Return the entry's value if it is no list or mapping; None, and a report, if it is."""
    if isinstance(entry.value, Scalar):
        return entry.value
    _wrong_shape(entry, "one value", cure, report)
    return None


def as_names(entry: Entry, cure: str, report: Report) -> tuple[Name, ...] | None:
    """Return the entry's value if it is a list of texts; None, and a report, if not."""
    if not isinstance(entry.value, Sequence):
        _wrong_shape(entry, "a list", cure, report)
        return None
    names = []
    for item in entry.value.items:
        if isinstance(item, Scalar) and item.value == "":
            title = f"a name in `{entry.key}` is empty"
            report.add("P023", item.span, title, cure="remove it, or write a name")
        elif isinstance(item, Scalar) and isinstance(item.value, str):
            names.append(Name(item.value, item.span))
        elif not isinstance(item, Unreadable):
            title = f'"{entry.key}" lists names, this is {kind_of(item)}'
            report.add("P015", item.span, title, cure=cure)
    return tuple(names)


def refuse_choice(name: Name, key: str, allowed: tuple[str, ...], report: Report) -> None:
    """Report a word that is none of those that `key` takes."""
    cure = did_you_mean(name.text, allowed, "write one of those allowed")
    title = f'"{name.text}" is no value of `{key}`'
    report.add("P003", name.span, title, cure=cure, allowed=allowed)


def as_word(name: Name, of: str, report: Report, reserved: Iterable[str] = ()) -> Name | None:
    """Return `name` if it is a word of rule 7 with no other meaning; None, and a report, if not."""
    if not _WORD.fullmatch(name.text) or len(name.text) > LONGEST_WORD:
        report.add(
            "P016",
            name.span,
            f'"{name.text}" cannot be {of}',
            cure=f"write {word_like(name.text) or 'a word, such as small'}",
            note="a name is a small letter, then small letters, digits and _, "
            f"at most {LONGEST_WORD}",
        )
        return None
    if name.text in reserved:
        title = f'"{name.text}" means something else already, and cannot be {of}'
        report.add("P017", name.span, title, cure=f"write my_{name.text}, or a better name")
        return None
    return name


def word_like(text: str) -> str:
    """Return the word nearest to `text`, or "" if nothing is left of it."""
    word = re.sub(r"[^a-z0-9]+", "_", text.lower())[:LONGEST_WORD].strip("_")
    return f"w{word}" if word[:1].isdigit() else word


def _wrong_shape(entry: Entry, wanted: str, cure: str, report: Report) -> None:
    found: Tree = entry.value
    if isinstance(found, Unreadable):
        return
    span = found.span if isinstance(found, Scalar) else entry.key_span
    if isinstance(found, Scalar) and is_slip(found.value):
        refuse_colon(found.span.start, str(found.value), report)
        return
    title = f'"{entry.key}" is {wanted}, this is {kind_of(found)}'
    report.add("P015", span, title, cure=cure)
