"""YAML to a tree with places: values by YAML 1.2, every value where it stands."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl import source
from dsl.diagnostics import Report
from dsl.text import SourceText
from dsl.tree import Mapping, Scalar, Sequence, Tree, find, kind_of, plain, readable


def read(text: str) -> tuple[Mapping, Report]:
    report = Report(SourceText("file.yaml", text))
    tree = source.read(report)
    assert tree is not None, [each.title for each in report]
    return tree, report


def value_of(text: str) -> object:
    tree, report = read(f"key: {text}\n")
    assert not list(report)
    return plain(tree.entries[0].value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("y", "y"),
        ("0", 0),
        ("-0", 0),
        ("12", 12),
        ("+12", 12),
        ("0x1F", 31),
        ("0o17", 15),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("25MB", "25MB"),
        ("2026-11-23", "2026-11-23"),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ('"yes"', "yes"),
        ('"tab\\tand \\u00e9"', "tab\tand é"),
        ("[1, a, 'b']", [1, "a", "b"]),
        ("{ a: 1, b: { c: true } }", {"a": 1, "b": {"c": True}}),
        ("|\n  two\n  lines", "two\nlines\n"),
        ("two\n  lines", "two lines"),
        ("''", ""),
    ],
)
def test_a_value_is_read_by_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    """And is of exactly that type: 1 is no true, and 5.0 no 5."""
    found = value_of(text)

    assert (found, type(found)) == (value, type(value))


@given(
    number=st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15).map(lambda each: round(each, 4))
)
def test_a_number_is_read_as_python_writes_it(number: float) -> None:
    """Exactly, for whole numbers and decimals alike."""
    assert value_of(repr(number)) == number


def scalars(tree: Tree) -> Iterator[Scalar]:
    match tree:
        case Scalar():
            yield tree
        case Sequence(items=items):
            for item in items:
                yield from scalars(item)
        case Mapping(entries=entries):
            for entry in entries:
                yield from scalars(entry.value)


TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=8)


@given(values=st.lists(TEXTS, min_size=1, max_size=4))
def test_a_verbatim_value_stands_where_it_says(values: list[str]) -> None:
    """So that a caret can point at one word within it."""
    content = "list:\n" + "".join(
        f"  - '{value.replace(chr(39), chr(39) * 2)}'\n" for value in values
    )
    tree, _ = read(content)

    for scalar in scalars(tree):
        if scalar.verbatim is not None:
            text = str(scalar.value)
            assert content[scalar.verbatim : scalar.verbatim + len(text)] == text
        else:
            assert "'" in str(scalar.value)
    assert plain(tree) == {"list": values}


def test_a_path_leads_to_the_nearest_place() -> None:
    """To the value itself, or to what contains it if it is not there."""
    text = "a: { b: [1, 2] }\n"
    tree, _ = read(text)

    places = {
        path: find(tree, path)
        for path in [("a", "b", 1), ("a", "b", 7), ("a", "c"), ("a", "b", "x")]
    }

    assert {path: text[span.start : span.end] for path, span in places.items()} == {
        ("a", "b", 1): "2",
        ("a", "b", 7): "[1, 2]",
        ("a", "c"): "{ b: [1, 2] }",
        ("a", "b", "x"): "[1, 2]",
    }


def test_what_was_refused_is_marked_as_unreadable() -> None:
    """So that nothing more is said of it; the rest of the file is read."""
    tree, report = read("a: yes\nb: [1, *c]\nd: ok\n")

    assert [each.code for each in report] == ["Y008", "Y003"]
    assert [readable(entry.value) for entry in tree.entries] == [False, False, True]
    assert plain(tree) == {"a": "", "b": [1, ""], "d": "ok"}


def test_kinds_are_named_in_words() -> None:
    """As messages use them."""
    tree, _ = read("a: {}\nb: []\nc: true\nd: 1\ne: x\n")

    assert [kind_of(entry.value) for entry in tree.entries] == [
        "a mapping",
        "a list",
        "a yes/no value",
        "a number",
        "a text",
    ]
