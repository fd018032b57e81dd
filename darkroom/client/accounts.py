"""Accounts: to become a user, to sign in, and to get in again without the password."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus

from pydantic import RootModel

from darkroom.client.answers import Challenge, Session
from darkroom.client.api import Api
from darkroom.client.failures import Refused
from darkroom.client.images import Client
from darkroom.client.tokens import Running, Tokens


class _Entry(RootModel[Session | Challenge]):
    """What the right password gives."""


@dataclass(frozen=True)
class Accounts:
    """The part of the API that is open to anybody. It tells nobody who has an account."""

    api: Api

    def sign_up(self, email: str, password: str, name: str | None = None) -> None:
        """Open an account; a code is mailed."""
        body = {"email": email, "password": password} | ({"name": name} if name else {})
        self.api.tell("POST", "/accounts", body, repeatable=True)

    def resend(self, email: str) -> None:
        """Have the code mailed again, if the account waits for it."""
        self.api.tell("POST", "/accounts/resend", {"email": email})

    def confirm(self, email: str, code: str) -> None:
        """Confirm the account by its mailed code; Refused with `code_refused` for another."""
        self.api.tell("POST", "/accounts/confirm", {"email": email, "code": code})

    def forgot(self, email: str) -> None:
        """Have a code mailed, by which `reset` sets a new password."""
        self.api.tell("POST", "/accounts/forgot", {"email": email})

    def reset(self, email: str, code: str, password: str) -> None:
        """Set a new password by the mailed code; Refused with `code_refused` for another."""
        body = {"email": email, "code": code, "password": password}
        self.api.tell("POST", "/accounts/reset", body)

    def sign_in(self, email: str, password: str) -> Session | Challenge:
        """Return a session, or the challenge of an account that asks for an authenticator's code.

        Refused with 401 for an unknown address, a wrong password and an account that is not
        confirmed alike.
        """
        body = {"email": email, "password": password}
        return self.api.post(_Entry, "/sessions", body, repeatable=True).root

    def answer(self, challenge: Challenge, code: str) -> Session:
        """Return a session for the code that the authenticator shows; Refused with 401."""
        body = {"challenge": challenge.challenge, "code": code}
        return self.api.post(Session, "/sessions/answer", body)

    def refresh(self, refresh_token: str) -> Session:
        """Return a new session for the refresh token of the last, which is used up by it.

        Refused with 401 for one that was used more than a minute ago, or whose session has ended.
        """
        body = {"refresh_token": refresh_token}
        # The directory takes a token again within a minute of its use: an answer may be lost.
        return self.api.post(Session, "/sessions/refresh", body, repeatable=True)

    def signed_in(self, email: str, password: str, code: str | None = None) -> Client:
        """Return a client that speaks for this user as long as the session can be renewed.

        Refused as `sign_in` and `answer` have it, and with `code_wanted` where the account asks
        for an authenticator's code and none is given.
        """
        session = self.sign_in(email, password)
        if isinstance(session, Challenge):
            if code is None:
                raise Refused(HTTPStatus.UNAUTHORIZED, "code_wanted")
            session = self.answer(session, code)
        running = Running(Tokens.of(session, datetime.now(UTC)), self.renewed)
        return Client(replace(self.api, token=running.token))

    def renewed(self, tokens: Tokens) -> Tokens:
        """Return the tokens that come for old ones; Refused as `refresh` has it."""
        return Tokens.of(self.refresh(tokens.refresh_token), datetime.now(UTC))
