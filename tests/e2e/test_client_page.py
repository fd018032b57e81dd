"""docs/client.md is true: its commands say what it shows, and its Python runs as it stands."""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aws import Aws
from PIL import Image

from darkroom.cli import asking, mails, main, place
from darkroom.client import Accounts, Api
from darkroom.local.mails import mailed_code
from steps.testing.sources import jpeg

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text("utf-8")
EMAIL, PASSWORD = "ada@example.net", "Difference-Engine-2"
# What differs each time.
CHANGING = {
    r"[0-7][0-9A-HJKMNP-TV-Z]{25}": "IMAGE",
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC": "TIME",
    r"http://\S+_user_request_": "URL",
    r"\b\d{6}\b": "CODE",
    r"[\d,.]+ (?:bytes|kB|MB)": "SIZE",
}


@pytest.fixture
def run(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Give a command of the page at a terminal, and return what it says."""
    for module in (place, mails):
        monkeypatch.setattr(module, "attached", lambda: aws.cloud)
    monkeypatch.setattr(asking, "getpass", lambda _: PASSWORD)
    monkeypatch.setattr(asking, "at_a_terminal", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: mailed_code(aws.cloud, EMAIL))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("DARKROOM_API", raising=False)
    monkeypatch.chdir(tmp_path)

    def told(command: str) -> str:
        status = main(shlex.split(command.removeprefix("python -m darkroom ")))
        said = capsys.readouterr()
        assert status == 0, said.err
        return said.out

    return told


def shown() -> Iterator[tuple[str, str]]:
    """Yield each command of the page, and what it says there."""
    (session,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for part in session.split("$ ")[1:]:
        command, _, said = part.partition("\n")
        yield command, said


def alike(text: str) -> str:
    """Return the text without what differs each time; variants come in any order."""
    for pattern, name in CHANGING.items():
        text = re.sub(pattern, name, text)
    lines = text.splitlines()
    return "\n".join(sorted(lines) if text.startswith("out/") else lines)


def test_the_commands_of_the_page_say_what_it_shows(
    run: Callable[[str], str], aws: Aws, tmp_path: Path
) -> None:
    """From an account to the pictures on disk, as a new user types them."""
    (tmp_path / "photo.jpg").write_bytes(jpeg(1000, 700))
    image = ""

    for command, expected in shown():
        said = run(re.sub(next(iter(CHANGING)), image, command))
        image = next(iter(re.findall(next(iter(CHANGING)), said)), image)

        assert alike(said) == alike(expected), command

    sizes = {}
    for path in (tmp_path / "out" / image).iterdir():
        with Image.open(path) as picture:
            sizes[path.name] = picture.size
    assert sizes == {
        "thumbnail.jpg": (150, 150),
        "medium.jpg": (800, 560),
        "large.jpg": (1000, 700),
    }


def test_a_session_goes_on_until_all_are_ended(
    run: Callable[[str], str], aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its tokens are exchanged when they end; those of a session that was ended no more."""
    signed_up(aws, "mary@example.net")
    run("login mary@example.net")
    (path,) = (tmp_path / "state" / "darkroom").glob("session-*")
    path.write_text(ended(path.read_text()))

    assert run("whoami").startswith("mary@example.net at http://")
    kept = path.read_text()
    assert ended(kept) != kept
    run("logout --everywhere")
    path.touch(0o600)
    path.write_text(ended(kept))
    assert main(["whoami"]) == 1
    assert capsys.readouterr().err.startswith("Your session has ended")


def ended(kept: str) -> str:
    """Return a session as it is a while later."""
    return re.sub(r'"expires_at":"\d{4}', '"expires_at":"2020', kept)


def signed_up(aws: Aws, email: str) -> None:
    """Open an account, and confirm it."""
    accounts = Accounts(Api(aws.deployed.api_url))
    accounts.sign_up(email, PASSWORD)
    accounts.confirm(email, mailed_code(aws.cloud, email))


def test_the_function_of_the_page_gets_the_variants(aws: Aws, tmp_path: Path) -> None:
    """With nothing but the client package."""
    (script,) = re.findall(r'```python title="client.py"\n(.*?)```', PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(script, names)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(jpeg(300, 200))
    signed_up(aws, "grace@example.net")

    made = names["variants_of"](photo, aws.deployed.api_url, "grace@example.net", PASSWORD)

    assert {name: content[:2] for name, content in made.items()} == dict.fromkeys(
        ("thumbnail", "medium", "large"), b"\xff\xd8"
    )
