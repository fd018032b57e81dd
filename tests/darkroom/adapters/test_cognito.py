"""The user directory on Cognito tells nobody who has an account."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from darkroom.adapters.cognito import CognitoDirectory
from darkroom.errors import InvalidRequest, NotSignedIn, TooManyRequests
from darkroom.identity import Challenge, Session

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

EMAIL, PASSWORD = "ada@example.com", "Correct-horse-7"
IP = "203.0.113.7"
SECRET = "s3cr3t" * 4
TOKENS: Any = {"AccessToken": "access", "RefreshToken": "fresh", "ExpiresIn": 900}


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


def stubbed_secret(directory: CognitoDirectory) -> Stubber:
    """Let the secret be read, and nothing else yet."""
    stub = Stubber(directory.client)
    stub.add_response(
        "describe_user_pool_client",
        {"UserPoolClient": {"ClientSecret": SECRET}},
        {"UserPoolId": ANY, "ClientId": ANY},
    )
    return stub


def stubbed(directory: CognitoDirectory, operation: str, code: str) -> Stubber:
    """Let the next call of `operation` be refused with `code`; the secret is read before it."""
    stub = stubbed_secret(directory)
    stub.add_client_error(operation, code)
    return stub


def stubbed_again(directory: CognitoDirectory, operation: str, code: str) -> Stubber:
    """As `stubbed`, where the secret is known already."""
    stub = Stubber(directory.client)
    stub.add_client_error(operation, code)
    return stub


def test_a_user_signs_up_confirms_and_signs_in(directory: CognitoDirectory) -> None:
    """With a secret hash throughout; the session has a token and a life."""
    directory.sign_up(EMAIL, PASSWORD, "Ada", ip=IP)
    directory.confirm(EMAIL, "123456", ip=IP)

    session = directory.sign_in(EMAIL, PASSWORD, ip=IP)

    assert isinstance(session, Session)
    assert session.access_token
    assert session.refresh_token
    assert session.expires_in_s > 0


def test_an_address_that_has_an_account_gives_the_same_answer(directory: CognitoDirectory) -> None:
    """Nobody learns who is a user here, and nothing of the account changes."""
    directory.sign_up(EMAIL, PASSWORD, "Ada", ip=IP)
    directory.confirm(EMAIL, "123456", ip=IP)

    directory.sign_up(EMAIL, "Another-password-8", "Eve", ip=IP)

    assert directory.sign_in(EMAIL, PASSWORD, ip=IP)
    assert directory.name_of(user_id(directory)) == "Ada"
    with pytest.raises(NotSignedIn):
        directory.sign_in(EMAIL, "Another-password-8", ip=IP)


def test_a_wrong_password_and_an_unknown_address_look_the_same(
    directory: CognitoDirectory,
) -> None:
    """One error without facts."""
    directory.sign_up(EMAIL, PASSWORD, None, ip=IP)
    directory.confirm(EMAIL, "123456", ip=IP)

    for email, password in ((EMAIL, "Wrong-password-9"), ("eve@example.com", PASSWORD)):
        with pytest.raises(NotSignedIn) as raised:
            directory.sign_in(email, password, ip=IP)
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
        directory.sign_in(EMAIL, PASSWORD, ip=IP)

    assert str(raised.value) == "not_signed_in"


def test_a_password_that_the_policy_refuses_is_told(directory: CognitoDirectory) -> None:
    """Whoever signs up can choose another; the password is not repeated."""
    with (
        stubbed(directory, "sign_up", "InvalidPasswordException"),
        pytest.raises(InvalidRequest) as raised,
    ):
        directory.sign_up(EMAIL, PASSWORD, None, ip=IP)

    assert str(raised.value) == "password_too_weak"


def test_a_weak_password_is_refused_before_cognito_looks_for_the_address(
    directory: CognitoDirectory,
) -> None:
    """Which it may do first: then the answer would tell that there is an account."""
    directory.sign_up(EMAIL, PASSWORD, None, ip=IP)

    for email in (EMAIL, "eve@example.com"):
        with pytest.raises(InvalidRequest, match="password_too_weak"):
            directory.sign_up(email, "short", None, ip=IP)
        with pytest.raises(InvalidRequest, match="password_too_weak"):
            directory.reset(email, "123456", "short", ip=IP)


@pytest.mark.parametrize(
    "code",
    ["UsernameExistsException", "CodeDeliveryFailureException", "LimitExceededException"],
)
def test_why_no_account_was_opened_is_not_told(
    directory: CognitoDirectory, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each reason is about one address; the log has it, without the address."""
    with stubbed(directory, "sign_up", code), caplog.at_level("INFO"):
        directory.sign_up(EMAIL, PASSWORD, None, ip=IP)

    assert caplog.messages == [f"sign-up came to nothing: {code}"]


