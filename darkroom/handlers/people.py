"""Who people are, for the functions that ask: the directory, and what users do with themselves."""

from functools import cache

from darkroom.adapters.cognito import CognitoDirectory
from darkroom.adapters.cognito_accounts import CognitoAccounts
from darkroom.handlers import clients
from darkroom.handlers.settings import setting
from darkroom.identity import Accounts, Directory


@cache
def directory() -> Directory:
    """Return the user directory, wired from this function's settings."""
    return CognitoDirectory(
        clients.cognito(), setting("USER_POOL_ID"), setting("USER_POOL_CLIENT_ID")
    )


@cache
def accounts() -> Accounts:
    """Return what users do with their own accounts; it takes no permission, and no setting."""
    return CognitoAccounts(clients.cognito())
