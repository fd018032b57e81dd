"""The open part of the API: sign up, confirm, sign in."""

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Len
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import SecretStr

from darkroom.adapters.cognito import CognitoDirectory
from darkroom.handlers import clients
from darkroom.handlers.http import Body, answered, resolver
from darkroom.handlers.observe import observed
from darkroom.handlers.routes import Routes
from darkroom.handlers.settings import setting
from darkroom.identity import Directory, Session

app = resolver()
route = Routes(app, "auth")

Email = Annotated[str, Len(3, 254)]  # RFC 5321: a path has at most 256, two of them brackets
Password = Annotated[SecretStr, Len(1, 256)]  # Cognito's own maximum


class SignUp(Body):
    """A new account; a code is mailed to the address."""

    email: Email
    password: Password
    name: Annotated[str, Len(1, 100)] | None = None


class Confirmation(Body):
    """The code that was mailed."""

    email: Email
    code: Annotated[str, Len(1, 20)]


class SignIn(Body):
    """An account's address and password."""

    email: Email
    password: Password


@cache
def directory() -> Directory:
    """Return the user directory, wired from this function's settings."""
    return CognitoDirectory(
        clients.cognito(), setting("USER_POOL_ID"), setting("USER_POOL_CLIENT_ID")
    )


@route(
    "POST",
    "/accounts",
    refuses={400: ("account_not_valid", "password_too_weak")},
    status=HTTPStatus.ACCEPTED,
    open_to_all=True,
)
def sign_up(account: SignUp) -> dict[str, str]:
    """Open an account. The answer is the same for an address that has one."""
    directory().sign_up(account.email, account.password.get_secret_value(), account.name)
    return {"next": "A code was mailed. Send it to /accounts/confirm."}


@route("POST", "/accounts/confirm", refuses={400: ("code_refused",)}, open_to_all=True)
def confirm(confirmation: Confirmation) -> dict[str, str]:
    """Confirm an account by its mailed code."""
    directory().confirm(confirmation.email, confirmation.code)
    return {"next": "Sign in at /sessions."}


@route("POST", "/sessions", refuses={401: ("not_signed_in",)}, open_to_all=True)
def sign_in(credentials: SignIn) -> Session:
    """Sign in; the access token goes into the Authorization header of every other call."""
    return directory().sign_in(credentials.email, credentials.password.get_secret_value())


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
