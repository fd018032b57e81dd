"""`python -m dsl`: what it writes, what it says, and how it ends."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from darkroom.plan import Plan
from dsl.__main__ import BROKEN_PLUGIN, DRIFTED, MISUSED, REFUSED, main
from steps import plugins
from steps.plugins import BrokenPlugin, Found

PIPELINE = """pipeline: photos
steps:
  sizes:
    uses: resize
    variants: { small: { width: 100 }, large: { width: 800 } }
"""
BROKEN = BrokenPlugin("glow", "steps/glow.py:7", "NameError: name 'x' is not defined")
FILES = [
    "__init__.py",
    "photos/PIPELINE.md",
    "photos/__init__.py",
    "photos/overlay.schema.json",
    "photos/plan.json",
    "photos/state_machine.asl.json",
    "photos/wiring.py",
    "pipeline.schema.json",
]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project with a pipeline, and the working directory in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    return tmp_path


def generated(project: Path) -> dict[str, str]:
    folder = project / "generated"
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_generate_writes_everything_and_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tree, the outputs gained, the files."""
    assert main(["generate"]) == 0

    told = capsys.readouterr().out
    assert list(generated(project)) == FILES
    assert "├─ sizes.small (resize) -> small" in told
    assert "+ small\n+ large\n" in told
    assert "wrote generated/photos/plan.json" in told


def test_generating_again_changes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Byte by byte, and it says that too."""
    main(["generate"])
    first = generated(project)
    capsys.readouterr()

    assert main(["generate"]) == 0

    assert generated(project) == first
    assert capsys.readouterr().out.endswith("nothing changed\n")
    assert main(["generate", "--check"]) == 0


def test_what_is_generated_says_that_it_is(project: Path) -> None:
    """JSON has no comments; all else is headed."""
    main(["generate"])

    for path, text in generated(project).items():
        if path.endswith(".py"):
            assert "do not edit" in text.partition('"""\n')[0].lower()


def test_the_lock_holds_the_plan_and_where_it_came_from(project: Path) -> None:
    """The runner loads the plan; people read the rest."""
    main(["generate"])

    lock = json.loads(generated(project)["photos/plan.json"])

    assert Plan.model_validate(lock["plan"]).outputs == ("small", "large")
    assert lock["lock"]["plugins"]["resize"]["version"] == plugins.find()["resize"].version
    assert set(lock["lock"]["options"]) == {"sizes.small", "sizes.large"}
    assert len(lock["lock"]["source_sha256"]) == 64
    assert [each["made_by"] for each in lock["lock"]["passes"]][-1] == "room"


