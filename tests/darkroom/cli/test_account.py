"""To become a user, and to be one: what is sent, what is kept, and what is told next."""

from datetime import timedelta

import pytest

from darkroom.cli.place import Place
from darkroom.cli.safe import FileSafe
from darkroom.cli.session import Keeper
from tests.darkroom.cli.user import EMAIL, TOKEN, User
from tests.darkroom.client.scripted import Reply

PASSWORD = "Difference-Engine-2"
NEW = {"access_token": "new-token", "refresh_token": "refresh-2", "expires_in_s": 900}
NO_IMAGES = Reply(body={"images": [], "cursor": None})


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
    monkeypatch.setattr("darkroom.cli.asking.getpass", lambda _: next(typed))
    monkeypatch.setattr("darkroom.cli.asking.at_a_terminal", lambda: True)

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
    user.script.answer(Reply(body=NEW), to="POST /sessions")
    user.script.answer(NO_IMAGES, to="GET /images")
    user.patch.delenv("DARKROOM_API")

    said = user.run("login", EMAIL, "--password-stdin", "--api", user.script.url, stdin=PASSWORD)
    listed = user.run("ls")

    assert said.out == f"Signed in as {EMAIL} at {user.script.url}.\n"
    assert (listed.status, listed.out) == (0, "no images\n")
    assert user.script.asked[-1].headers["Authorization"] == "Bearer new-token"
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


def test_a_code_of_an_authenticator_is_asked_for(user: User) -> None:
    """Where the account has one; or it comes with the command."""
    user.script.answer(Reply(body={"challenge": "c-1"}), to="POST /sessions")
    user.script.answer(Reply(body=NEW), to="POST /sessions/answer")

    asked = user.run("login", EMAIL, "--password-stdin", stdin=f"{PASSWORD}\n111111\n")
    given = user.run("login", EMAIL, "--password-stdin", "--code", "222222", stdin=PASSWORD)

    assert (asked.status, given.status) == (0, 0)
    answers = [each.json() for each in user.script.asked if each.line.endswith("/answer")]
    assert answers == [
        {"challenge": "c-1", "code": "111111"},
        {"challenge": "c-1", "code": "222222"},
    ]


def test_a_wrong_code_of_an_authenticator_is_told(user: User) -> None:
    """Apart from a wrong password: who comes so far knows that."""
    user.script.answer(Reply(body={"challenge": "c-1"}), to="POST /sessions")
    user.script.answer(Reply(401, {"code": "not_signed_in"}), to="POST /sessions/answer")

    said = user.run("login", EMAIL, "--password-stdin", "--code", "0", stdin=PASSWORD)

    assert (said.status, said.err.split(":")[0]) == (1, "That code does not sign in")


def test_a_session_goes_on_by_itself(user: User) -> None:
    """Its tokens are exchanged before they end, and the new ones are kept."""
    user.sign_in(life=timedelta(seconds=59))
    user.script.answer(Reply(body=NEW), to="POST /sessions/refresh")
    user.script.answer(NO_IMAGES, to="GET /images")

    assert user.run("ls").status == 0

    refreshed, listed = user.script.asked
    assert refreshed.json() == {"refresh_token": "refresh-1"}
    assert "Authorization" not in refreshed.headers
    assert listed.headers["Authorization"] == "Bearer new-token"
    assert (user.kept.email, user.kept.tokens.refresh_token) == (EMAIL, "refresh-2")


def test_a_session_that_has_ended_is_told_with_whose_it_was(user: User) -> None:
    """After thirty days, or since somebody ended all."""
    user.sign_in(life=timedelta(0))
    user.script.answer(Reply(401, {"code": "not_signed_in"}), to="POST /sessions/refresh")

    said = user.run("ls")

    assert said.status == 1
    assert said.err.startswith(f"Your session has ended: `python -m darkroom login {EMAIL} --api")


def test_what_another_command_has_renewed_is_taken(user: User) -> None:
    """A refresh token is good for one exchange: whoever is second takes what the first kept."""
    user.sign_in(life=timedelta(0))
    keeps = Keeper(Place(user.script.url, "--api"), user.safe)
    old = user.kept.tokens
    user.sign_in()

    assert keeps.renewed(old) == user.kept.tokens
    assert user.script.asked == []


def test_all_sessions_are_ended_by_the_one_at_hand(user: User) -> None:
    """And that one is forgotten here."""
    user.script.answer(Reply(204, b""), to="DELETE /sessions")

    assert user.run("logout", "--everywhere").status == 0

    (asked,) = user.script.asked
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "Nobody is signed in" in user.run("logout", "--everywhere").err


def test_a_forgotten_password_is_set_anew_by_a_mailed_code(user: User) -> None:
    """Whoever has an account: what is told is the same."""
    user.script.answer(Reply(body={}))

    forgot = user.run("forgot", EMAIL)
    reset = user.run("reset", EMAIL, "123456", "--password-stdin", stdin=PASSWORD)

    assert f"python -m darkroom reset {EMAIL} --api" in forgot.out
    assert f"python -m darkroom login {EMAIL} --api" in reset.out
    assert [asked.line for asked in user.script.asked] == [
        "POST /accounts/forgot",
        "POST /accounts/reset",
    ]
    assert user.script.asked[1].json() == {"email": EMAIL, "code": "123456", "password": PASSWORD}


def test_a_code_is_mailed_again(user: User) -> None:
    """It is not used, so no code is asked for."""
    user.script.answer(Reply(202, {}))

    assert user.run("confirm", EMAIL, "--resend").status == 0
    assert user.script.asked[0].line == "POST /accounts/resend"


def test_who_is_signed_in_is_told(user: User) -> None:
    """By name, if there is one, and by address."""
    me = {"user_id": "1", "email": EMAIL, "name": "Ada", "mfa": False}
    user.script.answer(Reply(body=me), Reply(body=me | {"name": None}), to="GET /me")

    assert user.run("whoami").out == f"Ada, {EMAIL} at {user.script.url}\n"
    assert user.run("whoami").out == f"{EMAIL} at {user.script.url}\n"


def test_a_session_that_the_api_takes_no_more_is_told(user: User) -> None:
    """It may have been ended elsewhere."""
    user.script.answer(Reply(401, {"code": "not_signed_in"}))

    assert "Your session has ended" in user.run("ls").err


def test_a_session_of_other_code_is_none(user: User) -> None:
    """What cannot be read is not believed."""
    FileSafe(user.state / "darkroom").write(user.script.url, '{"token": 3}')

    assert "Nobody is signed in" in user.run("ls").err
