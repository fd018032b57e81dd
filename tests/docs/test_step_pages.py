"""docs/steps: every plugin has a page, and it says what the code does. `make docs` writes them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ImageChops, ImageStat

from steps.plugins import find
from tests.docs.step_pages import SHOWN, before_and_after, decoded, overview, page

FOLDER = Path(__file__).parents[2] / "docs" / "steps"
STEPS = find()


@pytest.mark.parametrize("name", STEPS)
def test_a_step_has_its_page(name: str, expect: Callable[[Path, str], None]) -> None:
    """What it does, its options, its facts, its codes and its cost."""
    expect(FOLDER / f"{name}.md", page(STEPS[name]))


def test_the_overview_lists_every_step(expect: Callable[[Path, str], None]) -> None:
    """Each with a link to its page."""
    expect(FOLDER / "README.md", overview(STEPS))


@pytest.mark.parametrize("name", STEPS)
def test_a_page_shows_what_the_step_makes(name: str, pytestconfig: pytest.Config) -> None:
    """The picture on the page looks like what comes of the sample now."""
    made, path = before_and_after(STEPS[name]), FOLDER / f"{name}.jpg"
    if pytestconfig.getoption("--golden") and made is not None:
        path.write_bytes(made)

    assert path.exists() == (made is not None)
    if made is not None:
        now, then = decoded(made), decoded(path.read_bytes())
        assert now.size == then.size
        assert max(ImageStat.Stat(ImageChops.difference(now, then)).mean) < 2


def test_nothing_is_left_of_a_step_that_is_gone() -> None:
    """Pages and pictures are those of the plugins that there are."""
    pages = {path.stem for path in FOLDER.iterdir()} - {"README"}

    assert pages == set(STEPS)
    assert set(SHOWN) <= set(STEPS)
