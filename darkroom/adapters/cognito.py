"""The user directory, over Cognito: what anybody may ask of it, and what it tells nobody."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from darkroom.adapters.cognito_client import AppClient
from darkroom.adapters.cognito_refusals import (
    CODE_REFUSED,
    NOT_OPENED,
    PASSWORD_REFUSED,
    RESET_REFUSED,
    SIGN_IN_REFUSED,
    SIGN_UP_REFUSED,
    UNMAILED,
    silent,
    told,
)
from darkroom.errors import NotSignedIn
from darkroom.identity import Challenge, Session, check_password

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import (
        AdminInitiateAuthResponseTypeDef,
        AttributeTypeTypeDef,
        AuthenticationResultTypeTypeDef,
        ContextDataTypeTypeDef,
    )

_TOTP: Final = "SOFTWARE_TOKEN_MFA"


@dataclass(frozen=True)
class CognitoDirectory:
    """Accounts in one user pool; see Directory for what each method promises.

    All calls raise TooManyRequests when Cognito is busy with us.
    """

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str

    def sign_up(self, email: str, password: str, name: str | None, *, ip: str) -> None:
        """Open an account and mail it a code; an address already known answers the same."""
        check_password(password)
        attributes: list[AttributeTypeTypeDef] = [{"Name": "email", "Value": email}]
        if name:
            attributes.append({"Name": "name", "Value": name})
        with told(SIGN_UP_REFUSED), silent(NOT_OPENED, "sign-up"):
            self.client.sign_up(
                ClientId=self.client_id,
                SecretHash=self._app.secret_hash(email),
                Username=email,
                Password=password,
                UserAttributes=attributes,
                UserContextData={"IpAddress": ip},
            )

    def resend(self, email: str, *, ip: str) -> None:
        """Mail the confirmation code again, to an account that waits for it; else do nothing."""
        with told({}), silent(UNMAILED, "resending a code"):
            self.client.resend_confirmation_code(
                ClientId=self.client_id,
                SecretHash=self._app.secret_hash(email),
                Username=email,
                UserContextData={"IpAddress": ip},
            )

    def confirm(self, email: str, code: str, *, ip: str) -> None:
        """Confirm an account by its mailed code; raises InvalidRequest for a wrong one."""
        with told(CODE_REFUSED):
            self.client.confirm_sign_up(
                ClientId=self.client_id,
                SecretHash=self._app.secret_hash(email),
                Username=email,
                ConfirmationCode=code,
                UserContextData={"IpAddress": ip},
            )

    def sign_in(self, email: str, password: str, *, ip: str) -> Session | Challenge:
        """Return a session, or the challenge; raises NotSignedIn, the same for every reason."""
        with told(SIGN_IN_REFUSED):
            answer = self._initiated(email, password, ip)
        if answer.get("ChallengeName") == _TOTP:
            user = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", email)
            return Challenge(f"{user}{_AND}{answer['Session']}")
        # Another challenge, such as for a new password: nothing here can answer one.
        return _session(answer.get("AuthenticationResult"))

    def answer(self, challenge: str, code: str, *, ip: str) -> Session:
        """Return a session for the right code of an authenticator; raises NotSignedIn."""
        user, _, session = challenge.partition(_AND)
        if not (user and session):
            raise NotSignedIn
        with told(SIGN_IN_REFUSED):
            answer = self.client.admin_respond_to_auth_challenge(
                UserPoolId=self.pool_id,
                ClientId=self.client_id,
                ChallengeName=_TOTP,
                Session=session,
                ChallengeResponses={
                    "USERNAME": user,
                    f"{_TOTP}_CODE": code,
                    "SECRET_HASH": self._app.secret_hash(user),
                },
                ContextData=_seen_from(ip, "/sessions/answer"),
            )
        return _session(answer.get("AuthenticationResult"))

    def refresh(self, refresh_token: str) -> Session:
        """Return a new session for a refresh token, which is used up by it; raises NotSignedIn.

        Where tokens rotate, this is the one call that takes them: Cognito developer guide,
        "Refresh token rotation".
        """
        with told(SIGN_IN_REFUSED):
            answer = self.client.get_tokens_from_refresh_token(
                RefreshToken=refresh_token,
                ClientId=self.client_id,
                ClientSecret=self._app.secret,
            )
        return _session(answer.get("AuthenticationResult"), refresh_token)

    def forgot(self, email: str, *, ip: str) -> None:
        """Mail a code for a new password, to a confirmed account; else do nothing."""
        with told({}), silent(UNMAILED, "mailing a code for a new password"):
            self.client.forgot_password(
                ClientId=self.client_id,
                SecretHash=self._app.secret_hash(email),
                Username=email,
                UserContextData={"IpAddress": ip},
            )

    def reset(self, email: str, code: str, password: str, *, ip: str) -> None:
        """Set a new password by its mailed code, and end all sessions.

        Raises InvalidRequest for the code or the password.
        """
        check_password(password)
        with told(RESET_REFUSED):
            self.client.confirm_forgot_password(
                ClientId=self.client_id,
                SecretHash=self._app.secret_hash(email),
                Username=email,
                ConfirmationCode=code,
                Password=password,
                UserContextData={"IpAddress": ip},
            )
            # Who had the old password may be signed in; Cognito leaves their sessions as they are.
            self.client.admin_user_global_sign_out(UserPoolId=self.pool_id, Username=email)

    def check(self, user_id: str, password: str, *, ip: str) -> None:
        """Raise InvalidRequest("password_refused") unless it is this user's password.

        The only way to ask is to sign in. Where codes are asked for, that stops before one; else
        it makes a session, which nobody is told.
        """
        with told(PASSWORD_REFUSED):
            self._initiated(user_id, password, ip)

    def name_of(self, user_id: str) -> str | None:
        """Return the name given at sign-up, if any; NotSignedIn for an account that is gone."""
        with told(SIGN_IN_REFUSED):
            user = self.client.admin_get_user(UserPoolId=self.pool_id, Username=user_id)
        names = {item["Name"]: item.get("Value") for item in user["UserAttributes"]}
        return names.get("name")

    def _initiated(
        self, username: str, password: str, ip: str
    ) -> "AdminInitiateAuthResponseTypeDef":
        return self.client.admin_initiate_auth(
            UserPoolId=self.pool_id,
            ClientId=self.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={
                "USERNAME": username,
                "PASSWORD": password,
                "SECRET_HASH": self._app.secret_hash(username),
            },
            ContextData=_seen_from(ip, "/sessions"),
        )

    @cached_property
    def _app(self) -> AppClient:
        return AppClient(self.client, self.pool_id, self.client_id)


# In a challenge, between the user that Cognito names and its session; neither has one.
_AND = " "


def _session(
    result: "AuthenticationResultTypeTypeDef | None", refresh_token: str | None = None
) -> Session:
    """Return the session of a result; `refresh_token` stays good where tokens do not rotate."""
    if not result:
        raise NotSignedIn
    return Session(
        access_token=result["AccessToken"],
        refresh_token=result.get("RefreshToken") or refresh_token or "",
        expires_in_s=result["ExpiresIn"],
    )


def _seen_from(ip: str, path: str) -> "ContextDataTypeTypeDef":
    """What threat protection looks at: without it, all users would come from one function."""
    return {"IpAddress": ip, "ServerName": "darkroom", "ServerPath": path, "HttpHeaders": []}
