"""A session's tokens, and a session that goes on: they are exchanged before they end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from pydantic import BaseModel, ConfigDict

from darkroom.client.answers import Session

# An answer, and the request that uses it, may take their time.
_SPARE = timedelta(seconds=60)


class Tokens(BaseModel):
    """What a session consists of, and when its access token ends."""

    model_config = ConfigDict(frozen=True)

    access_token: str
    refresh_token: str
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, now: datetime) -> "Tokens":
        """Return the tokens of a session that was given `now`."""
        return cls(
            access_token=session.access_token,
            refresh_token=session.refresh_token,
            expires_at=now + timedelta(seconds=session.expires_in_s),
        )

    def last(self, now: datetime) -> bool:
        """Whether the access token is good for a minute more."""
        return now < self.expires_at - _SPARE


class Running:
    """Gives an access token that is good now, to any number of threads.

    `renew` makes new tokens of those that end; what it raises, whoever asked gets.
    """

    def __init__(
        self,
        tokens: Tokens,
        renew: Callable[[Tokens], Tokens],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._tokens = tokens
        self._renew = renew
        self._now = now
        self._lock = Lock()

    def token(self) -> str:
        """Return the access token; one thread renews it, and the others wait for that."""
        with self._lock:
            if not self._tokens.last(self._now()):
                self._tokens = self._renew(self._tokens)
            return self._tokens.access_token
