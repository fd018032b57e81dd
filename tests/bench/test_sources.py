"""The bench's originals and jobs: the same on every machine, and what pipelines accept."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bench import sources
from bench.cases import CASES, Case, Output
from bench.contenders import darkroom, pillow
from bench.jobs import job


def test_a_photo_is_the_same_each_time() -> None:
    """Numbers of two runs are of the same pixels."""
    assert sources.photo((90, 60)).tobytes() == sources.photo((90, 60)).tobytes()


def test_a_photo_takes_as_many_bytes_as_a_cameras() -> None:
    """0.3 to 0.6 MB a megapixel: a smoother one would flatter who decodes more often."""
    assert 0.3 < len(sources.jpeg((900, 600))) / 540_000 < 0.6


def test_a_source_that_is_there_is_not_drawn_again(tmp_path: Path) -> None:
    """Drawing the largest takes longer than to measure it."""
    (tmp_path / "animation.gif").write_bytes(b"drawn")

    assert sources.made("animation.gif", tmp_path).read_bytes() == b"drawn"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_contenders_make_the_same_outputs(case: Case, tmp_path: Path) -> None:
    """As many, of the same sizes, formats and frames. Plain pyvips is not let in beside us."""
    small = replace(case, outputs={"a": Output(40, 40, cover=not case.animated), "b": Output(90)})
    source = tmp_path / case.source
    source.write_bytes(_drawn(case))
    given = job(small, source, 0)

    ours, theirs = (
        [_shape(content) for content in contender.start(vars(given))()]
        for contender in (darkroom, pillow)
    )

    assert ours == theirs
    assert len(ours) == 2


def _drawn(case: Case) -> bytes:
    size = 120, 120
    match case.source.rpartition(".")[2]:
        case "gif":
            return sources.gif(size, 3)
        case "png":
            return sources.png(size)
        case _:
            return sources.jpeg(size)


def _shape(content: bytes) -> tuple[str | None, tuple[int, int], int]:
    with Image.open(BytesIO(content)) as image:
        return image.format, image.size, getattr(image, "n_frames", 1)
