"""The user directory, over Cognito with an app client whose secret stays on this side."""

import base64
import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from darkroom.errors import InvalidRequest, NotSignedIn
from darkroom.identity import Session

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

_WRONG_CODE = frozenset({"CodeMismatchException", "ExpiredCodeException", "UserNotFoundException"})
_REFUSED = frozenset(
    {"NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException"}
)

# Cognito checks the address, which it takes for the user's name, and the attributes.
_UNFIT = {
    "InvalidPasswordException": "password_too_weak",
    "InvalidParameterException": "account_not_valid",
}


@dataclass(frozen=True)
class CognitoDirectory:
    """Accounts in one user pool."""

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str

    def sign_up(self, email: str, password: str, name: str | None) -> None:
        """Open an account and mail it a code; an address already known answers the same."""
        attributes: list[AttributeTypeTypeDef] = [{"Name": "email", "Value": email}]
        if name:
            attributes.append({"Name": "name", "Value": name})
        try:
            self.client.sign_up(
                ClientId=self.client_id,
                SecretHash=self._secret_hash(email),
                Username=email,
                Password=password,
                UserAttributes=attributes,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _UNFIT:
                raise InvalidRequest(_UNFIT[code]) from error
            # Cognito tells that the address has an account; we do not.
            if code != "UsernameExistsException":
                raise

    def confirm(self, email: str, code: str) -> None:
        """Confirm an account by its mailed code; raises InvalidRequest for a wrong one."""
        try:
            self.client.confirm_sign_up(
                ClientId=self.client_id,
                SecretHash=self._secret_hash(email),
                Username=email,
                ConfirmationCode=code,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _WRONG_CODE | _REFUSED:
                raise InvalidRequest("code_refused") from error
            raise

    def sign_in(self, email: str, password: str) -> Session:
        """Return a session; raises NotSignedIn, the same for every reason."""
        try:
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
        except ClientError as error:
            if error.response["Error"]["Code"] in _REFUSED:
                raise NotSignedIn from error
            raise
        result = answer["AuthenticationResult"]
        return Session(
            access_token=result["AccessToken"],
            expires_in_s=result["ExpiresIn"],
        )

    def name_of(self, user_id: str) -> str | None:
        """Return the name given at sign-up, if any."""
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
