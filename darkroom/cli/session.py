"""As whom a user's verb speaks: the session that `login` left, which goes on by itself."""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, ValidationError

from darkroom.cli.failure import CommandFailed
from darkroom.cli.place import Place, place
from darkroom.cli.safe import Safe, safe
from darkroom.client import Accounts, Api, Client, Refused, Running, Tokens


class Kept(BaseModel):
    """A session, as it is kept between commands."""

    model_config = ConfigDict(frozen=True)

    email: str
    tokens: Tokens


@dataclass(frozen=True)
class Keeper:
    """Keeps the session with one API."""

    place: Place
    safe: Safe

    def read(self) -> Kept | None:
        """Return the session, unless there is none or other code has written it."""
        text = self.safe.read(self.place.url)
        try:
            return Kept.model_validate_json(text) if text else None
        except ValidationError:
            return None

    def write(self, kept: Kept) -> None:
        """Keep this session from now on."""
        self.safe.write(self.place.url, kept.model_dump_json())

    def renewed(self, tokens: Tokens) -> Tokens:
        """Exchange the tokens and keep the new ones; CommandFailed where that is refused.

        Another command may have done so: its tokens are as good.
        """
        kept = self.read()
        if kept is None:
            raise CommandFailed(f"Somebody has signed out meanwhile: {self.to_sign_in()}.")
        if kept.tokens != tokens and kept.tokens.last(datetime.now(UTC)):
            return kept.tokens
        try:
            new = Accounts(Api(self.place.url)).renewed(kept.tokens)
        except Refused as refused:
            if refused.status != HTTPStatus.UNAUTHORIZED:
                raise
            raise CommandFailed(f"Your session has ended: {self.to_sign_in(kept.email)}.") from None
        self.write(Kept(email=kept.email, tokens=new))
        return new

    def to_sign_in(self, email: str = "EMAIL") -> str:
        """Return the command that signs in there."""
        return f"`python -m darkroom login {email} {self.place.named}`"


def keeper(options: argparse.Namespace) -> Keeper:
    """Return what keeps the session with the API that the options lead to."""
    return Keeper(place(options), safe())


def api(options: argparse.Namespace) -> Api:
    """Return the API, called for who is signed in there; CommandFailed if nobody is."""
    keeps = keeper(options)
    kept = keeps.read()
    if kept is None:
        raise CommandFailed(f"Nobody is signed in at {keeps.place.url}: {keeps.to_sign_in()}.")
    return Api(keeps.place.url, Running(kept.tokens, keeps.renewed).token)


def client(options: argparse.Namespace) -> Client:
    """Return a client that speaks for who is signed in; CommandFailed if nobody is."""
    return Client(api(options))