@pytest.mark.parametrize(
    "code",
    [
        "CodeDeliveryFailureException",
        "InvalidParameterException",
        "LimitExceededException",
        "NotAuthorizedException",
        "UserNotFoundException",
    ],
)
@pytest.mark.parametrize(
    ("method", "operation"),
    [("resend", "resend_confirmation_code"), ("forgot", "forgot_password")],
)
def test_why_no_code_was_mailed_is_not_told(
    directory: CognitoDirectory, method: str, operation: str, code: str
) -> None:
    """Unknown, confirmed already, without a confirmed address, asked too often: all the same."""
    with stubbed(directory, operation, code):
        answer = getattr(directory, method)(EMAIL, ip=IP)

    assert answer is None


def test_a_code_is_mailed_again_and_one_for_a_new_password(directory: CognitoDirectory) -> None:
    """By the calls that do it, each with the hash and with where the caller is."""
    asked = {
        "ClientId": ANY,
        "SecretHash": ANY,
        "Username": EMAIL,
        "UserContextData": {"IpAddress": IP},
    }
    stub = stubbed_secret(directory)
    stub.add_response("resend_confirmation_code", {}, asked)
    stub.add_response("forgot_password", {}, asked)

    with stub:
        directory.resend(EMAIL, ip=IP)
        directory.forgot(EMAIL, ip=IP)

    stub.assert_no_pending_responses()


def test_a_new_password_is_set_by_its_code(directory: CognitoDirectory) -> None:
    """The old one is good no more, and whoever is signed in by it has to sign in anew."""
    directory.sign_up(EMAIL, PASSWORD, None, ip=IP)
    directory.confirm(EMAIL, "123456", ip=IP)
    calls: list[str] = []
    ended = "before-call.cognito-identity-provider.AdminUserGlobalSignOut"
    directory.client.meta.events.register(ended, lambda **_: calls.append("ended"))

    directory.reset(EMAIL, "123456", "Another-password-8", ip=IP)

    assert calls == ["ended"]
    assert directory.sign_in(EMAIL, "Another-password-8", ip=IP)
    with pytest.raises(NotSignedIn):
        directory.sign_in(EMAIL, PASSWORD, ip=IP)


def test_where_a_caller_is_reaches_threat_protection(directory: CognitoDirectory) -> None:
    """Else all users would come from one function; also with the code of an authenticator."""
    seen = {"IpAddress": IP, "ServerName": "darkroom", "ServerPath": ANY, "HttpHeaders": []}
    stub = stubbed_secret(directory)
    stub.add_response(
        "admin_initiate_auth",
        {
            "ChallengeName": "SOFTWARE_TOKEN_MFA",
            "Session": "s" * 20,
            "ChallengeParameters": {"USER_ID_FOR_SRP": "0f1e2d3c"},
        },
        {**dict.fromkeys(("UserPoolId", "ClientId", "AuthFlow", "AuthParameters"), ANY)}
        | {"ContextData": seen},
    )
    stub.add_response(
        "admin_respond_to_auth_challenge",
        {"AuthenticationResult": TOKENS},
        {
            "UserPoolId": ANY,
            "ClientId": ANY,
            "ChallengeName": "SOFTWARE_TOKEN_MFA",
            "Session": "s" * 20,
            "ChallengeResponses": {
                "USERNAME": "0f1e2d3c",
                "SOFTWARE_TOKEN_MFA_CODE": "123456",
                "SECRET_HASH": ANY,
            },
            "ContextData": seen,
        },
    )

    with stub:
        challenge = directory.sign_in(EMAIL, PASSWORD, ip=IP)
        assert isinstance(challenge, Challenge)
        session = directory.answer(challenge.challenge, "123456", ip=IP)

    assert session == Session("access", "fresh", 900)


