"""Accounts: to become a user, and to sign in."""

from dataclasses import dataclass, replace

from darkroom.client.answers import Session
from darkroom.client.api import Api
from darkroom.client.images import Client


@dataclass(frozen=True)
class Accounts:
    """The part of the API that is open to anybody."""

    api: Api

    def sign_up(self, email: str, password: str, name: str | None = None) -> None:
        """Open an account; a code is mailed. An address that has one is answered the same."""
        body = {"email": email, "password": password}
        self.api.tell("/accounts", body | ({"name": name} if name else {}), repeatable=True)

    def confirm(self, email: str, code: str) -> None:
        """Confirm the account by its mailed code."""
        self.api.tell("/accounts/confirm", {"email": email, "code": code})

    def sign_in(self, email: str, password: str) -> Session:
        """Return a session; Refused with 401 for an unknown address and a wrong password alike."""
        body = {"email": email, "password": password}
        return self.api.post(Session, "/sessions", body, repeatable=True)

    def signed_in(self, email: str, password: str) -> Client:
        """Return a client that speaks for this user, as long as the token lives."""
        session = self.sign_in(email, password)
        return Client(replace(self.api, token=lambda: session.access_token))
