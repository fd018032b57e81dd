"""reject refuses an image on what facts say, with a reason."""

from pathlib import Path

import pytest
from hypothesis import given

from darkroom.local.inprocess import process
from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from steps import plugins
from steps.contract import Rejected
from steps.picture import Picture
from steps.reject import RejectOptions, reject
from steps.testing import options_for, pictures
from steps.testing.sources import jpeg

PIPELINE = """pipeline: p
steps:
  small: { uses: reject, when: picture.width < 200, with: { reason: too small } }
  web: { uses: resize, with: { width: 100 } }
"""


@given(picture=pictures(), options=options_for(RejectOptions))
def test_every_picture_that_comes_is_refused(picture: Picture, options: RejectOptions) -> None:
    """`when` decides which ones come."""
    assert reject(picture, options) == Rejected("refused", {"reason": options.reason})


@pytest.mark.parametrize(("width", "offered"), [(300, ("web",)), (150, ())])
def test_the_condition_decides_and_the_reason_is_told(
    width: int, offered: tuple[str, ...], tmp_path: Path
) -> None:
    """A refused image offers nothing, and its history says why."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(jpeg(width, 100))

    done = process(photo, compile_source(PIPELINE, "pipeline.yaml", plugins.find()).plan)

    assert tuple(done.variants) == offered
    assert ("too small" in repr(done.history)) == (not offered)


def test_it_stands_above_every_fork() -> None:
    """Below one, other pictures of a refused image would be there already (rule 16)."""
    text = PIPELINE + "  wide: { uses: reject, from: original, with: { reason: any } }\n"

    with pytest.raises(PipelineRefused) as refused:
        compile_source(text, "pipeline.yaml", plugins.find())

    assert {each.code for each in refused.value.diagnostics} == {"D301"}
