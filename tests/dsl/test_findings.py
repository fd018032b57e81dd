"""`--format json` and `--format github`: the same findings for programs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.__main__ import BROKEN_PLUGIN, DRIFTED, MISUSED, REFUSED, main
from dsl.codes import CODES
from dsl.findings import Finding, as_github, as_json
from steps import plugins
from steps.plugins import BrokenPlugin, Found

GOOD = "pipeline: photos\nsteps:\n  small: { uses: resize, with: { width: 800 } }\n"
BAD = GOOD.replace("width", "widht")
FIXTURES = sorted((Path(__file__).parent / "fixtures" / "errors").glob("*.yaml"))
ANNOTATION = re.compile(r"::error(?: (?P<properties>[^:\r\n]*))?::(?P<message>[^\r\n]*)")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project with a good pipeline, and the working directory in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipeline.yaml").write_text(GOOD)
    return tmp_path


def unescaped(text: str) -> str:
    """Read as GitHub's runner does: `%25` last, or `%250A` would become a line end."""
    for escaped, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, char)
    return text


def annotation_of(line: str) -> tuple[dict[str, str], str]:
    """Return the properties and the message of a workflow command."""
    found = ANNOTATION.fullmatch(line)
    assert found is not None
    pairs = [each.split("=", 1) for each in (found["properties"] or "").split(",") if each]
    return {key: unescaped(value) for key, value in pairs}, unescaped(found["message"])


def diagnostics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    told = capsys.readouterr()
    assert told.err == ""
    found: list[dict[str, Any]] = json.loads(told.out)["diagnostics"]
    return found


