"""Verbs end in an exit status and, where something is wrong, in words and not in a traceback."""

import argparse
from pathlib import Path

import pytest
from rich.console import Console

from darkroom.cli import doctor, embedded, main
from darkroom.cli.doctor import Finding
from darkroom.cli.failure import CommandFailed
from darkroom.local.cloud import CloudError


@pytest.mark.parametrize("error", [CommandFailed, CloudError])
def test_what_cannot_go_on_says_why_and_exits_with_1(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, as it is: brackets are no markup, and words between colons no emoji."""

    def fail(_: argparse.Namespace, __: Console) -> int:
        raise error("The disk [sda] is :full:, :smile:")

    monkeypatch.setattr(embedded, "down", fail)

    assert main(["down"]) == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "The disk [sda] is :full:, :smile:\n")


def test_an_interrupt_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """130, as a shell has it for Ctrl-C."""

    def interrupted(_: argparse.Namespace, __: Console) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, "down", interrupted)

    assert main(["down"]) == 130
    assert capsys.readouterr().err == ""


def test_doctor_gives_each_lack_its_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no cure to what is right; 1 where anything lacks."""
    findings = (
        Finding(True, "Python 3.13.1", "x"),
        Finding(False, "the cloud", "Run `make setup`."),
    )
    monkeypatch.setattr(doctor, "_findings", lambda: findings)

    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "ok   Python 3.13.1",
        "lack the cloud",
        "     Run `make setup`.",
    ]


def test_doctor_looks_at_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """Python and the codecs are there, or these tests would not run."""
    status = main(["doctor"])

    lines = capsys.readouterr().out.splitlines()
    assert status == int(any(line.startswith("lack") for line in lines))
    assert lines[0].startswith("ok   Python 3.")
    assert any(line.startswith("ok   libvips") for line in lines)


def test_a_photo_that_is_no_file_starts_no_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is looked at before anything takes time."""
    missing = tmp_path / "no-such.jpg"

    assert main(["demo", str(missing), "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{missing} is not a file.\n"


def test_a_demo_of_a_picture_among_its_own_variants_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be written over; nothing is started."""
    (tmp_path / "large.jpg").write_bytes(b"a picture")

    assert main(["demo", str(tmp_path / "large.jpg"), "--out", str(tmp_path)]) == 1

    assert "lies where the variants go" in capsys.readouterr().err
    assert (tmp_path / "large.jpg").read_bytes() == b"a picture"
