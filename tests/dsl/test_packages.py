"""What steps require is locked: by hash, without addresses, and all of it together."""

import json
import re
from pathlib import Path

import pytest

from dsl.__main__ import main
from dsl.packages import drift, lock, report
from steps.plugins import BrokenPlugin
from tests.wheels import add_wheel, look_only_in


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where locks go, in a project whose packages lie in a folder."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for version in ("1.0", "2.0"):
        add_wheel(wheels, "hues", version)
    add_wheel(wheels, "tinge", "1.2.0", needs=("hues",))
    add_wheel(wheels, "older", "1.0", needs=("hues<2",))
    look_only_in(wheels, monkeypatch)
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    return requirements / "steps"


def pinned(path: Path) -> list[str]:
    """Return the releases that a lock holds."""
    return re.findall(r"^(\w+==\S+)", path.read_text("utf-8"), re.MULTILINE)


def test_a_lock_holds_all_that_is_needed_by_hash_and_without_addresses(folder: Path) -> None:
    """And says of what it is one."""
    told = lock({"tint": ("tinge==1.2.0",)}, folder)

    assert told == (f"wrote {folder / 'tint.txt'}",)
    text = (folder / "tint.txt").read_text("utf-8")
    assert text.startswith("# By `make lock`, for a step that\n# requires tinge==1.2.0\n")
    assert pinned(folder / "tint.txt") == ["hues==2.0", "tinge==1.2.0"]
    assert text.count("--hash=sha256:") == 2
    assert "://" not in text


def test_locking_again_changes_nothing(folder: Path) -> None:
    """To the byte."""
    lock({"tint": ("tinge==1.2.0",)}, folder)
    before = (folder / "tint.txt").read_bytes()

    lock({"tint": ("tinge==1.2.0",)}, folder)

    assert (folder / "tint.txt").read_bytes() == before


def test_a_lock_keeps_to_the_releases_that_stages_have(folder: Path) -> None:
    """One function holds both."""
    (folder.parent / "stage.txt").write_text("hues==1.0\n")

    lock({"tint": ("tinge==1.2.0",)}, folder)

    assert pinned(folder / "tint.txt") == ["hues==1.0", "tinge==1.2.0"]


def test_locks_of_several_steps_agree(folder: Path) -> None:
    """What one of them needs older is older for all."""
    lock({"age": ("older==1.0",), "tint": ("tinge==1.2.0",)}, folder)

    assert pinned(folder / "age.txt") == ["hues==1.0", "older==1.0"]
    assert pinned(folder / "tint.txt") == ["hues==1.0", "tinge==1.2.0"]


def test_what_cannot_be_together_is_refused_in_words(folder: Path) -> None:
    """With which steps it is about, and why."""
    with pytest.raises(BrokenPlugin) as broken:
        lock({"age": ("older==1.0",), "tint": ("hues==2.0",)}, folder)

    assert str(broken.value).startswith("older==1.0, hues==2.0: cannot be locked for age and tint")
    assert "you require hues==2.0" in " ".join(str(broken.value).split())


def test_what_there_is_not_is_refused_in_words(folder: Path) -> None:
    """By the name of its step."""
    with pytest.raises(BrokenPlugin, match=r"nowhere==1\.0: cannot be locked for tint, "):
        lock({"tint": ("nowhere==1.0",)}, folder)


def test_drift_is_told_with_the_cure(folder: Path) -> None:
    """A lock that is missing, one of other pins, and one that nobody needs any more."""
    lock({"gone": ("hues==2.0",), "tint": ("tinge==1.2.0",)}, folder)

    drifted = drift({"age": ("older==1.0",), "tint": ("tinge==1.3.0",)}, folder)

    assert report(drifted).splitlines() == [
        "error[P037]: requirements/steps/ does not hold what steps require",
        "  age.txt is missing: age requires older==1.0",
        "  tint.txt differs",
        "    locked: tinge==1.2.0",
        "    required: tinge==1.3.0",
        "  gone.txt belongs to no step that requires packages: it is gone, or requires none",
        "  = help: run `make lock` and commit the result",
    ]


def test_locking_ends_the_drift(folder: Path) -> None:
    """Nothing is left of a step that is gone, not even the folder."""
    lock({"gone": ("hues==2.0",), "tint": ("tinge==1.2.0",)}, folder)

    told = lock({"tint": ("hues==1.0",)}, folder)

    assert told[1] == f"removed {folder / 'gone.txt'}"
    assert not drift({"tint": ("hues==1.0",)}, folder)
    lock({}, folder)
    assert not folder.exists()


def test_the_compiler_tells_drift_and_lock_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`check` and `generate` alike: what they would say is not what could be deployed."""
    monkeypatch.chdir(tmp_path)
    Path("requirements/steps").mkdir(parents=True)
    Path("requirements/steps/gone.txt").touch()
    Path("pipeline.yaml").write_text(
        "pipeline: a\nsteps: { b: { uses: resize, with: { width: 9 } } }"
    )

    assert [main(["check", "--format", "json"]), main(["generate"])] == [3, 3]
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (found["code"], found["path"]) == ("P037", "requirements/steps/gone.txt")
    assert [main(["lock"]), main(["check"])] == [0, 0]