@pytest.mark.parametrize("challenge", ["", " ", "nothing", "user ", " session"])
def test_a_challenge_of_nobody_signs_nobody_in(directory: CognitoDirectory, challenge: str) -> None:
    """Cognito is not even asked."""
    with stubbed_secret(directory), pytest.raises(NotSignedIn):
        directory.answer(challenge, "123456", ip=IP)


def test_what_boto_does_not_even_send_is_refused_as_what_cognito_refuses(
    directory: CognitoDirectory,
) -> None:
    """It has its own minimum of a session: 20 characters."""
    with pytest.raises(NotSignedIn):
        directory.answer("user short", "123456", ip=IP)


@pytest.mark.parametrize(
    "code", ["CodeMismatchException", "ExpiredCodeException", "NotAuthorizedException"]
)
def test_a_wrong_code_of_an_authenticator_signs_nobody_in(
    directory: CognitoDirectory, code: str
) -> None:
    """As a wrong password does not."""
    with (
        stubbed(directory, "admin_respond_to_auth_challenge", code),
        pytest.raises(NotSignedIn) as raised,
    ):
        directory.answer(f"0f1e2d3c {'s' * 20}", "000000", ip=IP)

    assert str(raised.value) == "not_signed_in"


def test_a_refresh_token_is_exchanged_for_a_session_with_another(
    directory: CognitoDirectory,
) -> None:
    """By the call that rotation asks for, with the secret itself."""
    stub = stubbed_secret(directory)
    asked = {"RefreshToken": "old", "ClientId": directory.client_id, "ClientSecret": SECRET}
    stub.add_response("get_tokens_from_refresh_token", {"AuthenticationResult": TOKENS}, asked)

    with stub:
        session = directory.refresh("old")

    assert session == Session("access", "fresh", 900)


def test_where_tokens_do_not_rotate_the_old_one_stays_good(directory: CognitoDirectory) -> None:
    """As on the embedded cloud, whose answer has none."""
    stub = stubbed_secret(directory)
    told: Any = {name: value for name, value in TOKENS.items() if name != "RefreshToken"}
    stub.add_response("get_tokens_from_refresh_token", {"AuthenticationResult": told})

    with stub:
        assert directory.refresh("old").refresh_token == "old"


@pytest.mark.parametrize(
    "code", ["RefreshTokenReuseException", "NotAuthorizedException", "UserNotFoundException"]
)
def test_a_refresh_token_that_was_used_or_revoked_is_good_no_more(
    directory: CognitoDirectory, code: str
) -> None:
    """401, and no reason."""
    with (
        stubbed(directory, "get_tokens_from_refresh_token", code),
        pytest.raises(NotSignedIn) as raised,
    ):
        directory.refresh("used")

    assert str(raised.value) == "not_signed_in"


def test_a_users_own_password_is_known_from_another(directory: CognitoDirectory) -> None:
    """By the user's id, which is what a token tells."""
    directory.sign_up(EMAIL, PASSWORD, None, ip=IP)
    directory.confirm(EMAIL, "123456", ip=IP)
    user = user_id(directory)

    directory.check(user, PASSWORD, ip=IP)

    with pytest.raises(InvalidRequest, match="password_refused"):
        directory.check(user, "Wrong-password-9", ip=IP)


def test_an_address_that_is_none_is_the_callers_mistake(directory: CognitoDirectory) -> None:
    """Not ours: Cognito says so, and so do we."""
    with pytest.raises(InvalidRequest) as raised:
        directory.sign_up("not an address", PASSWORD, None, ip=IP)

    assert str(raised.value) == "account_not_valid"


