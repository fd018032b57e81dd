"""Identity: accounts and sign-in, in front of a user directory."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Session:
    """What a signed-in user holds."""

    access_token: str
    expires_in_s: int


class Directory(Protocol):
    """The user directory: Cognito, behind an app client whose secret only we hold."""

    def sign_up(self, email: str, password: str, name: str | None) -> None:
        """Open an account and mail it a confirmation code.

        An address that has an account already gives the same answer. Raises InvalidRequest
        for a password that the policy refuses.
        """
        ...

    def confirm(self, email: str, code: str) -> None:
        """Confirm an account by its mailed code; raises InvalidRequest("code_refused")."""
        ...

    def sign_in(self, email: str, password: str) -> Session:
        """Return a session; raises NotSignedIn, the same for an unknown and a wrong password."""
        ...

    def name_of(self, user_id: str) -> str | None:
        """Return the name that the user gave at sign-up, if any."""
        ...
