"""What the pages show of pipelines compiles: whoever copies it has something that works."""

import re
from pathlib import Path

import pytest

from dsl.compile import compile_source
from dsl.text import SourceText
from steps.plugins import find

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
LANGUAGE = (DOCS / "language.md").read_text("utf-8")


def blocks(page: str) -> list[str]:
    """Return the YAML that a page shows, block by block."""
    return re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)


def test_the_overlay_of_the_page_fits_the_shipped_pipeline() -> None:
    """It spares the largest variant, and gives one step more memory."""
    shipped = (ROOT / "tests" / "photos.yaml").read_text("utf-8")
    (overlay,) = blocks(LANGUAGE)

    compiled = compile_source(
        shipped, "pipeline.yaml", find(), SourceText("pipeline.dev.yaml", overlay)
    )

    assert compiled.outputs == ("thumbnail", "medium")
    assert compiled.plan.stages[0].memory_mb == 3008


def test_the_smallest_pipeline_of_the_page_is_a_whole_one() -> None:
    """Name it, and it compiles."""
    (steps,) = re.findall(r"`(steps: \{.*?\} \} \})`", LANGUAGE)

    assert compile_source(f"pipeline: photos\n{steps}\n", "x.yaml", find()).outputs == ("small",)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((DOCS / "steps").glob("*.md")) if blocks(path.read_text("utf-8"))],
    ids=lambda path: path.stem,
)
def test_the_entry_on_a_step_page_compiles(path: Path) -> None:
    """It is an entry of `steps:`, to be copied as it is."""
    (entry,) = blocks(path.read_text("utf-8"))
    text = f"pipeline: photos\nsteps:\n{entry}"

    assert compile_source(text, "pipeline.yaml", find()).plan.opening
