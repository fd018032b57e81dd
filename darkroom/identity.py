"""Identity: accounts and sessions, in front of a user directory."""

from dataclasses import dataclass
from typing import Protocol

from darkroom.errors import InvalidRequest

# infra/identity.py says the same to Cognito, and a test holds them together.
PASSWORD_LENGTH = 12


@dataclass(frozen=True)
class Session:
    """What a signed-in user holds.

    The refresh token is good for one exchange: with the new session comes a new one.
    """

    access_token: str
    refresh_token: str
    expires_in_s: int


@dataclass(frozen=True)
class Challenge:
    """The password was right; a code of the user's authenticator is wanted as well."""

    challenge: str  # to be sent back with the code, within three minutes


@dataclass(frozen=True)
class Profile:
    """What we know of a user."""

    user_id: str
    email: str
    name: str | None
    mfa: bool  # whether signing in takes a code of an authenticator


def check_password(password: str) -> None:
    """Raise InvalidRequest("password_too_weak") for what the directory's policy would refuse.

    Checked before the directory is asked: it might look first whether the address has an account,
    and then a weak password would tell.
    """
    kinds = (str.islower, str.isupper, str.isdigit)
    has_all = all(any(map(kind, filter(str.isascii, password))) for kind in kinds)
    if len(password) < PASSWORD_LENGTH or not has_all:
        raise InvalidRequest("password_too_weak")


class Directory(Protocol):
    """The user directory: Cognito, behind an app client whose secret only we hold.

    Nothing that it answers tells whether an address has an account, except to who has shown that
    it is theirs: by a password, a code or a token. `ip` is where the request came from.
    """

    def sign_up(self, email: str, password: str, name: str | None, *, ip: str) -> None:
        """Open an account and mail it a confirmation code; do nothing for one that is there.

        Raises InvalidRequest for a password that the policy refuses, and for no address.
        """
        ...

    def resend(self, email: str, *, ip: str) -> None:
        """Mail the confirmation code again, to an account that waits for it; else do nothing."""
        ...

    def confirm(self, email: str, code: str, *, ip: str) -> None:
        """Confirm an account by its mailed code; raises InvalidRequest("code_refused")."""
        ...

    def sign_in(self, email: str, password: str, *, ip: str) -> Session | Challenge:
        """Return a session, or what is still to be shown for one; raises NotSignedIn.

        The same for an unknown address, a wrong password and an account that is not confirmed.
        """
        ...

    def answer(self, challenge: str, code: str, *, ip: str) -> Session:
        """Return a session for the right code of an authenticator; raises NotSignedIn."""
        ...

    def refresh(self, refresh_token: str) -> Session:
        """Return a new session for a refresh token, which is used up by it; raises NotSignedIn."""
        ...

    def forgot(self, email: str, *, ip: str) -> None:
        """Mail a code for a new password, to a confirmed account; else do nothing."""
        ...

    def reset(self, email: str, code: str, password: str, *, ip: str) -> None:
        """Set a new password by its mailed code.

        Raises InvalidRequest: "code_refused", or "password_too_weak".
        """
        ...

    def check(self, user_id: str, password: str, *, ip: str) -> None:
        """Raise InvalidRequest("password_refused") unless it is this user's password."""
        ...

    def name_of(self, user_id: str) -> str | None:
        """Return the name that the user goes by, if any; NotSignedIn for one who is gone."""
        ...


class Accounts(Protocol):
    """What a signed-in user does with their own account, by their access token.

    Each raises NotSignedIn for a token that is no good any more.
    """

    def profile(self, token: str) -> Profile:
        """Return what we know of the user."""
        ...

    def rename(self, token: str, name: str) -> None:
        """Keep another name."""
        ...

    def change_password(self, token: str, password: str, new_password: str) -> None:
        """Set another password; raises InvalidRequest as `reset` does, or "password_refused"."""
        ...

    def sign_out_everywhere(self, token: str) -> None:
        """Revoke all sessions: no refresh token is good any more.

        Access tokens live on where nobody asks the directory, until they expire.
        """
        ...

    def begin_mfa(self, token: str) -> str:
        """Return a new secret for an authenticator, in base 32; nothing changes until a code."""
        ...

    def turn_mfa_on(self, token: str, code: str) -> None:
        """Ask for codes from now on, if this is one; raises InvalidRequest("code_refused")."""
        ...

    def turn_mfa_off(self, token: str) -> None:
        """Ask for codes no more."""
        ...

    def delete(self, token: str) -> None:
        """Remove the account from the directory."""
        ...
