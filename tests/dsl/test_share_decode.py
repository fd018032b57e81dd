"""share_decode: how small the one decode of the original may be (rule 19)."""

import pytest

from dsl.compile import compile_source
from steps import plugins

# By what is shown: steps, and the boxes that a smaller decode has to cover.
WAYS = {
    "a box": ("a: { uses: resize, with: { width: 800, height: 600 } }", [(800, 600)]),
    "a side alone": ("a: { uses: resize, with: { width: 800 } }", [(800, 1)]),
    "variants": (
        "a: { uses: resize, variants: { s: { width: 80 }, l: { height: 900 } } }",
        [(80, 1), (1, 900)],
    ),
    "branches": (
        "{ a: { uses: resize, with: { width: 80 } },"
        " b: { uses: resize, from: original, with: { width: 90 } } }",
        [(80, 1), (90, 1)],
    ),
    "what comes behind": (
        "{ a: { uses: resize, with: { width: 80 } }, b: { uses: watermark, with: { text: x } } }",
        [(80, 1)],
    ),
    "every pixel": ("a: { uses: watermark, with: { text: x } }", []),
    "one way of two": (
        "{ a: { uses: resize, with: { width: 80 } },"
        " b: { uses: watermark, from: original, with: { text: x } } }",
        [],
    ),
    "a condition": ("a: { uses: resize, when: picture.alpha, with: { width: 80 } }", []),
    "an error that is passed": (
        "a: { uses: resize, alone: true, on_error: pass, with: { width: 80 } }",
        [],
    ),
    "a width to be filled in": ("a: { uses: resize, with: { width: '${picture.width}' } }", []),
}


@pytest.mark.parametrize(("steps", "boxes"), WAYS.values(), ids=WAYS)
def test_a_smaller_decode_must_serve_the_first_step_of_every_way(
    steps: str, boxes: list[tuple[int, int]]
) -> None:
    """One that does not say what it needs, or not always, needs every pixel."""
    braced = steps if steps.startswith("{") else f"{{ {steps} }}"
    text = f"pipeline: photos\nsteps: {braced}"

    compiled = compile_source(text, "pipeline.yaml", plugins.find())

    assert list(compiled.plan.opening.boxes) == boxes
    assert compiled.unfused.opening == compiled.plan.opening
    (reason,) = (each.reason for each in compiled.decisions if each.made_by == "share_decode")
    assert ("at full scale" in reason) is (boxes == [])
