"""Notes: what is worth knowing of a pipeline that compiles."""

import json
from pathlib import Path

import pytest

from dsl.__main__ import main
from tests.dsl.conftest import Compile

PIPELINE = """pipeline: photos
steps:
  web: { uses: resize, with: { width: 1600 } }
  mark: { uses: watermark, timeout: 5s, on_error: pass, with: { text: hello } }
"""
NOTE = """\
note[W001]: a timeout of `mark` fails the image, whatever its on_error says
 --> pipeline.yaml:4:28
4 |   mark: { uses: watermark, timeout: 5s, on_error: pass, with: { text: hello } }
  |                            ^^^^^^^
  = help: add alone: true, and on_error covers it
  = note: a kill ends all of the steps that run together with `mark`
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipeline with a note, and the working directory beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        (PIPELINE, 1),
        (PIPELINE.replace("on_error: pass", "alone: true, on_error: pass"), 0),
        (PIPELINE.replace("pass", "fail"), 0),
        (PIPELINE.replace("timeout: 5s, ", ""), 0),
        (PIPELINE.replace("timeout: 5s, ", "") + "defaults: { timeout: 5s }\n", 0),
    ],
    ids=["fused", "alone", "fail", "no timeout", "a default"],
)
def test_a_timeout_that_on_error_does_not_cover_is_noted(
    changed: str, number: int, compiled: Compile
) -> None:
    """Only where it is written at the step, and only where the step is fused (rule 15)."""
    assert [note.code for note in compiled(changed).notes] == ["W001"] * number


def test_a_note_stands_below_the_tree(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once for all overlays, and the command ends well."""
    (project / "pipeline.dev.yaml").write_text("steps: { web: { memory: 512MB } }\n")

    assert main(["check"]) == 0

    told = capsys.readouterr().out
    assert told.endswith(f"outputs: mark\ndev: the same outputs\n\n{NOTE}")
    assert main(["generate"]) == 0
    assert capsys.readouterr().out.endswith(f"\n\n{NOTE}")


def test_a_note_is_told_to_programs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As what it is: its severity in JSON, a notice on GitHub."""
    assert main(["check", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert main(["check", "--format", "github"]) == 0

    assert (found["severity"], found["code"], found["line"]) == ("note", "W001", 4)
    assert capsys.readouterr().out.startswith("::notice file=pipeline.yaml,line=4,")
