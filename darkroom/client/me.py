"""What users do with their own account."""

from dataclasses import dataclass

from darkroom.client.answers import Profile, Secret
from darkroom.client.api import Api


@dataclass(frozen=True)
class Me:
    """The account of the user that the API is called for."""

    api: Api

    def profile(self) -> Profile:
        """Return what is known of me."""
        return self.api.get(Profile, "/me")

    def rename(self, name: str) -> None:
        """Take another name; images that are there keep the one they came with."""
        self.api.tell("PATCH", "/me", {"name": name}, repeatable=True)

    def change_password(self, password: str, new_password: str) -> None:
        """Set another password; Refused with `password_refused` or `password_too_weak`."""
        body = {"password": password, "new_password": new_password}
        self.api.tell("POST", "/me/password", body)

    def begin_mfa(self, password: str) -> Secret:
        """Return a secret for an authenticator; nothing changes until `turn_mfa_on`."""
        return self.api.post(Secret, "/me/mfa", {"password": password})

    def turn_mfa_on(self, code: str) -> None:
        """Ask for codes from now on, by the first that the authenticator shows."""
        self.api.tell("PUT", "/me/mfa", {"code": code})

    def turn_mfa_off(self, password: str) -> None:
        """Ask for codes no more."""
        self.api.tell("POST", "/me/mfa/off", {"password": password}, repeatable=True)

    def sign_out_everywhere(self) -> None:
        """End all sessions: none can be renewed; access tokens live on for minutes."""
        self.api.tell("DELETE", "/sessions", repeatable=True)
