"""encodings: which format a picture may have at its output, and how many frames (rule 9)."""

import pytest

from dsl.diagnostics import PipelineRefused
from tests.dsl.conftest import Compile

ANIMATIONS = "pipeline: p\naccept: { formats: [gif, png], max_frames: 300 }\nsteps:\n"
JPEG = "{ uses: convert, with: { format: jpeg } }"


def told(body: str, compiled: Compile) -> str:
    """Return what the pass says of the outputs."""
    decisions = compiled(ANIMATIONS + body).decisions
    return next(each.reason for each in decisions if each.made_by == "encodings")


@pytest.mark.parametrize(
    ("body", "formats"),
    [
        ("  a: { uses: greyscale }\n", "a as gif or png"),
        ("  a: { uses: convert, with: { format: webp } }\n", "a as webp"),
        (
            "  a: { uses: convert, with: { format: webp } }\n"
            "  b: { uses: convert, with: { format: gif } }\n",
            "b as gif",
        ),
        (
            "  a: { uses: convert, when: picture.alpha, with: { format: webp } }\n",
            "a as gif or png or webp",
        ),
        (
            "  a: { uses: convert, on_error: pass, with: { format: webp } }\n",
            "a as gif or png or webp",
        ),
        (
            "  a: { uses: convert, with: { format: '${image.tenant}' } }\n",
            "a as jpeg or png or gif or webp or avif",
        ),
        (
            "  a: { uses: greyscale }\n"
            "  b: { uses: convert, from: a, with: { format: webp } }\n"
            "  c: { uses: greyscale, from: original }\n",
            "a, c as gif or png; b as webp",
        ),
    ],
    ids=["none", "one", "the last", "conditional", "passing", "filled in", "branches"],
)
def test_the_last_choice_on_the_way_counts(body: str, formats: str, compiled: Compile) -> None:
    """Where a choice may be passed by, what was chosen before counts too."""
    assert told(body, compiled) == formats


@pytest.mark.parametrize(
    "above",
    [
        "  s: { uses: convert, with: { format: gif, frames: first } }\n",
        "  s: { uses: validate, with: { max_frames: 1 } }\n",
        "  s: { uses: poster, when: picture.frames == 1 }\n"
        "  t: { uses: convert, with: { format: png, frames: first } }\n",
    ],
    ids=["the first frame", "validated", "not for sure"],
)
def test_a_picture_of_one_frame_can_be_a_jpeg(above: str, compiled: Compile) -> None:
    """What a step above has made of it counts, not what was accepted."""
    assert told(f"{above}  a: {JPEG}\n", compiled).endswith("a as jpeg")


@pytest.mark.parametrize("condition", ["picture.frames == 1", "not (image.frames > 1)"])
def test_a_condition_on_the_frames_is_taken_to_know_why(condition: str, compiled: Compile) -> None:
    """Stills become jpegs, animations go by."""
    step = JPEG.replace("with", f"when: {condition}, with")

    assert told(f"  a: {step}\n", compiled) == "a as gif or png or jpeg"


@pytest.mark.parametrize(
    "body",
    [
        f"  a: {JPEG.replace('with', 'when: picture.alpha, with')}\n",
        "  s: { uses: convert, when: picture.alpha, with: { format: gif, frames: first } }\n"
        f"  a: {JPEG}\n",
        "  s: { uses: convert, on_error: pass, with: { format: gif, frames: first } }\n"
        f"  a: {JPEG}\n",
        f"  s: {JPEG.replace('jpeg', 'jpeg, frames: first')}\n  a: {{ uses: greyscale }}\n"
        f"  b: {JPEG.replace('{ uses', '{ from: original, uses')}\n",
    ],
    ids=["another condition", "maybe the first", "the first or an error", "another way"],
)
def test_frames_that_may_come_are_refused(body: str, compiled: Compile) -> None:
    """A step that takes the first frame has to be passed for sure, and on the same way."""
    with pytest.raises(PipelineRefused) as refused:
        compiled(ANIMATIONS + body)

    assert [each.code for each in refused.value.diagnostics] == ["D309"]


def test_formats_without_animations_have_one_frame(compiled: Compile) -> None:
    """Whatever max_frames says: of others, an original of several frames is refused."""
    text = ANIMATIONS.replace("gif", "jpeg") + f"  a: {JPEG}\n"

    assert compiled(text).outputs == ("a",)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (f"  s: {JPEG.replace('jpeg', 'gif, frames: frist')}\n  a: {JPEG}\n", "P003"),
        (f"  s: {{ uses: convret, with: {{ format: gif }} }}\n  a: {JPEG}\n", "P001"),
        (f"  a: {JPEG.replace('with', 'when: picture.frames = 1, with')}\n", "P020"),
    ],
    ids=["an option", "a plugin", "a condition"],
)
def test_a_mistake_has_no_consequences(body: str, code: str, compiled: Compile) -> None:
    """What a step with a mistake would have made of the frames is not known."""
    with pytest.raises(PipelineRefused) as refused:
        compiled(ANIMATIONS + body)

    assert [each.code for each in refused.value.diagnostics] == [code]
