"""What Cognito's refusals mean, and which of them nobody is told."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import ClientError, ParamValidationError

from darkroom.errors import DarkroomError, InvalidRequest, NotSignedIn, TooManyRequests

logger = logging.getLogger(__name__)

_REFUSALS = (ClientError, ParamValidationError)
_BUSY = frozenset(
    {"TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException"}
)

# Cognito checks the address, which it takes for the user's name, and the attributes.
SIGN_UP_REFUSED = {
    "InvalidPasswordException": InvalidRequest("password_too_weak"),
    "InvalidParameterException": InvalidRequest("account_not_valid"),
}
# That too much was asked about one account is the account's limit: only one that is there has it.
CODE_REFUSED = dict.fromkeys(
    (
        "CodeMismatchException",
        "ExpiredCodeException",
        "InvalidParameterException",
        "LimitExceededException",
        "NotAuthorizedException",
        "TooManyFailedAttemptsException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    ),
    InvalidRequest("code_refused"),
)
RESET_REFUSED = CODE_REFUSED | dict.fromkeys(
    ("InvalidPasswordException", "PasswordHistoryPolicyViolationException"),
    InvalidRequest("password_too_weak"),
)
SIGN_IN_REFUSED = dict.fromkeys(
    (
        "CodeMismatchException",
        "ExpiredCodeException",
        "InvalidParameterException",
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "RefreshTokenReuseException",
        "SoftwareTokenMFANotFoundException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    ),
    NotSignedIn(),
)
PASSWORD_REFUSED = dict.fromkeys(
    ("InvalidParameterException", "NotAuthorizedException", "UserNotFoundException"),
    InvalidRequest("password_refused"),
)
# Why no mail was sent: each tells something of the account, or that there is one.
UNMAILED = frozenset(
    {
        "CodeDeliveryFailureException",
        "InvalidParameterException",
        "LimitExceededException",
        "NotAuthorizedException",
        "UserNotFoundException",
    }
)
NOT_OPENED = frozenset(
    {"CodeDeliveryFailureException", "LimitExceededException", "UsernameExistsException"}
)


@contextmanager
def told(errors: Mapping[str, DarkroomError]) -> Iterator[None]:
    """Raise, for what Cognito answers, the error of ours that it means.

    That it is busy is TooManyRequests, unless `errors` says otherwise; what is not known is raised
    as it is.
    """
    try:
        yield
    except _REFUSALS as error:
        code = _code_of(error)
        if code in errors:
            meant = errors[code]
            raise type(meant)(meant.code, **meant.facts) from error
        if code in _BUSY:
            raise TooManyRequests from error
        raise


@contextmanager
def silent(codes: frozenset[str], what: str) -> Iterator[None]:
    """Let it pass that `what` came to nothing for one of these reasons: the log may know why."""
    try:
        yield
    except _REFUSALS as error:
        code = _code_of(error)
        if code not in codes:
            raise
        logger.info("%s came to nothing: %s", what, code)


def _code_of(error: ClientError | ParamValidationError) -> str:
    """Return why Cognito refuses; what is too short for it, boto does not even send."""
    if isinstance(error, ParamValidationError):
        return "InvalidParameterException"
    return error.response["Error"]["Code"]
