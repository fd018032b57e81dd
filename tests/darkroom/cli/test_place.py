"""Commands lead to the API that is named, else to the one of the last login, else here."""

import argparse
import os
from pathlib import Path

import pytest

from darkroom.cli import place as place_module
from darkroom.cli.failure import CommandFailed
from darkroom.cli.place import Place, place, remember

URL = "https://api.example.com/v1"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is remembered, set, or running."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("DARKROOM_API", raising=False)
    monkeypatch.setattr(place_module, "attached", lambda: None)


def options(api: str | None = None, deployment: str | None = None) -> argparse.Namespace:
    return argparse.Namespace(api=api, deployment=deployment, profile=None)


def test_what_is_named_comes_before_the_environment_and_the_last_login(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In this order."""
    remember(Place("https://last.example.com", "--api https://last.example.com"))
    assert place(options()).url == "https://last.example.com"

    monkeypatch.setenv("DARKROOM_API", "https://set.example.com/")
    assert place(options()).url == "https://set.example.com"

    assert place(options(f" {URL}/ ")) == Place(URL, f"--api {URL}")


def test_without_anything_the_embedded_cloud_is_meant() -> None:
    """Where none runs, both ways on are told."""
    with pytest.raises(CommandFailed, match=r"`make up` starts one\..*--api URL"):
        place(options())


def test_a_login_to_the_embedded_cloud_is_remembered_by_its_name() -> None:
    """It has another port the next time."""
    remember(Place("http://127.0.0.1:4567/x", "--env local"))

    with pytest.raises(CommandFailed, match="No embedded cloud is running"):
        place(options())


@pytest.mark.parametrize(
    "text", ["api.example.com", "ftp://api.example.com", "https://", "v1", "http://[/b]"]
)
def test_what_is_no_address_is_told(text: str) -> None:
    """With the option that it came by, and an example."""
    with pytest.raises(CommandFailed, match=r"--api .*: write an address, such as https://"):
        place(options(text))


def test_what_aws_cannot_be_asked_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an operator's verbs tell it: here, no region is known."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)

    with pytest.raises(CommandFailed, match=r"AWS cannot be asked: You must specify a region\."):
        place(options(deployment="dev"))


def test_a_password_goes_nowhere_in_the_open() -> None:
    """By http only to this machine itself."""
    with pytest.raises(CommandFailed, match=r"Write https\."):
        place(options("http://api.example.com"))

    assert place(options("http://127.0.0.1:8080/v1")).url == "http://127.0.0.1:8080/v1"


def test_a_memory_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """The default is meant then."""
    (tmp_path / "darkroom").mkdir()
    for text in ("no json", "[]", '{"api": 3}'):
        (tmp_path / "darkroom/last.json").write_text(text)

        with pytest.raises(CommandFailed, match="No embedded cloud"):
            place(options())
