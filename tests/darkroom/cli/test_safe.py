"""A session is for its owner alone, and what is kept is whole."""

import os
from pathlib import Path

import pytest

from darkroom.cli.failure import CommandFailed
from darkroom.cli.safe import FileSafe, KeyringSafe, Safe, folder

API = "https://api.example.com/v1"


class Locked(Exception):
    """What a keyring raises that does not open."""


class Drawer:
    """A keyring: `locked`, it refuses everything."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise Locked("no key")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise Locked("no key")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(params=["file", "keyring"])
def safe(request: pytest.FixtureRequest, tmp_path: Path) -> Safe:
    """Either kind."""
    return FileSafe(tmp_path / "new") if request.param == "file" else KeyringSafe(Drawer(), Locked)


def test_what_is_kept_is_read_until_it_is_forgotten(safe: Safe) -> None:
    """For each API apart; forgetting nothing is no error."""
    safe.write(API, "one")
    safe.write("https://other.example.com", "other")
    safe.write(API, "two")

    assert safe.read(API) == "two"
    safe.forget(API)
    safe.forget(API)
    assert (safe.read(API), safe.read("https://other.example.com")) == (None, "other")


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the mask of new files is, and the mode of the file before it."""
    safe = FileSafe(tmp_path / "darkroom")
    mask = os.umask(0)
    try:
        safe.write(API, "secret")
        (path,) = (tmp_path / "darkroom").iterdir()
        path.chmod(0o644)
        safe.write(API, "secret")
    finally:
        os.umask(mask)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_can_open_is_not_used(tmp_path: Path, mode: int) -> None:
    """Others may know the session, or have put one there that is theirs."""
    safe = FileSafe(tmp_path)
    safe.write(API, "secret")
    (path,) = tmp_path.iterdir()
    path.chmod(mode)

    with pytest.raises(CommandFailed, match=f"not for you alone \\(mode {mode:o}\\)"):
        safe.read(API)


def test_a_link_is_neither_read_nor_written_through(tmp_path: Path) -> None:
    """Somebody who can make one could have us read, or write over, another file."""
    safe, other = FileSafe(tmp_path / "safe"), tmp_path / "other"
    safe.write(API, "secret")
    (path,) = (tmp_path / "safe").iterdir()
    other.write_text("theirs")
    path.unlink()
    path.symlink_to(other)

    with pytest.raises(CommandFailed, match="cannot be read"):
        safe.read(API)
    safe.write(API, "new")

    assert (safe.read(API), other.read_text()) == ("new", "theirs")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """By its path and the reason; no traceback."""
    (tmp_path / "file").touch()

    with pytest.raises(CommandFailed, match="cannot be written: "):
        FileSafe(tmp_path / "file").write(API, "secret")


def test_a_keyring_that_does_not_open_is_told_with_both_ways_on() -> None:
    """Unlock it, or do without."""
    drawer = Drawer()
    drawer.locked = True
    safe = KeyringSafe(drawer, Locked)

    for call in (lambda: safe.read(API), lambda: safe.write(API, "x"), lambda: safe.forget(API)):
        with pytest.raises(CommandFailed, match=r"does not open: no key\. Unlock it; or keep"):
            call()


@pytest.mark.parametrize(
    ("state_home", "expected"),
    [("/var/mine", "/var/mine/darkroom"), ("relative", "~/.local/state/darkroom")],
)
def test_state_is_kept_where_the_xdg_specification_says(
    monkeypatch: pytest.MonkeyPatch, state_home: str, expected: str
) -> None:
    """A relative path is invalid by it, and passed over."""
    monkeypatch.setenv("XDG_STATE_HOME", state_home)

    assert folder() == Path(expected).expanduser()
