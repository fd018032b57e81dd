"""The user directory on Cognito tells nobody who has an account."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from darkroom.adapters.cognito import CognitoDirectory
from darkroom.errors import InvalidRequest, NotSignedIn, TooManyRequests

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

EMAIL, PASSWORD = "ada@example.com", "Correct-horse-7"


@pytest.fixture
def cognito(session: boto3.Session) -> Iterator["CognitoIdentityProviderClient"]:
    with mock_aws():
        yield session.client("cognito-idp")


@pytest.fixture
def directory(cognito: "CognitoIdentityProviderClient") -> CognitoDirectory:
    pool = cognito.create_user_pool(
        PoolName="users",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        Policies={"PasswordPolicy": {"MinimumLength": 12, "RequireNumbers": True}},
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="api",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    )["UserPoolClient"]["ClientId"]
    return CognitoDirectory(cognito, pool, client)


def user_id(directory: CognitoDirectory) -> str:
    (user,) = directory.client.list_users(UserPoolId=directory.pool_id)["Users"]
    return user["Username"]


def stubbed(directory: CognitoDirectory, operation: str, code: str) -> Stubber:
    """Let the next call of `operation` be refused with `code`; the secret is read before it."""
    stub = Stubber(directory.client)
    stub.add_response(
        "describe_user_pool_client",
        {"UserPoolClient": {"ClientSecret": "s3cr3t" * 4}},
        {"UserPoolId": ANY, "ClientId": ANY},
    )
    stub.add_client_error(operation, code)
    return stub


def test_a_user_signs_up_confirms_and_signs_in(directory: CognitoDirectory) -> None:
    """With a secret hash throughout; the session has a token and a life."""
    directory.sign_up(EMAIL, PASSWORD, "Ada")
    directory.confirm(EMAIL, "123456")

    session = directory.sign_in(EMAIL, PASSWORD)

    assert session.access_token
    assert session.expires_in_s > 0


def test_an_address_that_has_an_account_gives_the_same_answer(directory: CognitoDirectory) -> None:
    """Nobody learns who is a user here, and nothing of the account changes."""
    directory.sign_up(EMAIL, PASSWORD, "Ada")
    directory.confirm(EMAIL, "123456")

    directory.sign_up(EMAIL, "Another-password-8", "Eve")

    assert directory.sign_in(EMAIL, PASSWORD)
    assert directory.name_of(user_id(directory)) == "Ada"
    with pytest.raises(NotSignedIn):
        directory.sign_in(EMAIL, "Another-password-8")


def test_a_wrong_password_and_an_unknown_address_look_the_same(
    directory: CognitoDirectory,
) -> None:
    """One error without facts."""
    directory.sign_up(EMAIL, PASSWORD, None)
    directory.confirm(EMAIL, "123456")

    for email, password in ((EMAIL, "Wrong-password-9"), ("eve@example.com", PASSWORD)):
        with pytest.raises(NotSignedIn) as raised:
            directory.sign_in(email, password)
        assert str(raised.value) == "not_signed_in"


@pytest.mark.parametrize(
    "code", ["NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException"]
)
def test_every_reason_not_to_sign_somebody_in_looks_the_same(
    directory: CognitoDirectory, code: str
) -> None:
    """Also that the account was never confirmed."""
    with (
        stubbed(directory, "admin_initiate_auth", code),
        pytest.raises(NotSignedIn) as raised,
    ):
        directory.sign_in(EMAIL, PASSWORD)

    assert str(raised.value) == "not_signed_in"


def test_a_password_that_the_policy_refuses_is_told(directory: CognitoDirectory) -> None:
    """Whoever signs up can choose another; the password is not repeated."""
    with (
        stubbed(directory, "sign_up", "InvalidPasswordException"),
        pytest.raises(InvalidRequest) as raised,
    ):
        directory.sign_up(EMAIL, "short", None)

    assert str(raised.value) == "password_too_weak"


def test_an_address_that_is_none_is_the_callers_mistake(directory: CognitoDirectory) -> None:
    """Not ours: Cognito says so, and so do we."""
    with pytest.raises(InvalidRequest) as raised:
        directory.sign_up("not an address", PASSWORD, None)

    assert str(raised.value) == "account_not_valid"


@pytest.mark.parametrize(
    "code",
    [
        "CodeMismatchException",
        "ExpiredCodeException",
        "UserNotFoundException",
        "NotAuthorizedException",
    ],
)
def test_a_code_is_refused_in_one_way_for_every_reason(
    directory: CognitoDirectory, code: str
) -> None:
    """Wrong, too old, of an unknown address, or of an account that was confirmed before."""
    with stubbed(directory, "confirm_sign_up", code), pytest.raises(InvalidRequest) as raised:
        directory.confirm(EMAIL, "000000")

    assert str(raised.value) == "code_refused"


@pytest.mark.parametrize("operation", ["sign_up", "confirm_sign_up", "admin_initiate_auth"])
def test_what_cognito_refuses_for_other_reasons_is_raised(
    directory: CognitoDirectory, operation: str
) -> None:
    """A fault of ours or a busy Cognito is nobody's wrong password."""
    calls: dict[str, Callable[[], object]] = {
        "sign_up": lambda: directory.sign_up(EMAIL, PASSWORD, None),
        "confirm_sign_up": lambda: directory.confirm(EMAIL, "123456"),
        "admin_initiate_auth": lambda: directory.sign_in(EMAIL, PASSWORD),
    }

    with (
        stubbed(directory, operation, "InternalErrorException"),
        pytest.raises(ClientError, match="InternalErrorException"),
    ):
        calls[operation]()


@pytest.mark.parametrize(
    "code",
    ["TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException"],
)
def test_a_busy_cognito_is_told_as_such(directory: CognitoDirectory, code: str) -> None:
    """The same request may be served a little later."""
    with stubbed(directory, "sign_up", code), pytest.raises(TooManyRequests):
        directory.sign_up(EMAIL, PASSWORD, None)


def test_a_challenge_signs_nobody_in(directory: CognitoDirectory) -> None:
    """Such as the demand for a new password: nothing here can answer one."""
    stub = Stubber(directory.client)
    stub.add_response(
        "describe_user_pool_client", {"UserPoolClient": {"ClientSecret": "s3cr3t" * 4}}
    )
    stub.add_response("admin_initiate_auth", {"ChallengeName": "NEW_PASSWORD_REQUIRED"})

    with stub, pytest.raises(NotSignedIn):
        directory.sign_in(EMAIL, PASSWORD)


def test_an_account_that_is_gone_has_no_name(directory: CognitoDirectory) -> None:
    """Its token may still be alive for some minutes."""
    with pytest.raises(NotSignedIn):
        directory.name_of("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")


@pytest.mark.parametrize("name", ["Ada", None])
def test_a_users_name_is_what_they_gave_if_anything(
    directory: CognitoDirectory, name: str | None
) -> None:
    """Asked for by the user's id, which is all that a token tells."""
    directory.sign_up(EMAIL, PASSWORD, name)

    assert directory.name_of(user_id(directory)) == name


def test_the_secret_is_read_once(directory: CognitoDirectory) -> None:
    """Not with every call."""
    reads: list[str] = []
    directory.client.meta.events.register(
        "before-call.cognito-identity-provider.DescribeUserPoolClient",
        lambda **_: reads.append("read"),
    )

    directory.sign_up(EMAIL, PASSWORD, None)
    directory.confirm(EMAIL, "123456")

    assert len(reads) == 1
