"""What a signed-in user does with their own account, on Cognito."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from darkroom.adapters.cognito import CognitoDirectory
from darkroom.adapters.cognito_accounts import CognitoAccounts
from darkroom.errors import InvalidRequest, NotSignedIn
from darkroom.identity import Challenge, Session

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

EMAIL, PASSWORD, IP = "ada@example.com", "Correct-horse-7", "203.0.113.7"


@pytest.fixture
def cognito(session: boto3.Session) -> Iterator["CognitoIdentityProviderClient"]:
    with mock_aws():
        yield session.client("cognito-idp")


@pytest.fixture
def directory(cognito: "CognitoIdentityProviderClient") -> CognitoDirectory:
    pool = cognito.create_user_pool(PoolName="users", UsernameAttributes=["email"])
    pool_id = pool["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="api",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    )["UserPoolClient"]["ClientId"]
    directory = CognitoDirectory(cognito, pool_id, client)
    directory.sign_up(EMAIL, PASSWORD, "Ada", ip=IP)
    directory.confirm(EMAIL, "123456", ip=IP)
    return directory


@pytest.fixture
def token(directory: CognitoDirectory) -> str:
    session = directory.sign_in(EMAIL, PASSWORD, ip=IP)
    assert isinstance(session, Session)
    return session.access_token


@pytest.fixture
def accounts(cognito: "CognitoIdentityProviderClient") -> CognitoAccounts:
    return CognitoAccounts(cognito)


def test_a_profile_has_what_was_given_and_a_name_can_change(
    accounts: CognitoAccounts, token: str
) -> None:
    """The address stays: another one would have to be confirmed first."""
    before = accounts.profile(token)
    accounts.rename(token, "Ada Lovelace")

    assert (before.email, before.name, before.mfa) == (EMAIL, "Ada", False)
    assert accounts.profile(token).name == "Ada Lovelace"


def test_a_password_changes_by_the_old_one(
    accounts: CognitoAccounts, directory: CognitoDirectory, token: str
) -> None:
    """A wrong one or a weak one changes nothing."""
    with pytest.raises(InvalidRequest, match="password_refused"):
        accounts.change_password(token, "Wrong-password-9", "Another-password-8")
    with pytest.raises(InvalidRequest, match="password_too_weak"):
        accounts.change_password(token, PASSWORD, "short")
    assert directory.sign_in(EMAIL, PASSWORD, ip=IP)

    accounts.change_password(token, PASSWORD, "Another-password-8")

    assert directory.sign_in(EMAIL, "Another-password-8", ip=IP)


def test_a_code_is_asked_for_once_the_first_was_right_and_until_it_is_turned_off(
    accounts: CognitoAccounts, directory: CognitoDirectory, token: str
) -> None:
    """The password alone then gets a challenge."""
    assert accounts.begin_mfa(token)
    assert isinstance(directory.sign_in(EMAIL, PASSWORD, ip=IP), Session)

    accounts.turn_mfa_on(token, "123456")
    assert isinstance(directory.sign_in(EMAIL, PASSWORD, ip=IP), Challenge)

    accounts.turn_mfa_off(token)
    assert isinstance(directory.sign_in(EMAIL, PASSWORD, ip=IP), Session)


@pytest.mark.parametrize("code", ["EnableSoftwareTokenMFAException", "CodeMismatchException"])
def test_a_wrong_first_code_turns_nothing_on(accounts: CognitoAccounts, code: str) -> None:
    """The preference is not even touched."""
    stub = Stubber(accounts.client)
    stub.add_client_error("verify_software_token", code)

    with stub, pytest.raises(InvalidRequest, match="code_refused"):
        accounts.turn_mfa_on("token", "000000")


def test_a_first_code_that_is_none_is_refused(accounts: CognitoAccounts) -> None:
    """Of fewer characters than six, which boto does not even send."""
    with pytest.raises(InvalidRequest, match="code_refused"):
        accounts.turn_mfa_on("token", "12345")


def test_an_account_is_deleted_by_its_own_token(accounts: CognitoAccounts) -> None:
    """Which is all that the call takes."""
    stub = Stubber(accounts.client)
    stub.add_response("delete_user", {}, {"AccessToken": "token"})

    with stub:
        accounts.delete("token")

    stub.assert_no_pending_responses()


CALLS: dict[str, Callable[[CognitoAccounts], object]] = {
    "get_user": lambda accounts: accounts.profile("token"),
    "update_user_attributes": lambda accounts: accounts.rename("token", "Ada"),
    "global_sign_out": lambda accounts: accounts.sign_out_everywhere("token"),
    "associate_software_token": lambda accounts: accounts.begin_mfa("token"),
    "verify_software_token": lambda accounts: accounts.turn_mfa_on("token", "123456"),
    "set_user_mfa_preference": lambda accounts: accounts.turn_mfa_off("token"),
    "delete_user": lambda accounts: accounts.delete("token"),
}


@pytest.mark.parametrize("operation", CALLS)
def test_a_token_that_is_good_no_more_signs_nobody_in(
    accounts: CognitoAccounts, operation: str
) -> None:
    """Revoked, of an account that is gone: 401. What is our fault is raised as it is."""
    for code in ("NotAuthorizedException", "UserNotFoundException"):
        stub = Stubber(accounts.client)
        stub.add_client_error(operation, code)
        with stub, pytest.raises(NotSignedIn):
            CALLS[operation](accounts)

    stub = Stubber(accounts.client)
    stub.add_client_error(operation, "InternalErrorException")
    with stub, pytest.raises(ClientError, match="InternalErrorException"):
        CALLS[operation](accounts)


def test_signing_out_everywhere_revokes_the_token(accounts: CognitoAccounts, token: str) -> None:
    """Whoever asks the directory with it is signed in no more."""
    accounts.sign_out_everywhere(token)

    with pytest.raises(NotSignedIn):
        accounts.profile(token)
