"""An app client of a user pool, whose secret stays on this side."""

import base64
import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


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
