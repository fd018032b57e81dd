"""The open part of the API: accounts and sessions. It tells nobody who has an account."""

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.handlers import me
from darkroom.handlers.credentials import Code, Email, Name, Password, Token
from darkroom.handlers.http import Body, answered, resolver, source_ip
from darkroom.handlers.observe import observed
from darkroom.handlers.people import directory
from darkroom.handlers.routes import Routes
from darkroom.identity import Challenge, Session

app = resolver()
app.include_router(me.router)
route = Routes(app, "auth")

_MAILED = "If that is possible, a code was mailed."


class SignUp(Body):
    """A new account; a code is mailed to the address."""

    email: Email
    password: Password
    name: Name | None = None


class Address(Body):
    """An account's address."""

    email: Email


class Confirmation(Body):
    """The code that was mailed."""

    email: Email
    code: Code


class SignIn(Body):
    """An account's address and password."""

    email: Email
    password: Password


class Answer(Body):
    """What a session was asked for, and the code that an authenticator shows."""

    challenge: Token
    code: Code


class Refresh(Body):
    """The refresh token of the last session."""

    refresh_token: Token


class Reset(Body):
    """The code that was mailed, and a new password."""

    email: Email
    code: Code
    password: Password


@route(
    "POST",
    "/accounts",
    refuses={400: ("account_not_valid", "password_too_weak")},
    status=HTTPStatus.ACCEPTED,
    open_to_all=True,
)
def sign_up(account: SignUp) -> dict[str, str]:
    """Open an account. The answer is the same for an address that has one."""
    password = account.password.get_secret_value()
    directory().sign_up(account.email, password, account.name, ip=source_ip(app))
    return {"next": "A code was mailed. Send it to /accounts/confirm."}


@route("POST", "/accounts/confirm", refuses={400: ("code_refused",)}, open_to_all=True)
def confirm(confirmation: Confirmation) -> dict[str, str]:
    """Confirm an account by its mailed code."""
    directory().confirm(confirmation.email, confirmation.code, ip=source_ip(app))
    return {"next": "Sign in at /sessions."}


@route("POST", "/accounts/resend", status=HTTPStatus.ACCEPTED, open_to_all=True)
def resend_code(account: Address) -> dict[str, str]:
    """Mail the code once more to an account that waits for it. Any address answers the same."""
    directory().resend(account.email, ip=source_ip(app))
    return {"next": f"{_MAILED} Send it to /accounts/confirm."}


@route("POST", "/accounts/forgot", status=HTTPStatus.ACCEPTED, open_to_all=True)
def forgot_password(account: Address) -> dict[str, str]:
    """Mail a code by which a new password can be set. Any address answers the same."""
    directory().forgot(account.email, ip=source_ip(app))
    return {"next": f"{_MAILED} Send it to /accounts/reset."}


@route(
    "POST",
    "/accounts/reset",
    refuses={400: ("code_refused", "password_too_weak")},
    open_to_all=True,
)
def reset_password(reset: Reset) -> dict[str, str]:
    """Set a new password by the mailed code."""
    password = reset.password.get_secret_value()
    directory().reset(reset.email, reset.code, password, ip=source_ip(app))
    return {"next": "Sign in at /sessions."}


@route("POST", "/sessions", refuses={401: ("not_signed_in",)}, open_to_all=True)
def sign_in(credentials: SignIn) -> Session | Challenge:
    """Sign in; the access token goes into the Authorization header of every other call.

    Where the account asks for the code of an authenticator, a challenge comes back instead: send
    it to /sessions/answer, with the code, within three minutes.
    """
    password = credentials.password.get_secret_value()
    return directory().sign_in(credentials.email, password, ip=source_ip(app))


@route("POST", "/sessions/answer", refuses={401: ("not_signed_in",)}, open_to_all=True)
def answer_challenge(answer: Answer) -> Session:
    """Sign in with the code of an authenticator, after the password."""
    challenge = answer.challenge.get_secret_value()
    return directory().answer(challenge, answer.code, ip=source_ip(app))


@route("POST", "/sessions/refresh", refuses={401: ("not_signed_in",)}, open_to_all=True)
def refresh_session(refresh: Refresh) -> Session:
    """Get a new session for the refresh token of the last; that token is used up by it."""
    return directory().refresh(refresh.refresh_token.get_secret_value())


@route("GET", "/openapi.json", open_to_all=True)
def described() -> dict[str, Any]:
    """Describe the API: this document."""
    return contract()


@cache
def contract() -> dict[str, Any]:
    """Return the OpenAPI description, which lies beside our code."""
    path = Path(__file__).parents[1] / "openapi.json"
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return told


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request of API Gateway."""
    return answered(app, event, context)
