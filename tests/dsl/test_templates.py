"""`${…}` in options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.plan import Environment, fill
from dsl import templates
from dsl.diagnostics import Report
from dsl.expressions import Known, Scope
from dsl.text import SourceText, Span
from dsl.tree import Scalar

SCOPE = Scope({"image.id": Known("text"), "image.width": Known("int")})
VALUES: Environment = {"image.id": "01H", "image.width": 640}


def read(text: str) -> templates.Filling | str | None:
    report = Report(SourceText("file", text))
    found = templates.read(Scalar(Span(0, len(text)), text, 0), SCOPE, report)
    assert (found is None) == bool(report)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${image.width}", 640),
        ("${ image.id }", "01H"),
        ("${image.id}!", "01H!"),
        ("a ${image.id} is ${image.width} wide", "a 01H is 640 wide"),
        ("$${image.id} ${image.id}", "${image.id} 01H"),
        ("${'}'}${image.id}", "}01H"),
        ("$ $$ } ${image.id}", "$ $$ } 01H"),
    ],
)
def test_a_template_is_filled(text: str, expected: object) -> None:
    """An expression alone keeps its type; within text it becomes text."""
    found = read(text)

    assert isinstance(found, templates.Filling)
    assert fill(found.template, VALUES) == expected


@given(text=st.text())
def test_a_text_without_an_opening_is_itself(text: str) -> None:
    """Dollar signs and braces alone mean nothing."""
    assert read(text.replace("${", "$ {")) == text.replace("${", "$ {")


@given(text=st.text())
def test_any_text_can_be_written(text: str) -> None:
    """`$${` writes `${`, wherever it stands."""
    assert read(text.replace("${", "$${")) == text
