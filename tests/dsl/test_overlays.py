"""Overlays: what is merged, what is told, and what is written for each environment (rule 20)."""

from pathlib import Path

import pytest

from dsl.__main__ import DRIFTED, MISUSED, REFUSED, main
from dsl.compile import Compiled, compile_source
from dsl.diagnostics import PipelineRefused
from dsl.draft import Plugins
from dsl.files import compile_all, compile_file, environments
from dsl.text import SourceText
from steps.plugins import find
from tests.dsl.layers import compile_layers

PIPELINE = """pipeline: photos
accept: { formats: [jpeg, png] }
steps:
  sizes:
    uses: resize
    with: { fit: contain, enlarge: true }
    variants: { small: { width: 100 }, large: { width: 800 } }
    retry: { attempts: 3, wait: 2s }
  grey: { uses: greyscale, only: [large] }
"""
GREY = "grey: { uses: watermark, with: { text: hello }"
DEV = "steps: { sizes: { variants: { large: null, tiny: { width: 9 } } }, grey: null }\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipeline with an overlay, and the working directory beside them."""
    monkeypatch.chdir(tmp_path)
    Path("pipeline.yaml").write_text(PIPELINE.replace("grey: { uses: greyscale", GREY))
    Path("pipeline.dev.yaml").write_text(DEV)
    return tmp_path


def laid_over(overlay: str, plugins: Plugins) -> Compiled:
    return compile_layers(f"{PIPELINE}# pipeline.dev.yaml\n{overlay}", plugins)


@pytest.mark.parametrize(
    ("overlay", "written_out"),
    [
        (
            "steps: { grey: null }",
            PIPELINE.replace("  grey: { uses: greyscale, only: [large] }", ""),
        ),
        (
            "steps: { sizes: { with: { enlarge: null } } }",
            PIPELINE.replace(", enlarge: true", ""),
        ),
        (
            "steps: { sizes: { variants: { small: { height: 50 }, huge: { width: 900 } } } }",
            PIPELINE.replace("{ width: 100 }", "{ width: 100, height: 50 }").replace(
                "{ width: 800 }", "{ width: 800 }, huge: { width: 900 }"
            ),
        ),
        ("accept: { formats: [webp] }", PIPELINE.replace("[jpeg, png]", "[webp]")),
        ("accept: null", PIPELINE.replace("accept: { formats: [jpeg, png] }\n", "")),
        ("steps: { grey: { only: [small] } }", PIPELINE.replace("only: [large]", "only: [small]")),
        (
            "defaults: { memory: 2048MB }",
            PIPELINE.replace("steps:", "defaults: { memory: 2048MB }\nsteps:"),
        ),
    ],
)
def test_an_overlay_says_what_the_file_written_out_says(
    overlay: str, written_out: str, plugins: Plugins
) -> None:
    """Mappings merge, lists and words are replaced, `null` takes away; order is the file's."""
    merged = laid_over(overlay, plugins)

    assert merged.plan == compile_source(written_out, "pipeline.yaml", plugins).plan
    assert merged.plan != compile_source(PIPELINE, "pipeline.yaml", plugins).plan


def test_the_lock_tells_which_files_were_read(plugins: Plugins) -> None:
    """An overlay that changes nothing was read all the same."""
    plain = compile_source(PIPELINE, "pipeline.yaml", plugins)
    merged = laid_over("engine: auto\n", plugins)

    assert merged.plan == plain.plan
    assert merged.source_sha256 != plain.source_sha256


@pytest.mark.parametrize("left", ["pipeline: a\n", "pipeline: [a\n", ""])
@pytest.mark.parametrize("over", ["steps: null\n", "steps: [a\n", "null\n", "", "a: &x {}\n"])
def test_mistakes_of_both_files_are_told(left: str, over: str, plugins: Plugins) -> None:
    """Whatever the two hold, they are refused in words."""
    with pytest.raises(PipelineRefused, match=r"pipeline.* has \d+ mistake") as refused:
        compile_source(left, "pipeline.yaml", plugins, SourceText("pipeline.dev.yaml", over))

    assert refused.value.diagnostics


def test_environments_are_found_by_the_names_of_files(project: Path, plugins: Plugins) -> None:
    """In order; other files beside the pipeline are none of its overlays."""
    for name in ("pipeline.prod.yaml", "pipeline.yaml.bak", "others.dev.yaml"):
        (project / name).write_text("engine: auto\n")

    assert environments(project / "pipeline.yaml") == ("dev", "prod")