def test_an_edited_file_is_drift(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Value by value for JSON, line by line for the rest, with the cure."""
    main(["generate"])
    machine = project / "generated/photos/state_machine.asl.json"
    edited = json.loads(machine.read_text())
    edited["States"][edited["StartAt"]]["TimeoutSeconds"] = 7
    machine.write_text(json.dumps(edited))
    package = project / "generated/__init__.py"
    package.write_text(package.read_text() + "x = 1\n")
    capsys.readouterr()

    assert main(["generate", "--check"]) == DRIFTED

    told = capsys.readouterr().err
    assert told.startswith(
        "error[P012]: generated/ is not what pipeline.yaml says: 2 files differ\n"
    )
    assert (
        "  photos/state_machine.asl.json differs: the recorded source_sha256 is the pipeline "
        "file's, so it was edited by hand, or the compiler is another one\n"
        f"    States.{edited['StartAt']}.TimeoutSeconds: 7 -> "
    ) in told
    assert "-x = 1" in told
    assert "= help: run `make generate` and commit the result" in told


def test_a_changed_pipeline_is_drift(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The likeliest case: the file was edited, and nothing generated since."""
    main(["generate"])
    (project / "pipeline.yaml").write_text(PIPELINE.replace("800", "900"))
    capsys.readouterr()

    assert main(["generate", "--check"]) == DRIFTED

    told = capsys.readouterr().err
    assert "photos/plan.json differs: the pipeline file was changed since it was generated" in told
    assert "plan.nodes[1].options.width: 800 -> 900" in told
    assert "by hand" not in told


def test_missing_and_left_over_files_are_drift(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What should be there is not, and what is there belongs to nothing."""
    main(["generate"])
    (project / "generated/photos/wiring.py").unlink()
    (project / "generated/old").mkdir()
    (project / "generated/old/plan.json").write_text("{}")
    capsys.readouterr()

    assert main(["generate", "--check"]) == DRIFTED

    told = capsys.readouterr().err
    assert "photos/wiring.py is missing" in told
    assert "old/plan.json belongs to no pipeline" in told


def test_a_file_that_is_not_json_any_more_is_drift(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A merge gone wrong, say."""
    main(["generate"])
    (project / "generated/photos/plan.json").write_text("<<<<<<< HEAD\n")
    capsys.readouterr()

    assert main(["generate", "--check"]) == DRIFTED
    assert "line 1: it is not JSON any more" in capsys.readouterr().err


def test_checking_writes_nothing(project: Path) -> None:
    """Not even what is missing."""
    assert main(["generate", "--check"]) == DRIFTED
    assert not (project / "generated").exists()


def renamed(project: Path) -> None:
    """Generate, leave a cache of the interpreter, and give the pipeline another name."""
    main(["generate"])
    cache = project / "generated/photos/__pycache__"
    cache.mkdir()
    (cache / "wiring.pyc").write_bytes(b"")
    (project / "pipeline.yaml").write_text(PIPELINE.replace("photos", "pictures"))


def test_another_pipeline_is_not_removed_unasked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Be it another file or another name: events and object keys carry it."""
    renamed(project)
    before = generated(project)
    capsys.readouterr()

    assert main(["generate"]) == MISUSED

    assert generated(project) == before
    assert capsys.readouterr().err == (
        "error: generated/ holds photos, which pipeline.yaml does not make; nothing was written\n"
        "  = help: a project has one pipeline, and its name is in events and object keys: keep "
        "`pipeline: photos`, or let go of photos with --replace (make generate REPLACE=yes)\n"
    )


def test_a_pipeline_that_is_replaced_leaves_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One pipeline, one folder; caches do not keep it alive, and what was removed is told."""
    renamed(project)

    assert main(["generate", "--replace"]) == 0

    assert not (project / "generated/photos").exists()
    assert list(generated(project)) == [path.replace("photos", "pictures") for path in FILES]
    assert "removed generated/photos/plan.json\n" in capsys.readouterr().out


def test_outputs_gained_lost_and_renamed_are_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Clients fetch variants by name: a rename breaks them."""
    main(["generate"])
    changed = PIPELINE.replace("small:", "tiny:").replace(
        "{ width: 800 }", "{ width: 800 }, huge: { width: 999 }"
    )
    (project / "pipeline.yaml").write_text(changed)
    capsys.readouterr()

    main(["generate"])

    told = capsys.readouterr().out
    assert "~ small is now called tiny\n+ huge\n" in told


def test_check_prints_the_tree_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The quickest look at what a file means."""
    assert main(["check"]) == 0
    assert capsys.readouterr().out.endswith("outputs: small, large\n")
    assert not (project / "generated").exists()


def test_a_mistake_is_exit_code_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is written."""
    (project / "pipeline.yaml").write_text(PIPELINE.replace("width", "widht"))

    assert main(["generate"]) == REFUSED

    assert "--> pipeline.yaml:5:26" in capsys.readouterr().err
    assert not (project / "generated").exists()


def test_a_broken_plugin_is_exit_code_2(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not the pipeline's fault, and the message says whose it is."""

    found = Found(plugins.find(), (BROKEN,))
    monkeypatch.setattr(plugins, "survey", lambda: found)
    (project / "pipeline.yaml").write_text(f"{PIPELINE}  glow: {{ uses: glow }}\n")

    assert main(["generate"]) == BROKEN_PLUGIN

    assert "error: a step plugin is broken\n --> steps/glow.py:7: NameE" in capsys.readouterr().err
    assert not (project / "generated").exists()


@pytest.mark.parametrize("command", ["check", "generate"])
def test_a_broken_plugin_that_no_step_uses_is_told_and_stops_nothing(
    command: str,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On standard error, with its file and line; its lock stays what it was."""
    found = Found(plugins.find(), (BROKEN,))
    monkeypatch.setattr(plugins, "survey", lambda: found)
    lock = project / "requirements/steps/glow.txt"
    lock.parent.mkdir(parents=True)
    lock.write_text("# requires numpy==2.4.0\n")

    assert main([command]) == 0

    assert capsys.readouterr().err == (
        "\nnote: a plugin that no step uses is broken\n"
        " --> steps/glow.py:7: NameError: name 'x' is not defined\n"
    )
    assert (project / "generated").exists() == (command == "generate")


def test_an_asset_that_is_not_there_breaks_its_plugin(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plugin declares it, so the plugin is named, and nothing is generated."""
    found = plugins.find()
    mark = replace(found["watermark"], assets=("fonts/gone.otf",))
    monkeypatch.setattr(plugins, "survey", lambda: Found({**found, "watermark": mark}))
    (project / "pipeline.yaml").write_text(
        "pipeline: photos\nsteps: { mark: { uses: watermark, with: { text: hello } } }\n"
    )

    assert main(["generate"]) == BROKEN_PLUGIN

    cause = "steps/watermark.py: its asset fonts/gone.otf cannot be read: No such file or directory"
    assert cause in capsys.readouterr().err
    assert not (project / "generated").exists()


def test_a_file_that_is_not_there_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    """With the name and the reason."""
    assert main(["check", "nowhere.yaml"]) == MISUSED
    assert "nowhere.yaml cannot be read: No such file" in capsys.readouterr().err


def test_an_unknown_command_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    """argparse's own 2 means something else here."""
    with pytest.raises(SystemExit) as caught:
        main(["compile"])

    assert caught.value.code == MISUSED
    assert "invalid choice" in capsys.readouterr().err


def test_a_file_in_another_encoding_has_a_message(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the first byte that is not UTF-8."""
    (project / "pipeline.yaml").write_bytes(b"pipeline: photos # caf\xe9\n")

    assert main(["check"]) == REFUSED
    assert "error[Y012]: the file is not UTF-8 from here on\n --> pipeline.yaml:1:23" in (
        capsys.readouterr().err
    )
