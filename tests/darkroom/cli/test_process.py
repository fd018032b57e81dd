"""`darkroom process`: files in, variants and words out, and an exit status for scripts."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom.cli import main
from darkroom.local.written import LIST
from steps import plugins
from steps.testing.sources import jpeg, tiff

PIPELINE = Path(__file__).parents[3] / "pipeline.yaml"
Run = Callable[..., int]
# A shell's background jobs ignore SIGINT, and so would what they start.
HEARING_SIGINT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `process` with the project's pipeline, into tmp_path/out."""

    def process(*photos: Path | str, pipeline: Path = PIPELINE) -> int:
        out = tmp_path / "out"
        return main(["process", "--pipeline", str(pipeline), "--out", str(out), *map(str, photos)])

    return process


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with two pictures, one of them further down, and a text."""
    folder = tmp_path / "photos"
    (folder / "2026").mkdir(parents=True)
    (folder / "lake.jpg").write_bytes(jpeg(600, 400))
    (folder / "2026" / "sea.jpg").write_bytes(jpeg(300, 200))
    (folder / "notes.txt").write_text("not a picture")
    return folder


def written(tmp_path: Path) -> list[str]:
    out = tmp_path / "out"
    files = (path for path in out.rglob("*") if path.is_file() and path.name != LIST)
    return sorted(path.relative_to(out).as_posix() for path in files)


def test_a_picture_is_processed_and_its_timeline_told(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0, every variant as a file, every event as a line, and where the files are."""
    assert run(photos / "lake.jpg") == 0

    assert written(tmp_path) == [
        f"lake.jpg/{name}.jpg" for name in ("large", "medium", "thumbnail")
    ]
    name, *lines = capsys.readouterr().out.splitlines()
    assert name == "lake.jpg"
    assert [line.split()[3] for line in lines[:7]] == [
        "uploaded",
        "processing-started",
        "validated",
        "variant-rendered",
        "variant-rendered",
        "variant-rendered",
        "processing-completed",
    ]
    assert [line.split()[0] for line in lines[7:]] == ["wrote"] * 3


