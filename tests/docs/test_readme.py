"""What README.md shows is what happens."""

import re
from pathlib import Path

import pytest

from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from steps.encoding import ENCODER_VERSION
from steps.opening import OPENING_VERSION
from steps.plugins import find

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("examples/*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.is_file()
)


def test_its_pipeline_is_the_one_that_the_tests_know() -> None:
    """pipeline.yaml itself is the team's to edit: no test depends on what stands there."""
    (shown,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    shipped = (ROOT / "tests" / "photos.yaml").read_text("utf-8")

    plan = compile_source(shown, "README.md", find()).plan

    assert plan.digest == compile_source(shipped, "pipeline.yaml", find()).plan.digest


def test_its_mistake_is_told_in_these_words() -> None:
    """The message is the compiler's, to the letter, but for the line that declares the options."""
    shipped = (ROOT / "tests" / "photos.yaml").read_text("utf-8")

    with pytest.raises(PipelineRefused) as refused:
        compile_source(shipped.replace("{ width: 800 }", "{ widht: 800 }"), "pipeline.yaml", find())

    message = refused.value.render().rpartition("\n\n")[0].strip()
    assert f"```\n{_without_lines(message)}\n```" in _without_lines(README)


def test_its_demo_shows_the_versions_that_there_are() -> None:
    """Of each step in the recipes, as a demo of today tells them."""
    versions = {"open": OPENING_VERSION, "encode": ENCODER_VERSION}
    versions |= {name: found.version for name, found in find().items()}

    shown = re.findall(r"([a-z_]+) v(\d+)", README)

    assert {name for name, _ in shown} == {"open", "resize", "watermark", "encode"}
    assert all(versions[name] == int(version) for name, version in shown)


def _without_lines(text: str) -> str:
    return re.sub(r"declared in (\S+\.py):\d+", r"declared in \1", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_name_targets_and_files_that_exist(page: Path) -> None:
    """Each `make target` is in the Makefile, each relative link leads somewhere."""
    text = page.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    named = set(re.findall(r"(?:`|^\$ )make ([a-z-]+)", text, re.MULTILINE))
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]

    assert named <= targets
    assert [link for link in links if not (page.parent / link).exists()] == []