@pytest.mark.parametrize("command", ["check", "generate"])
def test_a_mistake_as_json_has_its_place_its_cure_and_what_is_allowed(
    command: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One object on standard output, nothing on the other; nothing is written."""
    (project / "pipeline.yaml").write_text(BAD)

    assert main([command, "--format", "json"]) == REFUSED

    (found,) = diagnostics(capsys)
    assert "width" in found.pop("allowed")
    assert found.pop("note").startswith("declared in steps/resize.py:")
    assert found == {
        "code": "P002",
        "title": 'step "small" (resize) has no option "widht"',
        "path": "pipeline.yaml",
        "line": 3,
        "column": 34,
        "end_line": 3,
        "end_column": 39,
        "help": 'did you mean "width"?',
        "severity": "error",
    }
    assert not (project / "generated").exists()


def test_a_mistake_as_an_annotation_stands_at_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The code and what it means are its title, what is wrong and the cure its message."""
    (project / "pipeline.yaml").write_text(BAD)

    assert main(["check", "--format", "github"]) == REFUSED

    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.startswith(
        "::error file=pipeline.yaml,line=3,endLine=3,col=34,endColumn=39,"
        "title=P002%3A the plugin has no such option::"
        'step "small" (resize) has no option "widht"%0Ahelp: did you mean "width"?%0Aallowed: '
    )
    assert told.out.count("\n") == 1


def test_all_mistakes_are_told_in_the_order_of_the_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in the text."""
    (project / "pipeline.yaml").write_text(f"{BAD}  mark: {{ uses: watermrk }}\n")

    main(["check", "--format", "json"])
    as_objects = [each["code"] for each in diagnostics(capsys)]
    main(["check", "--format", "github"])
    lines = capsys.readouterr().out.splitlines()

    assert as_objects == ["P002", "P001"]
    assert [annotation_of(line)[0]["title"][:4] for line in lines] == as_objects


def test_a_good_file_has_no_diagnostics(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON stays one object; annotations there are none, so the log has what people read."""
    assert main(["generate", "--format", "json"]) == 0
    assert diagnostics(capsys) == []

    assert main(["check", "--format", "github"]) == 0
    assert capsys.readouterr().out.endswith("outputs: small\n")


def test_drift_names_each_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what differs and the cure; a program can open the file."""
    main(["generate"])
    (project / "generated/photos/wiring.py").unlink()
    (project / "pipeline.yaml").write_text(GOOD.replace("800", "900"))
    capsys.readouterr()

    assert main(["generate", "--check", "--format", "json"]) == DRIFTED
    found = {each["path"]: each for each in diagnostics(capsys)}
    assert main(["generate", "--check", "--format", "github"]) == DRIFTED
    lines = [annotation_of(line) for line in capsys.readouterr().out.splitlines()]

    plan, wiring = found["generated/photos/plan.json"], found["generated/photos/wiring.py"]
    assert {each["code"] for each in found.values()} == {"P012"}
    assert "plan.nodes[0].options.width: 800 -> 900" in plan["note"].splitlines()
    assert wiring["title"] == "photos/wiring.py is missing"
    assert wiring["help"].startswith("run `make generate`")
    assert {properties["file"] for properties, _ in lines} == set(found)


@pytest.mark.parametrize(
    ("place", "path", "line"),
    [
        ("steps/glow.py", "steps/glow.py", None),
        ("steps/glow.py:12", "steps/glow.py", 12),
        ("entry point acme.glow = acme:glow", None, None),
    ],
)
def test_a_broken_plugin_is_told_at_its_file(
    place: str,
    path: str | None,
    line: int | None,
    *,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has no code: it is no mistake of the pipeline."""

    broken = BrokenPlugin("glow", place, "SyntaxError: 'x'\nnever closed")
    found_plugins = Found(plugins.find(), (broken,))
    monkeypatch.setattr(plugins, "survey", lambda: found_plugins)
    (project / "pipeline.yaml").write_text(f"{GOOD}  glow: {{ uses: glow }}\n")

    assert main(["check", "--format", "json"]) == BROKEN_PLUGIN
    (found,) = diagnostics(capsys)
    assert main(["check", "--format", "github"]) == BROKEN_PLUGIN
    properties, message = annotation_of(capsys.readouterr().out.rstrip("\n"))

    assert (found["code"], found["path"], found["line"]) == (None, path, line)
    assert found["title"].endswith("SyntaxError: 'x'\nnever closed")
    assert properties == {
        key: str(value) for key, value in {"file": path, "line": line}.items() if value
    }
    assert message == found["title"]
    assert path or place in message


def test_a_broken_plugin_that_no_step_uses_is_a_note(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At its file, too; the command ends well."""
    broken = BrokenPlugin("glow", "steps/glow.py:12", "SyntaxError: 'x' was never closed")
    found_plugins = Found(plugins.find(), (broken,))
    monkeypatch.setattr(plugins, "survey", lambda: found_plugins)

    assert main(["generate", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert main(["check", "--format", "github"]) == 0

    assert (found["path"], found["line"], found["severity"]) == ("steps/glow.py", 12, "note")
    assert "::notice file=steps/glow.py,line=12::" in capsys.readouterr().out
    assert (project / "generated").exists()


def test_a_file_that_is_not_there_is_a_finding_too(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever asked for JSON gets JSON."""
    assert main(["check", "nowhere.yaml", "--format", "json"]) == MISUSED

    (found,) = diagnostics(capsys)
    assert (found["code"], found["path"]) == (None, "nowhere.yaml")
    assert found["title"].startswith("nowhere.yaml cannot be read: ")


def test_an_unknown_format_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    """argparse says which there are."""
    with pytest.raises(SystemExit) as caught:
        main(["check", "--format", "xml"])

    assert caught.value.code == MISUSED
    assert "github" in capsys.readouterr().err


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_mistake_has_a_place_that_ends_behind_its_start(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also at the end of a file, and in an empty one; with the shipped plugins."""
    main(["check", str(path), "--format", "json"])

    for found in diagnostics(capsys):
        start, end = (found["line"], found["column"]), (found["end_line"], found["end_column"])
        assert (1, 1) <= start <= end


texts = st.text(st.characters(exclude_categories=["Cs"])) | st.text("%:,\r\n025ADC=")
numbers = st.integers(min_value=1, max_value=10_000)
found_things = st.builds(
    Finding,
    code=st.sampled_from(sorted(CODES)) | st.none(),
    title=texts,
    path=texts.filter(bool),
    line=numbers,
    column=numbers,
    end_line=numbers,
    end_column=numbers,
    help=texts,
    allowed=st.lists(texts, max_size=3).map(tuple),
    note=texts,
)


@given(finding=found_things)
def test_whatever_a_finding_says_an_annotation_says_it_back(finding: Finding) -> None:
    """One line, whose properties and message nothing in the texts can end or add to."""
    properties, message = annotation_of(as_github([finding]))

    assert properties["file"] == finding.path
    assert int(properties["line"]) == finding.line
    assert ("col" in properties) == (finding.line == finding.end_line)
    assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
    assert message.startswith(finding.title)
    assert all(text in message for text in (finding.help, finding.note, *finding.allowed))


@given(findings=st.lists(found_things, max_size=3))
def test_json_holds_every_finding_whole(findings: list[Finding]) -> None:
    """It reads back as what it was made of."""
    read = json.loads(as_json(findings))["diagnostics"]

    assert [Finding(**{**each, "allowed": tuple(each["allowed"])}) for each in read] == findings
