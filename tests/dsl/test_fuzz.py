"""Whatever the file holds, the compiler answers with its own diagnostics or with a plan."""

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from dsl.compile import Compiled
from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from tests.dsl.layers import compile_layers

FIXTURES = Path(__file__).parent / "fixtures"
TEXTS = [path.read_text("utf-8") for path in sorted(FIXTURES.glob("*/*.yaml"))]
PIECES = [
    *"{}[],:?&*!|>'\"%@`#-=<>()$\\\t\n\r\x00\x85\u2028\ufeff",
    "  ",
    "\n\n",
    "- ",
    ": ",
    "<<: ",
    "null",
    "~",
    "yes",
    "1e999",
    "0o17",
    ".nan",
    "16:9",
    "${",
    "}",
    "'",
    "not ",
    " in [",
    "---\n",
    "...\n",
    "%YAML 1.3\n",
    "!!binary ",
    "&a ",
    "*a",
    "uses",
    "variants",
    "only",
    "\n# pipeline.dev.yaml\n",
    "from: ",
    "from: original",
    "from: sizes.large",
    "on_error: drop",
    "on_error: pass",
    "alone: true",
    "engine: standard",
    "defaults: { timeout: 5s }",
    "tags: [plan]",
    "image.tags.plan",
    "picture.name",
    "-" * 50,
    "9" * 5000,
    "[" * 500,
    "(" * 100,
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A real pipeline file after a few accidents of editing."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        piece = draw(
            st.sampled_from(PIECES)
            | st.text(max_size=5)
            | st.sampled_from(TEXTS).flatmap(
                lambda other: st.sampled_from(other.splitlines() or [""])
            )
        )
        text = text[:start] + piece + text[end:]
    return text


def answer(text: str, plugins: Plugins) -> Compiled | str:
    try:
        return compile_layers(text, plugins)
    except PipelineRefused as refused:
        return refused.render() if refused.diagnostics else "refused, and nothing said"


@given(text=mutated())
def test_no_accident_of_editing_breaks_the_compiler(text: str, plugins: Plugins) -> None:
    """Random mutations of good and bad files."""
    assert answer(text, plugins) != "refused, and nothing said"


@given(text=st.text())
@example(text="")
@example(text="\ufeff")
@example(text="\ufeffpipeline: a\n")
@example(text="? ")
@example(text="[" * 5000)
@example(text="- " * 2000)
@example(text="{a: " * 2000)
@example(text="a: " + "9" * 5000)
@example(text="? [a]\n: b")
@example(text="a: !<tag:x> b")
@example(text="a: ! b")
@example(text="!x\n&y\n")
@example(text="a: b\r\nc: d\x85e: f\u2028")
def test_no_text_at_all_breaks_the_compiler(text: str, plugins: Plugins) -> None:
    """Nor does what was never a pipeline."""
    assert answer(text, plugins) != "refused, and nothing said"


@given(text=mutated())
def test_the_same_text_gets_the_same_answer(text: str, plugins: Plugins) -> None:
    """Compiling is a function of the text and the plugins."""
    assert answer(text, plugins) == answer(text, plugins)
