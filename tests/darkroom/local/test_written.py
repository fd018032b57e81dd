"""Variants take the place of those of the run before, and of nothing else."""

import subprocess
from pathlib import Path

import pytest

from darkroom.local.written import LIST, replaced


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_what_the_run_before_wrote_is_gone(tmp_path: Path) -> None:
    """A variant that the pipeline has no more, and one that has another format by now."""
    folder = tmp_path / "lake.jpg"
    replaced(folder, {"small.jpg": b"1", "large.jpg": b"2"})

    paths = replaced(folder, {"small.webp": b"3"})

    assert paths == (folder / "small.webp",)
    assert names(folder) == {"small.webp", LIST}
    assert paths[0].read_bytes() == b"3"


def test_files_of_others_stay(tmp_path: Path) -> None:
    """Also those by the name of a variant, and variants that somebody has changed."""
    replaced(tmp_path, {"small.jpg": b"1", "large.jpg": b"2"})
    (tmp_path / "large.jpg").write_bytes(b"retouched")
    (tmp_path / "medium.jpg").write_bytes(b"somebody else's")

    replaced(tmp_path, {"tiny.jpg": b"3"})

    assert names(tmp_path) == {"large.jpg", "medium.jpg", "tiny.jpg", LIST}


def test_a_folder_goes_with_its_last_variant(tmp_path: Path) -> None:
    """A picture that is rejected now has none; a folder with other files stays."""
    for each in ("own", "shared"):
        replaced(tmp_path / each, {"small.jpg": b"1"})
    (tmp_path / "shared" / "notes.txt").write_text("mine")

    for each in ("own", "shared", "none"):
        assert replaced(tmp_path / each, {}) == ()

    assert names(tmp_path) == {"shared"}
    assert names(tmp_path / "shared") == {"notes.txt"}


@pytest.mark.parametrize("name", ["../kept.txt", "/etc/hosts", "sub/kept.txt", "..", ".darkroom"])
def test_a_list_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    """Whoever wrote it: only files beside it are removed."""
    folder = tmp_path / "lake.jpg"
    folder.mkdir()
    (tmp_path / "kept.txt").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (folder / LIST).write_text(f"{empty}  {name}\n")

    replaced(folder, {"small.jpg": b"1"})

    assert (tmp_path / "kept.txt").exists()
    assert names(folder) == {"small.jpg", LIST}


def test_the_list_is_one_that_others_can_check(tmp_path: Path) -> None:
    """By the command that is on every machine."""
    replaced(tmp_path, {"w640-avif.avif": b"1", "small.jpg": b"2"})

    checked = subprocess.run(
        ["sha256sum", "--check", LIST], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert checked.stdout == "w640-avif.avif: OK\nsmall.jpg: OK\n"
