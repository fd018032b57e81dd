"""A user at the command line, of an API that is a script."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from darkroom.cli import main
from darkroom.cli.safe import FileSafe
from darkroom.cli.session import Kept
from darkroom.client import Tokens
from tests.darkroom.client.scripted import Script

EMAIL = "ada@example.com"
TOKEN = "the-access-token"


@dataclass(frozen=True)
class Said:
    """What a command left: its exit status, and what it wrote."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class User:
    """Gives commands; nothing of this machine's own sessions is seen."""

    script: Script
    state: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    @property
    def safe(self) -> FileSafe:
        """Where the user's sessions are kept."""
        return FileSafe(self.state / "darkroom")

    def sign_in(self, life: timedelta = timedelta(minutes=15)) -> None:
        """Have a session, as `login` leaves it."""
        until = datetime.now(UTC) + life
        tokens = Tokens(access_token=TOKEN, refresh_token="refresh-1", expires_at=until)
        kept = Kept(email=EMAIL, tokens=tokens)
        self.safe.write(self.script.url, kept.model_dump_json())

    @property
    def kept(self) -> Kept:
        """The session that is kept."""
        return Kept.model_validate_json(self.safe.read(self.script.url) or "")

    def run(self, *words: str, stdin: str = "") -> Said:
        """Give a command."""
        self.patch.setattr("sys.stdin", io.StringIO(stdin))
        status = main(words)
        told = self.capture.readouterr()
        return Said(status, told.out, told.err)


@contextmanager
def at_the_command_line(
    script: Script, state: Path, capture: pytest.CaptureFixture[str]
) -> Iterator[User]:
    """A user whose commands lead to the script, and whose state is kept below `state`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DARKROOM_API", script.url)
        patch.setenv("XDG_STATE_HOME", str(state))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        yield User(script, state, capture, patch)
