"""To become a user, and to be one: what is sent, what is kept, and what is told next."""

from datetime import timedelta

import pytest

from darkroom.cli.safe import FileSafe
from tests.darkroom.cli.user import EMAIL, TOKEN, User
from tests.darkroom.client.scripted import Reply

PASSWORD = "Difference-Engine-2"
SESSION = Reply(body={"access_token": TOKEN, "expires_in_s": 900})


def test_an_account_is_opened_by_a_password_from_stdin(user: User) -> None:
    """It is sent as it was written, shown nowhere, and the next command is told whole."""
    user.script.answer(Reply(202, {"next": "confirm"}))

    said = user.run("signup", EMAIL, "--name", "Ada", "--password-stdin", stdin=f"{PASSWORD}\n")

    assert user.script.asked[0].line == "POST /accounts"
    assert user.script.asked[0].json() == {"email": EMAIL, "password": PASSWORD, "name": "Ada"}
    assert f"python -m darkroom confirm {EMAIL} --api {user.script.url}" in said.out
    assert PASSWORD not in said.out + said.err


def test_a_password_is_asked_for_twice_at_a_terminal(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was mistyped once would lock its owner out."""
    typed = iter((PASSWORD, "Difference-Engine-3"))
    monkeypatch.setattr("darkroom.cli.account.getpass", lambda _: next(typed))
    monkeypatch.setattr("darkroom.cli.account.at_a_terminal", lambda: True)

    said = user.run("signup", EMAIL)

    assert (said.status, said.err) == (1, "The two differ. Nothing was done.\n")
    assert user.script.asked == []


def test_without_a_terminal_the_other_way_is_told(user: User) -> None:
    """A script that would wait for ever for a password ends."""
    said = user.run("login", EMAIL)

    assert said.status == 1
    assert "--password-stdin" in said.err


def test_an_account_is_confirmed_by_its_code(user: User) -> None:
    """Given with the command, or asked for."""
    user.script.answer(Reply(body={}))

    assert user.run("confirm", EMAIL, "123456").status == 0
    assert user.run("confirm", EMAIL, stdin="654321 \n").status == 0

    codes = [asked.json()["code"] for asked in user.script.asked]
    assert codes == ["123456", "654321"]


def test_a_session_is_kept_for_later_commands(user: User) -> None:
    """Under the address that it is for, for its owner alone; and later commands lead there."""
    user.safe.forget(user.script.url)
    user.script.answer(SESSION, to="POST /sessions")
    user.script.answer(Reply(body={"images": [], "cursor": None}), to="GET /images")
    user.patch.delenv("DARKROOM_API")

    said = user.run("login", EMAIL, "--password-stdin", "--api", user.script.url, stdin=PASSWORD)
    listed = user.run("ls")

    assert said.out == f"Signed in as {EMAIL} at {user.script.url}.\n"
    assert (listed.status, listed.out) == (0, "no images\n")
    assert user.script.asked[-1].headers["Authorization"] == f"Bearer {TOKEN}"
    kept = {path.name: path.stat().st_mode & 0o777 for path in (user.state / "darkroom").iterdir()}
    assert {mode for name, mode in kept.items() if name.startswith("session-")} == {0o600}


def test_a_wrong_password_is_told_with_what_else_it_may_be(user: User) -> None:
    """The API does not say which; the session that there was stays."""
    user.script.answer(Reply(401, {"code": "not_signed_in"}))

    said = user.run("login", EMAIL, "--password-stdin", stdin="wrong\n")

    assert said.status == 1
    assert f"python -m darkroom confirm {EMAIL}" in said.err
    assert user.safe.read(user.script.url)


def test_after_signing_out_nobody_is_signed_in(user: User) -> None:
    """The next command says so, and how to begin."""
    assert user.run("logout").out == f"Signed out at {user.script.url}.\n"

    said = user.run("ls")

    assert said.status == 1
    assert said.err.startswith(
        f"Nobody is signed in at {user.script.url}: `python -m darkroom login"
    )
    assert user.run("logout").out == f"Nobody was signed in at {user.script.url}.\n"


def test_a_session_that_has_ended_is_not_tried(user: User) -> None:
    """Whose it was is known, so the command is told with it."""
    user.sign_in(life=timedelta(0))

    said = user.run("ls")

    assert (said.status, user.script.asked) == (1, [])
    assert f"python -m darkroom login {EMAIL}" in said.err


def test_a_session_that_the_api_takes_no_more_is_told(user: User) -> None:
    """It may have been ended elsewhere."""
    user.script.answer(Reply(401, {"code": "not_signed_in"}))

    assert "Your session has ended" in user.run("ls").err


def test_a_session_of_other_code_is_none(user: User) -> None:
    """What cannot be read is not believed."""
    FileSafe(user.state / "darkroom").write(user.script.url, '{"token": 3}')

    assert "Nobody is signed in" in user.run("ls").err
