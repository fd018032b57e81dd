"""The open API: accounts and sessions, which tell nobody who has one."""

import io
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.stub import Stubber

from darkroom.handlers import auth, clients
from darkroom.identity import Session

PASSWORD = "Correct-horse-7"


@pytest.fixture
def email() -> str:
    """An address that nobody has used."""
    return f"{uuid4()}@example.com"


@pytest.fixture
def post(
    cloud: Any, request_of: Callable[..., dict[str, Any]], context: Any
) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Send a request of the open part of the API; return status and body."""

    def send(path: str, body: object) -> tuple[int, dict[str, Any]]:
        event = request_of("POST", path, body)
        del event["requestContext"]["authorizer"], event["headers"]["Authorization"]
        answer = auth.handler(event, context)
        return answer["statusCode"], json.loads(answer["body"])

    return send


Post = Callable[..., tuple[int, dict[str, Any]]]


def test_a_user_signs_up_confirms_and_signs_in(post: Post, email: str) -> None:
    """Each answer says what comes next; the last has the token and how long it lives."""
    credentials = {"email": email, "password": PASSWORD}

    signed_up, _ = post("/accounts", credentials | {"name": "Ada"})
    confirmed, _ = post("/accounts/confirm", {"email": email, "code": "123456"})
    signed_in, session = post("/sessions", credentials)

    assert (signed_up, confirmed, signed_in) == (202, 200, 200)
    assert set(session) == set(Session.__dataclass_fields__)
    assert session["refresh_token"]
    assert session["access_token"].count(".") == 2


def test_an_address_that_has_an_account_gives_the_same_answer(post: Post, email: str) -> None:
    """Status and body: nobody learns who is a user here."""
    account = {"email": email, "password": PASSWORD, "name": "Ada"}

    assert post("/accounts", account) == post("/accounts", account)


def test_a_wrong_password_and_an_unknown_address_look_the_same(post: Post, email: str) -> None:
    """401 and no reason."""
    post("/accounts", {"email": email, "password": PASSWORD})
    post("/accounts/confirm", {"email": email, "code": "123456"})

    wrong = post("/sessions", {"email": email, "password": "Wrong-password-9"})
    unknown = post("/sessions", {"email": "nobody@example.com", "password": PASSWORD})

    assert wrong == unknown
    assert wrong == (401, {"status": 401, "title": "Unauthorized", "code": "not_signed_in"})


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/accounts", {"password": PASSWORD}, "malformed_request"),
        ("/accounts", {"email": "a@example.com", "password": ""}, "malformed_request"),
        ("/accounts", {"email": "a" * 255, "password": PASSWORD}, "malformed_request"),
        ("/accounts", {"email": "no address", "password": PASSWORD}, "account_not_valid"),
        (
            "/accounts",
            {"email": "a@example.com", "password": PASSWORD, "name": "\ud800"},
            "malformed_request",
        ),
        (
            "/accounts",
            {"email": "a@example.com", "password": PASSWORD, "name": "Ada\r\nBcc: eve"},
            "malformed_request",
        ),
        ("/accounts", {"email": "a@example.com\n", "password": PASSWORD}, "malformed_request"),
        ("/accounts", {"email": "a@example.com", "password": "short"}, "password_too_weak"),
        ("/accounts/resend", {}, "malformed_request"),
        ("/accounts/forgot", {"email": "a\x00@example.com"}, "malformed_request"),
        (
            "/accounts/reset",
            {"email": "a@example.com", "code": "1", "password": "short"},
            "password_too_weak",
        ),
        ("/sessions/refresh", {"refresh_token": ""}, "malformed_request"),
        ("/sessions/answer", {"challenge": "x"}, "malformed_request"),
        ("/accounts/confirm", {"email": "a@example.com"}, "malformed_request"),
        ("/accounts/confirm", {"email": "a@example.com", "code": "1"}, "code_refused"),
        ("/sessions", "{", "malformed_request"),
        ("/sessions", [], "malformed_request"),
    ],
)
def test_a_request_that_cannot_be_served_is_a_problem(
    post: Post, path: str, body: object, code: str
) -> None:
    """400, with a code for programs."""
    status, problem = post(path, body)

    assert (status, problem["code"]) == (400, code)


def test_a_refused_request_does_not_repeat_the_password(post: Post, email: str) -> None:
    """Neither to the caller, who may be showing it to others, nor in the log."""
    _, problem = post("/accounts", {"email": email, "password": [PASSWORD]})

    assert problem["code"] == "malformed_request"
    assert PASSWORD not in json.dumps(problem)


def test_a_busy_directory_asks_for_patience(post: Post, email: str) -> None:
    """429: the caller may try again a little later; it is nobody's mistake."""
    with Stubber(clients.cognito()) as stub:
        stub.add_response(
            "describe_user_pool_client", {"UserPoolClient": {"ClientSecret": "s3cr3t" * 4}}
        )
        stub.add_client_error("admin_initiate_auth", "TooManyRequestsException")
        status, problem = post("/sessions", {"email": email, "password": PASSWORD})

    assert (status, problem["code"]) == (429, "too_many_requests")


def test_no_log_has_a_password_or_a_token(
    post: Post,
    email: str,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    """Not even where everything goes wrong in the middle of signing in."""
    credentials = {"email": email, "password": PASSWORD}
    post("/accounts", credentials)
    post("/accounts/confirm", {"email": email, "code": "123456"})
    _, session = post("/sessions", credentials)

    class Broken:
        def sign_in(self, email: str, password: str, *, ip: str) -> Session:
            raise RuntimeError("the directory is away")

    monkeypatch.setattr(auth, "directory", Broken)
    status, problem = post("/sessions", credentials)

    assert (status, problem["code"]) == (500, "internal")
    assert "the directory is away" in log_lines()[-1]["exception"]
    for secret in (PASSWORD, session["access_token"], email):
        assert secret not in logged.getvalue()
