"""What users do with their own account by the API; what weighs takes the password once more."""

import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from darkroom.handlers import auth, clients, people
from darkroom.handlers.settings import setting

PASSWORD, ANOTHER = "Correct-horse-7", "Another-password-8"
Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def email() -> str:
    """An address that nobody has used."""
    return f"{uuid4()}@example.com"


@pytest.fixture
def call(cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any, email: str) -> Call:
    """Send a request as a user who just signed in; return status and body."""
    directory = people.directory()
    directory.sign_up(email, PASSWORD, "Ada", ip="203.0.113.7")
    directory.confirm(email, "123456", ip="203.0.113.7")
    session: Any = directory.sign_in(email, PASSWORD, ip="203.0.113.7")
    user = clients.cognito().get_user(AccessToken=session.access_token)["Username"]

    def send(method: str, path: str, body: object = None, **claims: str) -> tuple[int, Any]:
        event = request_of(method, path, body, sub=user, **claims)
        event["headers"]["Authorization"] = f"Bearer {session.access_token}"
        answer = auth.handler(event, context)
        return answer["statusCode"], json.loads(answer["body"] or "null")

    return send


def signs_in(email: str, password: str) -> str:
    """Say what comes of signing in: the name of what is answered."""
    answer = people.directory().sign_in(email, password, ip="203.0.113.7")
    return type(answer).__name__


def test_a_user_sees_who_they_are_and_takes_another_name(call: Call, email: str) -> None:
    """204 for the change; the profile says it."""
    _, before = call("GET", "/me")
    changed = call("PATCH", "/me", {"name": "Ada Lovelace"})
    _, after = call("GET", "/me")

    assert (before["email"], before["name"], before["mfa"]) == (email, "Ada", False)
    assert changed == (204, None)
    assert after == before | {"name": "Ada Lovelace"}


def test_a_password_changes_by_the_old_one(call: Call, email: str) -> None:
    """400 for a wrong one, or for a new one that is too weak."""
    wrong = call("POST", "/me/password", {"password": "Wrong-horse-7", "new_password": ANOTHER})
    weak = call("POST", "/me/password", {"password": PASSWORD, "new_password": "short"})
    right = call("POST", "/me/password", {"password": PASSWORD, "new_password": ANOTHER})

    assert (wrong[0], wrong[1]["code"]) == (400, "password_refused")
    assert (weak[0], weak[1]["code"]) == (400, "password_too_weak")
    assert right == (204, None)
    assert signs_in(email, ANOTHER) == "Session"


def test_an_authenticator_is_set_up_asked_for_and_turned_off(call: Call, email: str) -> None:
    """By a secret and the same as a link, its first code, and the password to get rid of it."""
    status, secret = call("POST", "/me/mfa", {"password": PASSWORD})
    link = urlsplit(secret["otpauth_url"])
    assert call("PUT", "/me/mfa", {"code": "123456"}) == (204, None)
    asked = signs_in(email, PASSWORD)
    _, profile = call("GET", "/me")
    assert call("POST", "/me/mfa/off", {"password": PASSWORD}) == (204, None)

    assert status == 200
    assert (link.scheme, link.netloc, link.path) == ("otpauth", "totp", f"/Darkroom:{email}")
    assert parse_qs(link.query) == {"secret": [secret["secret"]], "issuer": ["Darkroom"]}
    assert (asked, profile["mfa"]) == ("Challenge", True)
    assert signs_in(email, PASSWORD) == "Session"


@pytest.mark.parametrize("path", ["/me/mfa", "/me/mfa/off"])
def test_a_token_alone_changes_nothing_about_codes(call: Call, path: str) -> None:
    """It may have been stolen: the password is asked for, and must be right."""
    status, problem = call("POST", path, {"password": "Wrong-horse-7"})

    assert (status, problem["code"]) == (400, "password_refused")


def test_signing_out_everywhere_ends_the_session(call: Call) -> None:
    """Whatever asks the directory is refused from then on."""
    assert call("DELETE", "/sessions") == (204, None)
    assert call("GET", "/me")[0] == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/me", None),
        ("PATCH", "/me", {"name": "Eve"}),
        ("POST", "/me/password", {"password": PASSWORD, "new_password": ANOTHER}),
        ("POST", "/me/mfa", {"password": PASSWORD}),
        ("PUT", "/me/mfa", {"code": "123456"}),
        ("POST", "/me/mfa/off", {"password": PASSWORD}),
        ("DELETE", "/sessions", None),
    ],
)
def test_another_token_than_an_access_token_of_ours_is_401(
    call: Call, method: str, path: str, body: object
) -> None:
    """An ID token, and one of another client, whatever the gateway let through."""
    for claims in ({"token_use": "id"}, {"client_id": "another"}):
        status, problem = call(method, path, body, **claims)

        assert (status, problem["code"]) == (401, "not_signed_in")
    assert setting("USER_POOL_CLIENT_ID") != "another"


@pytest.mark.parametrize(
    "name", ["", "a" * 101, "Ada\nroot", "\x1b[31m", "a\u2028b", "\x7f", "\x85"]
)
def test_a_name_of_several_lines_or_with_controls_is_refused(call: Call, name: str) -> None:
    """Nor is one without letters, or a very long one, taken."""
    status, problem = call("PATCH", "/me", {"name": name})

    assert (status, problem["code"]) == (400, "malformed_request")


def test_no_log_has_what_went_by(call: Call, email: str, logged: io.StringIO) -> None:
    """Neither the passwords, nor the secret of the authenticator, the address or the name."""
    _, secret = call("POST", "/me/mfa", {"password": PASSWORD})
    call("PUT", "/me/mfa", {"code": "924613"})
    call("PATCH", "/me", {"name": "Augusta King"})
    call("POST", "/me/password", {"password": PASSWORD, "new_password": ANOTHER})

    for canary in (PASSWORD, ANOTHER, secret["secret"], "924613", email, "Augusta"):
        assert canary not in logged.getvalue()