@pytest.mark.parametrize(
    "code",
    [
        "CodeMismatchException",
        "ExpiredCodeException",
        "UserNotFoundException",
        "NotAuthorizedException",
        "TooManyFailedAttemptsException",
        "LimitExceededException",
    ],
)
def test_a_code_is_refused_in_one_way_for_every_reason(
    directory: CognitoDirectory, code: str
) -> None:
    """Wrong, too old, tried too often, of an unknown address, of an account confirmed before."""
    with stubbed(directory, "confirm_sign_up", code), pytest.raises(InvalidRequest) as confirmed:
        directory.confirm(EMAIL, "000000", ip=IP)
    with (
        stubbed_again(directory, "confirm_forgot_password", code),
        pytest.raises(InvalidRequest) as reset,
    ):
        directory.reset(EMAIL, "000000", PASSWORD, ip=IP)

    assert str(confirmed.value) == str(reset.value) == "code_refused"


CALLS: dict[str, Callable[[CognitoDirectory], object]] = {
    "sign_up": lambda directory: directory.sign_up(EMAIL, PASSWORD, None, ip=IP),
    "confirm_sign_up": lambda directory: directory.confirm(EMAIL, "123456", ip=IP),
    "admin_initiate_auth": lambda directory: directory.sign_in(EMAIL, PASSWORD, ip=IP),
    "resend_confirmation_code": lambda directory: directory.resend(EMAIL, ip=IP),
    "forgot_password": lambda directory: directory.forgot(EMAIL, ip=IP),
}


@pytest.mark.parametrize("operation", CALLS)
def test_what_cognito_refuses_for_other_reasons_is_raised(
    directory: CognitoDirectory, operation: str
) -> None:
    """A fault of ours or a busy Cognito is nobody's wrong password."""
    with (
        stubbed(directory, operation, "InternalErrorException"),
        pytest.raises(ClientError, match="InternalErrorException"),
    ):
        CALLS[operation](directory)


@pytest.mark.parametrize(
    "operation",
    ["sign_up", "confirm_sign_up", "admin_initiate_auth", "resend_confirmation_code"],
)
def test_a_busy_cognito_is_told_as_such(directory: CognitoDirectory, operation: str) -> None:
    """The same request may be served a little later; it is so for any address."""
    with stubbed(directory, operation, "TooManyRequestsException"), pytest.raises(TooManyRequests):
        CALLS[operation](directory)


def test_a_challenge_signs_nobody_in(directory: CognitoDirectory) -> None:
    """Such as the demand for a new password: nothing here can answer one."""
    stub = stubbed_secret(directory)
    stub.add_response("admin_initiate_auth", {"ChallengeName": "NEW_PASSWORD_REQUIRED"})

    with stub, pytest.raises(NotSignedIn):
        directory.sign_in(EMAIL, PASSWORD, ip=IP)


def test_an_account_that_is_gone_has_no_name(directory: CognitoDirectory) -> None:
    """Its token may still be alive for some minutes."""
    with pytest.raises(NotSignedIn):
        directory.name_of("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")


@pytest.mark.parametrize("name", ["Ada", None])
def test_a_users_name_is_what_they_gave_if_anything(
    directory: CognitoDirectory, name: str | None
) -> None:
    """Asked for by the user's id, which is all that a token tells."""
    directory.sign_up(EMAIL, PASSWORD, name, ip=IP)

    assert directory.name_of(user_id(directory)) == name


def test_the_secret_is_read_once(directory: CognitoDirectory) -> None:
    """Not with every call."""
    reads: list[str] = []
    directory.client.meta.events.register(
        "before-call.cognito-identity-provider.DescribeUserPoolClient",
        lambda **_: reads.append("read"),
    )

    directory.sign_up(EMAIL, PASSWORD, None, ip=IP)
    directory.confirm(EMAIL, "123456", ip=IP)

    assert len(reads) == 1
