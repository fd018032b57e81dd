"""`python -m dsl diff`: the whole text, and how the command ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dsl.__main__ import BREAKING, MISUSED, REFUSED, main
from dsl.difference import command
from dsl.draft import Plugins

FIXTURES = Path(__file__).parents[1] / "fixtures" / "diffs"
PIPELINE = "pipeline: photos\nsteps: { small: { uses: resize, with: { width: 800 } } }\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipeline and what was generated from it, with the working directory there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    main(["generate"])
    return tmp_path


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*-old.yaml")), ids=lambda path: path.stem)
def test_differences_read_as_expected(
    path: Path, plugins: Plugins, expect: Callable[[Path, str], None]
) -> None:
    """Outputs first, then step by step, functions, engine, dollars; no line too long."""
    new = path.with_name(path.name.replace("-old.", "-new."))
    text, _ = command.run(path, new, "us-east-1", plugins)

    expect(path.with_name(path.name.replace("-old.yaml", ".txt")), f"{text}\n")
    assert max(map(len, text.splitlines())) <= 100


def test_a_pipeline_is_as_it_was_generated(capsys: pytest.CaptureFixture[str]) -> None:
    """A plan.json stands for the file that it was made from."""
    capsys.readouterr()

    assert main(["diff", "generated/photos/plan.json", "pipeline.yaml"]) == 0
    assert capsys.readouterr().out.startswith("nothing changes\n")


def test_an_overlay_is_compared_with_what_was_generated_of_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--env` lays it over the file; its plan lies in a folder of its own."""
    (project / "pipeline.dev.yaml").write_text("steps: { small: { with: { width: 500 } } }\n")
    main(["generate"])
    capsys.readouterr()

    assert main(["diff", "generated/photos/dev/plan.json", "pipeline.yaml", "--env", "dev"]) == 0
    assert capsys.readouterr().out.startswith("nothing changes\n")
    main(["diff", "generated/photos/plan.json", "pipeline.yaml", "--env", "dev"])
    assert "width: 800 -> 500" in capsys.readouterr().out


def test_a_breaking_change_has_an_exit_code_of_its_own(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a pull request can be held for it; the text goes where any answer goes."""
    (project / "new.yaml").write_text(PIPELINE.replace("small", "tiny"))
    capsys.readouterr()

    assert main(["diff", "pipeline.yaml", "new.yaml"]) == BREAKING
    assert "BREAKING  ~ small is now called tiny\n" in capsys.readouterr().out


def test_a_mistake_in_either_file_is_told_as_ever(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its place."""
    (project / "new.yaml").write_text(PIPELINE.replace("width", "widht"))

    assert main(["diff", "pipeline.yaml", "new.yaml"]) == REFUSED
    assert "--> new.yaml:2:" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]", "{}", json.dumps({"plan": {"pipeline": "x"}})])
def test_json_that_is_no_plan_is_a_wrong_call(
    content: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such as one that an older version generated."""
    (project / "old.json").write_text(content)

    assert main(["diff", "old.json", "pipeline.yaml"]) == MISUSED
    assert "old.json is no plan.json that this version can read" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever of the two it is."""
    assert main(["diff", "pipeline.yaml", "nowhere.yaml"]) == MISUSED
    assert "nowhere.yaml cannot be read: No such file" in capsys.readouterr().err
