"""The whole path in one process: the same history as in the cloud, from a file."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from darkroom.history import verify
from darkroom.local.inprocess import process
from darkroom.local.sample import sample_picture
from darkroom.plan import Plan
from steps.testing.sources import gif_bomb, jpeg, png

Photo = Callable[[bytes], Path]


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    """Write a file and return its path."""

    def write(content: bytes) -> Path:
        path = tmp_path / "lake.jpg"
        path.write_bytes(content)
        return path

    return write


def test_the_sample_becomes_three_variants_with_a_whole_history(plan: Plan, photo: Photo) -> None:
    """Uploaded, started, validated, one rendered for each variant, completed; the chain holds."""
    processed = process(photo(sample_picture()), plan)

    verify(processed.history)
    assert [recorded.type.removeprefix("image.") for recorded in processed.history.events] == [
        "uploaded",
        "processing-started",
        "validated",
        "variant-rendered",
        "variant-rendered",
        "variant-rendered",
        "processing-completed",
    ]
    assert processed.image.state == "complete"
    sizes = {}
    for name, content in processed.variants.items():
        with Image.open(io.BytesIO(content)) as opened:
            sizes[name] = opened.size
    assert sizes == {"thumbnail": (150, 150), "medium": (800, 533), "large": (1920, 1280)}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"a text file, renamed", "unsupported_format"),
        (jpeg(200, 100)[:-40], "truncated"),
        (gif_bomb((30_000, 30_000), [(30_000, 30_000)]), "too_many_pixels"),
    ],
    ids=["empty", "text", "cut", "bomb"],
)
def test_a_bad_file_ends_in_one_rejection_with_its_reason(
    plan: Plan, photo: Photo, content: bytes, code: str
) -> None:
    """And offers no variants."""
    processed = process(photo(content), plan)

    assert processed.image.state == "rejected"
    assert processed.variants == {}
    assert [recorded.type for recorded in processed.history.events] == [
        "image.uploaded",
        "image.processing-started",
        "image.rejected",
    ]
    assert f'"code":"{code}"' in processed.history.events[-1].data


def test_the_owners_name_reaches_the_watermark(plan: Plan, photo: Photo) -> None:
    """As it would from the sign-up; without it, the pipeline's own words stand there."""
    path = photo(jpeg(1000, 600))

    nobody, ada = process(path, plan), process(path, plan, "Ada Lovelace")

    assert nobody.variants["thumbnail"] == ada.variants["thumbnail"]
    assert nobody.variants["large"] != ada.variants["large"]
    assert all("Ada" not in recorded.data for recorded in ada.history.events)


def test_variants_keep_the_originals_format(plan: Plan, photo: Photo) -> None:
    """Whatever the file is called."""
    processed = process(photo(png(500, 400, mode="RGBA")), plan)

    for content in processed.variants.values():
        with Image.open(io.BytesIO(content)) as opened:
            assert (opened.format, opened.mode) == ("PNG", "RGBA")


def test_a_file_that_is_not_there_is_an_error(plan: Plan, tmp_path: Path) -> None:
    """Nothing was uploaded."""
    with pytest.raises(FileNotFoundError):
        process(tmp_path / "no-such.jpg", plan)
