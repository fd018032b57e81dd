"""Verbs on a deployment: an operator's on moto, a user's on a script; and what they say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from darkroom.cli import main
from tests.darkroom.cli.deployed import OnMoto, Tell, on_moto
from tests.darkroom.cli.user import User, at_the_command_line
from tests.darkroom.client.scripted import serving


@pytest.fixture
def deployed() -> Iterator[OnMoto]:
    """A deployment to `dev`, in eu-central-1."""
    with on_moto() as made:
        yield made


@pytest.fixture
def tell(deployed: OnMoto, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run verbs on that deployment."""

    def run(verb: str, *words: str) -> tuple[int, str]:
        status = main([verb, *words, "--env", "dev"])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


@pytest.fixture
def user(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[User]:
    """A user who is signed in."""
    with serving() as script, at_the_command_line(script, tmp_path / "state", capsys) as user:
        user.sign_in()
        yield user