def test_a_mistake_of_the_file_itself_is_told_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not again for each overlay; those of the overlays follow."""
    (project / "pipeline.yaml").write_text(PIPELINE.replace("enlarge", "enlareg"))
    (project / "pipeline.prod.yaml").write_text("steps: { gray: null }\n")

    assert main(["check"]) == REFUSED

    told = capsys.readouterr().err
    assert told.count("enlareg") == 2  # the title and the line
    assert "--> pipeline.prod.yaml:1:10\n" in told
    assert "pipeline.yaml has 1 mistake, pipeline.prod.yaml has 1 mistake" in told


@pytest.mark.parametrize(
    ("environment", "code"),
    [("Dev", "P016"), ("a.b", "P016"), ("class", "P017"), ("wiring", "P017")],
)
def test_an_environment_is_a_word_that_python_can_import(
    environment: str, code: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a package below generated/<pipeline>/, beside the modules there."""
    (project / f"pipeline.{environment}.yaml").write_text("engine: auto\n")

    assert main(["generate"]) == REFUSED
    assert f"error[{code}]" in capsys.readouterr().err


def test_each_environment_has_its_own_folder(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same files as the plain pipeline, and a line on how its outputs differ."""
    assert main(["generate"]) == 0

    told = capsys.readouterr().out
    assert "outputs: small, large\ndev: - large, + tiny\n" in told
    plain, dev = (
        {path.name for path in (project / "generated/photos" / folder).iterdir() if path.is_file()}
        for folder in ("", "dev")
    )
    assert plain == {*dev, "overlay.schema.json"}
    assert main(["generate", "--check"]) == 0


def test_what_an_overlay_makes_is_held_against_drift(project: Path) -> None:
    """A changed overlay asks for generating anew; one that is gone leaves nothing behind."""
    main(["generate"])
    (project / "pipeline.dev.yaml").write_text("steps: { grey: null }\n")

    assert main(["generate", "--check"]) == DRIFTED

    (project / "pipeline.dev.yaml").unlink()
    assert main(["generate", "--check"]) == DRIFTED
    assert main(["generate"]) == 0
    assert not (project / "generated/photos/dev").exists()


def test_one_environment_is_priced(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The plain one if none is named; one without an overlay is a mistake of the caller's."""
    assert main(["cost"]) == 0
    plain = capsys.readouterr().out
    assert main(["cost", "--env", "dev"]) == 0

    assert capsys.readouterr().out != plain
    assert main(["cost", "--env", "nowhere"]) == MISUSED
    assert "pipeline.nowhere.yaml cannot be read" in capsys.readouterr().err


def test_one_environment_compiles_though_another_does_not(project: Path) -> None:
    """Who processes pictures with the plain pipeline need not mend an overlay first."""
    (project / "pipeline.prod.yaml").write_text("steps: [\n")

    assert compile_file(project / "pipeline.yaml", find()).outputs == ("small", "large")
    assert compile_file(project / "pipeline.yaml", find(), "dev").outputs == ("small", "tiny")
    with pytest.raises(PipelineRefused, match="has 1 mistake"):
        compile_all(project / "pipeline.yaml", find())


def test_one_environment_is_checked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own tree, whatever is wrong elsewhere."""
    (project / "pipeline.prod.yaml").write_text("steps: { gray: null }\n")

    assert main(["check", "--env", "dev"]) == 0
    assert "outputs: small, tiny\n" in capsys.readouterr().out
    assert main(["check", "--env", "prod"]) == REFUSED
    assert "--> pipeline.prod.yaml:1:10\n" in capsys.readouterr().err


def test_an_environment_without_overlay_is_told_with_those_that_have_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The likeliest one first."""
    assert main(["check", "--env", "dve"]) == MISUSED

    told = capsys.readouterr().err
    assert told == ('error: pipeline.dve.yaml cannot be read: no such file; did you mean "dev"?\n')


def test_an_overlay_of_another_ending_is_not_passed_over(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it changes would be deployed nowhere."""
    (project / "pipeline.prod.yml").write_text("steps: { grey: null }\n")

    assert main(["generate"]) == REFUSED

    assert capsys.readouterr().err.startswith(
        "error[P038]: this file is not read: overlays of pipeline.yaml end in .yaml\n"
        " --> pipeline.prod.yml:1:1\n"
        "1 | steps: { grey: null }\n"
        "  | ^\n"
        "  = help: call it pipeline.prod.yaml, or remove it\n"
    )