def test_a_folder_is_processed_with_all_below_it(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line each; 0, since what is no picture by its name and its content is passed over."""
    assert run(photos) == 0

    folders = {path.rsplit("/", 1)[0] for path in written(tmp_path)}
    assert folders == {"lake.jpg", "2026/sea.jpg"}
    out = capsys.readouterr().out
    assert out.count("processing-completed") == 2
    assert out.splitlines()[-2:] == ["2 complete", "1 passed over, as no pictures: notes.txt"]


def test_a_picture_that_is_none_any_more_is_rejected_in_a_folder_too(
    run: Run, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name says that it was to be one. What can be done is told once, for all of a kind."""
    for name in ("broken.jpg", "empty.png", "scan.tif", "other.tif"):
        (photos / name).write_bytes(b"")
    (photos / "broken.jpg").write_text("not a picture")
    for name in ("scan.tif", "other.tif"):
        (photos / name).write_bytes(tiff(8, 8))

    assert run(photos) == 1

    *lines, cure, other_cure, counted, _ = capsys.readouterr().out.splitlines()
    assert "actual tiff" in "".join(lines)
    assert cure == (
        "Convert it to one of these, or add its format to accept.formats in the pipeline."
    )
    assert other_cure == "Upload it again."
    assert counted == "4 rejected, 2 complete"


def test_a_picture_leaves_no_variant_of_an_earlier_run(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of another pipeline are replaced; other people's files, and other pictures' stay."""
    small = tmp_path / "small.yaml"
    small.write_text("pipeline: photos\nsteps: { tiny: { uses: resize, with: { width: 9 } } }\n")
    for name in ("lake.jpg", "2026/sea.jpg"):
        assert run(photos / name) == 0
    (tmp_path / "out" / "lake.jpg" / "notes.txt").write_text("mine")

    assert run(photos / "lake.jpg", pipeline=small) == 0

    assert written(tmp_path) == [
        "lake.jpg/notes.txt",
        "lake.jpg/tiny.jpg",
        *(f"sea.jpg/{name}.jpg" for name in ("large", "medium", "thumbnail")),
    ]


def test_a_broken_plugin_that_the_pipeline_does_not_use_stops_nothing(
    run: Run, photos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told on standard error, with its file and line."""
    broken = plugins.BrokenPlugin("glow", "steps/glow.py:7", "NameError: name 'x'")
    found = plugins.Found(plugins.find(), (broken,))
    monkeypatch.setattr(plugins, "survey", lambda: found)

    assert run(photos / "lake.jpg") == 0

    assert capsys.readouterr().err == (
        "note: a plugin that no step uses is broken\n --> steps/glow.py:7: NameError: name 'x'\n"
    )


def test_a_file_whose_variants_cannot_be_written_stops_no_other(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told in its place, and counted."""
    (photos / "notes.txt").unlink()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "2026").write_text("a file where the variants' folder would be")

    assert run(photos) == 1

    first, second, _, counted = capsys.readouterr().out.splitlines()
    assert first == f"{tmp_path / 'out' / '2026' / 'sea.jpg'} cannot be written: Not a directory."
    assert second.startswith("lake.jpg")
    assert counted == "1 not processed, 1 complete"


def test_an_interrupted_folder_ends_in_words(photos: Path, tmp_path: Path) -> None:
    """130 and a count: no traceback, of this process or of those that it started."""
    content = jpeg(900, 600)
    for number in range(40):
        (photos / f"{number}.jpg").write_bytes(content)
    command = [sys.executable, "-c", HEARING_SIGINT, "-m", "darkroom", "process"]

    with subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), str(photos)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=PIPELINE.parent,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        told = process.stdout.read()

    assert first.startswith("0.jpg")
    assert process.returncode == 130
    assert told.splitlines()[-1].endswith(" left")
    assert "Traceback" not in told


def test_a_picture_that_is_rejected_is_told_and_exits_with_1(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No files are left behind, and what can be done is the last line."""
    assert run(photos / "notes.txt") == 1

    assert not (tmp_path / "out").exists()
    told = capsys.readouterr().out
    assert "unsupported_format by check" in told
    assert told.endswith("add its format to accept.formats in the pipeline.\n")


@pytest.mark.parametrize(
    "name", ["photo[1].jpg", "[@click=x].jpg", "[red]x.jpg", f"{'long ' * 30}.jpg"]
)
def test_a_file_may_have_any_name(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """It is shown as it is, and never taken for markup."""
    (tmp_path / name).write_bytes(jpeg(60, 40))

    assert run(tmp_path / name) == 0
    assert capsys.readouterr().out.splitlines()[0] == name


@pytest.mark.parametrize("name", ["no-such.jpg", "empty"])
def test_what_is_not_there_is_said_in_a_sentence(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A missing file, or a folder with nothing in it."""
    (tmp_path / "empty").mkdir()

    assert run(tmp_path / name) == 1
    assert capsys.readouterr().err.strip() in {
        f"{tmp_path / 'no-such.jpg'} does not exist.",
        f"There are no pictures in {tmp_path / 'empty'}.",
    }


def test_the_mistakes_of_a_pipeline_file_are_told_as_the_compiler_tells_them(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them, each with its place and a caret, unwrapped; nothing is processed."""
    broken = tmp_path / "broken.yaml"
    long = "x" * 70
    broken.write_text(
        "pipeline: photos\nsteps:\n  small:\n    uses: resise\n"
        f"  other:\n    uses: resize\n    with: {{ width: 9, {long}: 1 }}\n"
    )

    assert run(photos / "lake.jpg", pipeline=broken) == 1

    told = capsys.readouterr().err
    assert "broken.yaml:4:11" in told
    assert "broken.yaml:7:23" in told
    assert any(long in line for line in told.splitlines())
    assert not (tmp_path / "out").exists()


def test_a_pipeline_file_that_is_not_there_is_told(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its path and the system's reason."""
    missing = tmp_path / "missing.yaml"

    assert run(photos / "lake.jpg", pipeline=missing) == 1
    assert (
        capsys.readouterr().err.strip() == f"{missing} cannot be read: No such file or directory."
    )


def test_a_pipeline_file_that_is_no_text_is_told(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not a traceback."""
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(jpeg(10, 10))

    assert run(photos / "lake.jpg", pipeline=binary) == 1
    assert "not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["proces"], ["process"], ["process", "--size", "1"]])
def test_misuse_is_told_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """2, as argparse has it."""
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2
    assert "usage: darkroom" in capsys.readouterr().err


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    """And what each is for."""
    with pytest.raises(SystemExit) as raised:
        main(["--help"])

    assert raised.value.code == 0
    shown = capsys.readouterr().out
    verbs = (
        "process",
        "demo",
        "up",
        "down",
        "doctor",
        "history",
        "why",
        "verify",
        "reconcile",
        "dlq",
    )
    assert set(verbs) <= set(re.findall(r"^    (\w+)\b", shown, re.MULTILINE))


def test_two_pictures_that_would_be_written_to_one_folder_are_refused(
    run: Run, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any is processed: the later would replace the earlier's variants."""
    assert run(photos / "lake.jpg", photos / "2026" / ".." / "lake.jpg") == 1

    assert "would both be written to" in capsys.readouterr().err
    assert written(tmp_path) == []


def test_hidden_files_and_earlier_variants_are_no_pictures_to_process(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that holds the output folder can be processed again and again."""
    (tmp_path / "lake.jpg").write_bytes(jpeg(600, 400))
    (tmp_path / ".unseen.jpg").write_bytes(jpeg(60, 40))

    assert run(tmp_path) == 0
    first = written(tmp_path)
    assert run(tmp_path) == 0

    assert written(tmp_path) == first
    assert "unseen" not in capsys.readouterr().out


def test_a_file_where_the_variants_folder_should_be_is_told(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such as the sample that a demo has left in `out`."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sample.jpg").write_bytes(jpeg(600, 400))

    assert run(tmp_path / "out" / "sample.jpg") == 1

    assert "Give another --out." in capsys.readouterr().err


TAGGED = """pipeline: tagged
accept: { tags: [credit] }
steps:
  mark: { uses: watermark, with: { text: "${image.tags.credit}" } }
"""


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    """A pipeline that reads a tag, and another where there is none."""
    path = tmp_path / "tagged.yaml"
    path.write_text(TAGGED.replace("credit}", "credit else 'nobody'}"))
    return path


def test_a_tag_is_what_the_command_says(
    run: Run, photos: Path, tagged: Path, tmp_path: Path
) -> None:
    """Other pixels than without it."""
    output = tmp_path / "out" / "lake.jpg" / "mark.jpg"
    assert run(photos / "lake.jpg", pipeline=tagged) == 0
    without = output.read_bytes()

    assert run(photos / "lake.jpg", "--tag", "credit=Ada", pipeline=tagged) == 0
    assert output.read_bytes() != without


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("plan=free", "The pipeline lists no tag plan; accept.tags has: credit."),
        ("credit=", "The tag credit has no text: write --tag credit=TEXT."),
    ],
)
def test_a_tag_that_no_upload_could_bring_is_refused(
    word: str, told: str, run: Run, tagged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With those that there are, before any picture is read."""
    assert run("lake.jpg", "--tag", word, pipeline=tagged) != 0
    assert told in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("name", ["a$b.jpg", "$(HOME) $$.jpg", 'it\'s `x` "y".jpg'])
def test_make_hands_a_name_on_as_it_is(name: str) -> None:
    """Nothing of it is make's own language, or the shell's."""
    words = ("make", "--silent", "--old-file=.stamps/python", "process", f"PHOTO={name}", "PY=echo")
    environment = {**os.environ, "MAKEFLAGS": ""}

    said = subprocess.run(
        words, cwd=PIPELINE.parent, env=environment, capture_output=True, text=True, check=True
    )

    assert said.stdout == f"-m darkroom process {name}\n"
