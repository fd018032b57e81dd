"""The user directory, over Cognito with an app client whose secret stays on this side."""

import base64
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from darkroom.errors import DarkroomError, InvalidRequest, NotSignedIn, TooManyRequests
from darkroom.identity import Session

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

_BUSY = frozenset(
    {"TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException"}
)

# Cognito checks the address, which it takes for the user's name, and the attributes.
_SIGN_UP_REFUSED = {
    "InvalidPasswordException": InvalidRequest("password_too_weak"),
    "InvalidParameterException": InvalidRequest("account_not_valid"),
}
_CODE_REFUSED = dict.fromkeys(
    (
        "CodeMismatchException",
        "ExpiredCodeException",
        "InvalidParameterException",
        "NotAuthorizedException",
        "UserNotFoundException",
    ),
    InvalidRequest("code_refused"),
)
_SIGN_IN_REFUSED = dict.fromkeys(
    (
        "InvalidParameterException",
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    ),
    NotSignedIn(),
)


@dataclass(frozen=True)
class CognitoDirectory:
    """Accounts in one user pool. All calls raise TooManyRequests when Cognito is busy with us."""

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str

    def sign_up(self, email: str, password: str, name: str | None) -> None:
        """Open an account and mail it a code; an address already known answers the same."""
        attributes: list[AttributeTypeTypeDef] = [{"Name": "email", "Value": email}]
        if name:
            attributes.append({"Name": "name", "Value": name})
        # Cognito tells that an address has an account; we do not.
        with suppress(self.client.exceptions.UsernameExistsException), _told(_SIGN_UP_REFUSED):
            self.client.sign_up(
                ClientId=self.client_id,
                SecretHash=self._secret_hash(email),
                Username=email,
                Password=password,
                UserAttributes=attributes,
            )

    def confirm(self, email: str, code: str) -> None:
        """Confirm an account by its mailed code; raises InvalidRequest for a wrong one."""
        with _told(_CODE_REFUSED):
            self.client.confirm_sign_up(
                ClientId=self.client_id,
                SecretHash=self._secret_hash(email),
                Username=email,
                ConfirmationCode=code,
            )

    def sign_in(self, email: str, password: str) -> Session:
        """Return a session; raises NotSignedIn, the same for every reason."""
        with _told(_SIGN_IN_REFUSED):
            answer = self.client.admin_initiate_auth(
                UserPoolId=self.pool_id,
                ClientId=self.client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={
                    "USERNAME": email,
                    "PASSWORD": password,
                    "SECRET_HASH": self._secret_hash(email),
                },
            )
        result = answer.get("AuthenticationResult")
        if result is None:
            # A challenge, such as a new password: nothing here can answer one.
            raise NotSignedIn
        return Session(access_token=result["AccessToken"], expires_in_s=result["ExpiresIn"])

    def name_of(self, user_id: str) -> str | None:
        """Return the name given at sign-up, if any; NotSignedIn for an account that is gone."""
        with _told(_SIGN_IN_REFUSED):
            user = self.client.admin_get_user(UserPoolId=self.pool_id, Username=user_id)
        names = {item["Name"]: item.get("Value") for item in user["UserAttributes"]}
        return names.get("name")

    @cached_property
    def _secret(self) -> bytes:
        # Read here, so that it stands in no environment variable, template or log.
        answer = self.client.describe_user_pool_client(
            UserPoolId=self.pool_id, ClientId=self.client_id
        )
        return answer["UserPoolClient"]["ClientSecret"].encode()

    def _secret_hash(self, username: str) -> str:
        message = (username + self.client_id).encode()
        return base64.b64encode(hmac.digest(self._secret, message, "sha256")).decode()


@contextmanager
def _told(errors: Mapping[str, DarkroomError]) -> Iterator[None]:
    """Raise, for what Cognito answers, the error of ours that it means."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _BUSY:
            raise TooManyRequests from error
        if code in errors:
            told = errors[code]
            raise type(told)(told.code, **told.facts) from error
        raise
