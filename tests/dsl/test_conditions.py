"""Conditions that say nothing, or ask for what cannot be."""

import pytest

from darkroom.plan.expressions import Constant, Else
from dsl.compile import compile_source
from dsl.diagnostics import Diagnostic, PipelineRefused
from dsl.expressions.parser import parse
from dsl.expressions.syntax import ExpressionError
from steps.plugins import find
from tests.dsl.conftest import Compile
from tests.examples.stubs import with_stubs

HEAD = "pipeline: photos\naccept: { formats: [gif, png], max_frames: 1, tags: [plan] }\nsteps:\n"
STEP = '  grey: {{ uses: greyscale, when: "{}" }}\n'


def mistake(condition: str, compiled: Compile) -> Diagnostic:
    with pytest.raises(PipelineRefused) as refused:
        compiled(HEAD + STEP.format(condition))
    (told,) = refused.value.diagnostics
    return told


@pytest.mark.parametrize(
    ("condition", "never", "cure"),
    [
        ("picture.format == 'jpg'", "'jpg'", 'did you mean "jpeg"?'),
        ("'JPEG' != image.format", "'JPEG'", 'did you mean "jpeg"?'),
        ("picture.format in ['png', 'photo']", "'photo'", "use one of those listed"),
    ],
)
def test_a_format_is_compared_with_formats_only(
    condition: str, never: str, cure: str, compiled: Compile
) -> None:
    """The word itself is pointed at, and the nearest of those that there are is told."""
    told = mistake(condition, compiled)

    assert told.code == "P003"
    assert f"is never {never}" in told.title
    assert told.help == cure
    assert "jpeg" in told.allowed


def test_a_text_that_anybody_writes_is_compared_with_any(compiled: Compile) -> None:
    """A tag's values are the uploader's, and a fallback is the author's."""
    assert compiled(HEAD + STEP.format("image.tags.plan else 'free' == 'gold'")).notes == ()


@pytest.mark.parametrize("condition", ["picture.format in []", "exists(image.tenant)"])
def test_what_is_the_same_for_every_picture_is_refused(condition: str, compiled: Compile) -> None:
    """Whatever is accepted."""
    assert mistake(condition, compiled).code == "P032"


@pytest.mark.parametrize(("most", "notes"), [("max_frames: 1", ["P032"]), ("max_frames: 9", [])])
def test_what_is_so_by_what_is_accepted_is_noted(
    most: str, notes: list[str], compiled: Compile
) -> None:
    """It compiles: an overlay may accept more."""
    text = HEAD.replace("max_frames: 1", most) + STEP.format("picture.frames > 1")

    assert [note.code for note in compiled(text).notes] == notes


@pytest.mark.parametrize(("when", "notes"), [("", ["P032"]), (", when: picture.alpha", [])])
def test_a_refusal_of_every_image_is_noted(when: str, notes: list[str], compiled: Compile) -> None:
    """A bare `reject` makes a pipeline that renders nothing, ever."""
    step = f"  refuse: {{ uses: reject, with: {{ reason: unsafe }}{when} }}\n"
    text = HEAD + step + "  grey: { uses: greyscale }\n"

    assert [note.code for note in compile_source(text, "x.yaml", find()).notes] == notes


LISTED = HEAD + (
    "  faces: { uses: detect_faces, on_error: pass }\n"
    '  hide: { uses: blur, with: { radius: 5%, boxes: "${faces.boxes else FALLBACK}" } }\n'
)


def test_a_list_that_may_be_missing_is_empty_then() -> None:
    """The cure of D303 for lists is one that compiles."""
    text = LISTED.replace("FALLBACK", "[]")
    (faces,) = compile_source(text, "x.yaml", with_stubs()).plan.nodes
    (hide,) = faces.next

    assert hide.templates["boxes"].template == (
        Else(name="faces.boxes", fallback=Constant(value=())),
    )


def test_a_list_of_one_s_own_cannot_stand_in_for_facts() -> None:
    """Facts list models; expressions write texts and numbers."""
    with pytest.raises(PipelineRefused) as refused:
        compile_source(LISTED.replace("FALLBACK", "[1, 2]"), "x.yaml", with_stubs())
    (told,) = refused.value.diagnostics

    assert (told.code, told.help) == ("P021", "write else []")


def test_whole_numbers_end_where_machine_and_runner_would_differ() -> None:
    """JSONata counts in doubles: 2**53 + 1 is 2**53 there."""
    assert parse(str(2**53 - 1))
    assert parse(str(1 - 2**53))
    for number in (2**53, 2**53 + 1, -(2**53), 10**400):
        with pytest.raises(ExpressionError, match="too large to be kept exactly"):
            parse(str(number))
