"""What a signed-in user does with their own account, over Cognito, by their access token.

The token is all that these calls take: no permission of ours stands behind them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from darkroom.adapters.cognito_refusals import told
from darkroom.errors import InvalidRequest, NotSignedIn
from darkroom.identity import Profile, check_password

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_GONE = dict.fromkeys(
    (
        "InvalidParameterException",
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    ),
    NotSignedIn(),
)
_PASSWORD_REFUSED = {
    **_GONE,
    # Also of a token that was revoked: Cognito does not tell these apart.
    "NotAuthorizedException": InvalidRequest("password_refused"),
    "InvalidPasswordException": InvalidRequest("password_too_weak"),
    "PasswordHistoryPolicyViolationException": InvalidRequest("password_too_weak"),
}
_CODE_REFUSED = _GONE | dict.fromkeys(
    (
        "CodeMismatchException",
        "EnableSoftwareTokenMFAException",
        "InvalidParameterException",
        "SoftwareTokenMFANotFoundException",
    ),
    InvalidRequest("code_refused"),
)


@dataclass(frozen=True)
class CognitoAccounts:
    """A user's own account; see Accounts for what each method promises."""

    client: "CognitoIdentityProviderClient"

    def profile(self, token: str) -> Profile:
        """Return what we know of the user."""
        with told(_GONE):
            user = self.client.get_user(AccessToken=token)
        attributes = {item["Name"]: item.get("Value", "") for item in user["UserAttributes"]}
        return Profile(
            user_id=attributes["sub"],
            email=attributes["email"],
            name=attributes.get("name"),
            mfa=bool(user.get("UserMFASettingList")),
        )

    def rename(self, token: str, name: str) -> None:
        """Keep another name."""
        with told(_GONE):
            self.client.update_user_attributes(
                AccessToken=token, UserAttributes=[{"Name": "name", "Value": name}]
            )

    def change_password(self, token: str, password: str, new_password: str) -> None:
        """Set another password; raises InvalidRequest for either."""
        check_password(new_password)
        with told(_PASSWORD_REFUSED):
            self.client.change_password(
                AccessToken=token, PreviousPassword=password, ProposedPassword=new_password
            )

    def sign_out_everywhere(self, token: str) -> None:
        """Revoke all sessions; see Accounts."""
        with told(_GONE):
            self.client.global_sign_out(AccessToken=token)

    def begin_mfa(self, token: str) -> str:
        """Return a new secret for an authenticator; nothing changes until a code of it."""
        with told(_GONE):
            return self.client.associate_software_token(AccessToken=token)["SecretCode"]

    def turn_mfa_on(self, token: str, code: str) -> None:
        """Ask for codes from now on, if this is one."""
        with told(_CODE_REFUSED):
            self.client.verify_software_token(AccessToken=token, UserCode=code)
        self._prefer_mfa(token, wanted=True)

    def turn_mfa_off(self, token: str) -> None:
        """Ask for codes no more."""
        self._prefer_mfa(token, wanted=False)

    def delete(self, token: str) -> None:
        """Remove the account from the directory; NotSignedIn for one that is gone."""
        with told(_GONE):
            self.client.delete_user(AccessToken=token)

    def _prefer_mfa(self, token: str, *, wanted: bool) -> None:
        with told(_GONE):
            self.client.set_user_mfa_preference(
                AccessToken=token,
                SoftwareTokenMfaSettings={"Enabled": wanted, "PreferredMfa": wanted},
            )
