"""As whom a user's verb speaks: the session that `login` left."""

import argparse
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, ValidationError

from darkroom.cli.failure import CommandFailed
from darkroom.cli.place import Place, place
from darkroom.cli.safe import Safe, safe
from darkroom.client import Api, Client, Session


class Kept(BaseModel):
    """A session, as it is kept between commands."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    email: str
    access_token: str
    expires_at: datetime

    @classmethod
    def of(cls, email: str, session: Session, now: datetime) -> "Kept":
        """Return the session with the time when it ends instead of its length."""
        life = timedelta(seconds=session.expires_in_s)
        return cls(email=email, access_token=session.access_token, expires_at=now + life)


def client(options: argparse.Namespace) -> Client:
    """Return a client that speaks for who is signed in; CommandFailed if nobody is, or no more."""
    found = place(options)
    kept = kept_for(found, safe())
    if kept is None:
        raise CommandFailed(f"Nobody is signed in at {found.url}: {to_sign_in(found)}.")
    if kept.expires_at <= datetime.now(UTC):
        raise CommandFailed(f"Your session has ended: {to_sign_in(found, kept.email)}.")
    return Client(Api(found.url, lambda: kept.access_token))


def kept_for(found: Place, kept_in: Safe) -> Kept | None:
    """Return the session that is kept for the place, unless it was written by other code."""
    text = kept_in.read(found.url)
    try:
        return Kept.model_validate_json(text) if text else None
    except ValidationError:
        return None


def to_sign_in(found: Place, email: str = "EMAIL") -> str:
    """Return the command that signs in there, and for a new user the one before it."""
    return f"`python -m darkroom login {email} {found.named}`"
