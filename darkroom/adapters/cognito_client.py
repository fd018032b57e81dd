"""An app client of a user pool, whose secret stays on this side, and what its refusals mean."""

import base64
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ParamValidationError

from darkroom.errors import DarkroomError, TooManyRequests

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_BUSY = frozenset(
    {"TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException"}
)


@dataclass(frozen=True)
class AppClient:
    """One client of one pool; every call of it that names a user carries a hash by its secret."""

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str

    @cached_property
    def secret(self) -> str:
        """The secret. Read here, so that it stands in no environment variable, template or log."""
        answer = self.client.describe_user_pool_client(
            UserPoolId=self.pool_id, ClientId=self.client_id
        )
        return answer["UserPoolClient"]["ClientSecret"]

    def secret_hash(self, username: str) -> str:
        """Return the proof that who asks for `username` knows the secret.

        Source: Cognito developer guide, "Computing SecretHash values".
        """
        message = (username + self.client_id).encode()
        return base64.b64encode(hmac.digest(self.secret.encode(), message, "sha256")).decode()


def code_of(error: ClientError | ParamValidationError) -> str:
    """Return why Cognito refuses; what is too short for it, boto does not even send."""
    if isinstance(error, ParamValidationError):
        return "InvalidParameterException"
    return error.response["Error"]["Code"]


REFUSALS = (ClientError, ParamValidationError)


@contextmanager
def told(errors: Mapping[str, DarkroomError]) -> Iterator[None]:
    """Raise, for what Cognito answers, the error of ours that it means.

    That it is busy is TooManyRequests, unless `errors` says otherwise; what is not known is raised
    as it is.
    """
    try:
        yield
    except REFUSALS as error:
        code = code_of(error)
        if code in errors:
            meant = errors[code]
            raise type(meant)(meant.code, **meant.facts) from error
        if code in _BUSY:
            raise TooManyRequests from error
        raise
