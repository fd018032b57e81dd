"""Where a session is kept between commands: the keyring of the system, or a file of one's own."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Protocol

from darkroom.cli.failure import CommandFailed

_SERVICE = "darkroom"
# A backend below that is a last resort, such as one that fails, or writes plain text.
# Source: documentation of keyring, "KeyringBackend.priority".
_RECOMMENDED = 1
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Safe(Protocol):
    """Keeps a text for each API."""

    def read(self, api: str) -> str | None:
        """Return what is kept for the API at this address; None if nothing is."""
        ...

    def write(self, api: str, text: str) -> None:
        """Keep `text` for it, instead of what was kept."""
        ...

    def forget(self, api: str) -> None:
        """Keep nothing for it any more."""
        ...


@dataclass(frozen=True)
class FileSafe:
    """Files that nobody but their owner can read, one for each API."""

    folder: Path

    def read(self, api: str) -> str | None:
        """Return what is kept; raises CommandFailed for a file that others can read or change."""
        path = self._path(api)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CommandFailed(f"{path} cannot be read: {error.strerror}.") from error
        with os.fdopen(descriptor, encoding="utf-8") as file:
            _check(path, os.fstat(descriptor))
            return file.read()

    def write(self, api: str, text: str) -> None:
        """Write a new file in the place of the old one: it is whole at any time."""
        path = self._path(api)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made by mkstemp: new, for its owner alone, and by no link of somebody else's.
            descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".session-")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise CommandFailed(f"{path} cannot be written: {error.strerror}.") from error

    def forget(self, api: str) -> None:
        """Remove the file."""
        self._path(api).unlink(missing_ok=True)

    def _path(self, api: str) -> Path:
        # An address has characters that no file's name may have everywhere.
        return self.folder / f"session-{sha256(api.encode()).hexdigest()[:16]}.json"


class Keyring(Protocol):
    """What there is of the package `keyring`, where that is installed."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a secret."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret; raises an error of its own where there is none."""
        ...


@dataclass(frozen=True)
class KeyringSafe:
    """The keyring of the system: macOS's keychain, a desktop's secret service."""

    keyring: Keyring
    failure: type[Exception]  # what all its errors are

    def read(self, api: str) -> str | None:
        """Return what is kept; raises CommandFailed for a keyring that does not open."""
        with self._told():
            return self.keyring.get_password(_SERVICE, api)

    def write(self, api: str, text: str) -> None:
        """Keep it; raises CommandFailed as `read` does."""
        with self._told():
            self.keyring.set_password(_SERVICE, api, text)

    def forget(self, api: str) -> None:
        """Keep it no more; raises CommandFailed as `read` does."""
        with self._told():
            if self.keyring.get_password(_SERVICE, api) is not None:
                self.keyring.delete_password(_SERVICE, api)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self.failure as error:
            raise CommandFailed(
                f"The keyring does not open: {error}. Unlock it; or keep sessions in files, with"
                f" PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring in the environment."
            ) from error


def folder() -> Path:
    """Return where this user's state is kept, by the XDG base directory specification."""
    told = Path(os.environ.get("XDG_STATE_HOME", ""))
    base = told if told.is_absolute() else Path.home() / ".local" / "state"
    return base / "darkroom"


def safe() -> Safe:
    """Return the system's keyring, if `keyring` is installed and finds a good one; else files."""
    try:
        keyring, errors = import_module("keyring"), import_module("keyring.errors")
    except ImportError:
        return FileSafe(folder())
    if keyring.get_keyring().priority < _RECOMMENDED:
        return FileSafe(folder())
    found: Keyring = keyring.get_keyring()
    return KeyringSafe(found, errors.KeyringError)


def _check(path: Path, status: os.stat_result) -> None:
    """Raise CommandFailed for a file of somebody else, or that others may open."""
    if os.name != "posix":
        return
    if status.st_uid != os.getuid() or status.st_mode & _OTHERS:
        raise CommandFailed(
            f"{path} is not for you alone (mode {stat.S_IMODE(status.st_mode):o}): others may know"
            f" the session that it holds. Sign in anew with `python -m darkroom login`."
        )
