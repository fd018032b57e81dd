"""What users do with their own account, by their access token; what weighs takes the password."""

from http import HTTPStatus
from urllib.parse import quote, urlencode

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from darkroom.handlers.credentials import Code, Name, Password
from darkroom.handlers.http import Body, access_token, no_content, source_ip, user_id
from darkroom.handlers.people import accounts, directory
from darkroom.handlers.routes import Routes, new_router
from darkroom.identity import Profile

router = new_router()
route = Routes(router, "auth")


class Rename(Body):
    """Another name."""

    name: Name


class PasswordChange(Body):
    """The password as it is, and as it is to be."""

    password: Password
    new_password: Password


class Proof(Body):
    """The password, once more."""

    password: Password


class FirstCode(Body):
    """The code that the authenticator shows for the new secret."""

    code: Code


class Secret(BaseModel):
    """A secret for an authenticator, and the same as a link, to be shown as a QR code."""

    secret: str  # in base 32
    otpauth_url: str


@route("GET", "/me", refuses={401: ("not_signed_in",)})
def my_profile() -> Profile:
    """Show who I am: my address, name, and whether signing in takes a code."""
    user_id(router)
    return accounts().profile(access_token(router))


@route("PATCH", "/me", refuses={401: ("not_signed_in",)}, status=HTTPStatus.NO_CONTENT)
def rename_me(change: Rename) -> Response[None]:
    """Change my name. Images that were uploaded before keep the one they came with."""
    user_id(router)
    accounts().rename(access_token(router), change.name)
    return no_content()


@route(
    "POST",
    "/me/password",
    refuses={400: ("password_refused", "password_too_weak"), 401: ("not_signed_in",)},
    status=HTTPStatus.NO_CONTENT,
)
def change_password(change: PasswordChange) -> Response[None]:
    """Change my password. Sessions that there are stay: DELETE /sessions ends them."""
    user_id(router)
    old, new = change.password.get_secret_value(), change.new_password.get_secret_value()
    accounts().change_password(access_token(router), old, new)
    return no_content()


@route("DELETE", "/sessions", refuses={401: ("not_signed_in",)}, status=HTTPStatus.NO_CONTENT)
def sign_out_everywhere() -> Response[None]:
    """End all my sessions: no refresh token is good any more.

    Access tokens that were given out live on until they expire, fifteen minutes at most.
    """
    user_id(router)
    accounts().sign_out_everywhere(access_token(router))
    return no_content()


@route("POST", "/me/mfa", refuses={400: ("password_refused",), 401: ("not_signed_in",)})
def begin_mfa(proof: Proof) -> Secret:
    """Get a secret for an authenticator. Nothing changes until PUT /me/mfa brings its code."""
    _check(proof)
    token = access_token(router)
    secret = accounts().begin_mfa(token)
    return Secret(secret=secret, otpauth_url=_otpauth(accounts().profile(token).email, secret))


@route(
    "PUT",
    "/me/mfa",
    refuses={400: ("code_refused",), 401: ("not_signed_in",)},
    status=HTTPStatus.NO_CONTENT,
)
def turn_mfa_on(first: FirstCode) -> Response[None]:
    """Ask for a code at every sign-in from now on, by the first one that shows it works."""
    user_id(router)
    accounts().turn_mfa_on(access_token(router), first.code)
    return no_content()


@route(
    "POST",
    "/me/mfa/off",
    refuses={400: ("password_refused",), 401: ("not_signed_in",)},
    status=HTTPStatus.NO_CONTENT,
)
def turn_mfa_off(proof: Proof) -> Response[None]:
    """Ask for codes no more."""
    _check(proof)
    accounts().turn_mfa_off(access_token(router))
    return no_content()


def _check(proof: Proof) -> None:
    """Let only those through who know the password, too: a token may have been stolen."""
    user = user_id(router)
    directory().check(user, proof.password.get_secret_value(), ip=source_ip(router))


def _otpauth(email: str, secret: str) -> str:
    """Return the link by which authenticators take a secret.

    Source: the Key Uri Format of google/google-authenticator, which others follow.
    """
    label = quote(f"Darkroom:{email}", safe=":@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': 'Darkroom'})}"
