"""To become a user of a deployment, and to be one, from `signup` to `logout`."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus

from rich.console import Console
from rich.text import Text

from darkroom.cli.asking import asked, password
from darkroom.cli.failure import CommandFailed
from darkroom.cli.place import Place, place, remember
from darkroom.cli.refusals import told
from darkroom.cli.session import Kept, api, keeper
from darkroom.client import Accounts, Api, Me, Refused, Session, Tokens


@told
def signup(options: argparse.Namespace, console: Console) -> int:
    """Open an account and say where its code went; 0, also for an address that has one."""
    found = place(options)
    Accounts(Api(found.url)).sign_up(options.email, password(options, twice=True), options.name)
    _say(console, f"A code was mailed to {options.email}. Next, with the code:")
    _say(console, f"  python -m darkroom confirm {options.email} {found.named}")
    _say_where_mails_are(console, found, options.email)
    return 0


@told
def confirm(options: argparse.Namespace, console: Console) -> int:
    """Confirm the account by its code, which is asked for if it is not given; 0."""
    found = place(options)
    accounts = Accounts(Api(found.url))
    if options.resend:
        accounts.resend(options.email)
        _say(console, f"If {options.email} has an account that waits for a code, it was mailed.")
        _say_where_mails_are(console, found, options.email)
        return 0
    accounts.confirm(options.email, options.code or asked("The code that was mailed: "))
    _say(console, "The account is confirmed. Next:")
    _say(console, f"  python -m darkroom login {options.email} {found.named}")
    return 0


@told
def forgot(options: argparse.Namespace, console: Console) -> int:
    """Have a code mailed for a new password; 0, whoever has an account."""
    found = place(options)
    Accounts(Api(found.url)).forgot(options.email)
    _say(console, f"If {options.email} has an account, a code was mailed. Next, with the code:")
    _say(console, f"  python -m darkroom reset {options.email} {found.named}")
    _say_where_mails_are(console, found, options.email)
    return 0


@told
def reset(options: argparse.Namespace, console: Console) -> int:
    """Set a new password by a mailed code, which is asked for if it is not given; 0."""
    found = place(options)
    code = options.code or asked("The code that was mailed: ")
    new = password(options, twice=True)
    Accounts(Api(found.url)).reset(options.email, code, new)
    _say(console, "The password is changed. Next:")
    _say(console, f"  python -m darkroom login {options.email} {found.named}")
    return 0


@told
def login(options: argparse.Namespace, console: Console) -> int:
    """Sign in, keep the session, and let later commands lead here; 0."""
    keeps = keeper(options)
    session = _signed_in(Accounts(Api(keeps.place.url)), options)
    tokens = Tokens.of(session, datetime.now(UTC))
    keeps.write(Kept(email=options.email, tokens=tokens))
    remember(keeps.place)
    _say(console, f"Signed in as {options.email} at {keeps.place.url}.")
    return 0


@told
def logout(options: argparse.Namespace, console: Console) -> int:
    """Forget the session here, and with `--everywhere` end all others; 0, also without one."""
    keeps = keeper(options)
    if options.everywhere:
        Me(api(options)).sign_out_everywhere()
    kept = keeps.read()
    keeps.safe.forget(keeps.place.url)
    _say(console, f"{'Signed out' if kept else 'Nobody was signed in'} at {keeps.place.url}.")
    return 0


@told
def whoami(options: argparse.Namespace, console: Console) -> int:
    """Say who is signed in, and where; 0."""
    called = api(options)
    me = Me(called).profile()
    name = f"{me.name}, " if me.name else ""
    _say(console, f"{name}{me.email} at {called.url}")
    return 0


def _signed_in(accounts: Accounts, options: argparse.Namespace) -> Session:
    """Return a session, by an authenticator's code too where the account asks for one."""
    given = password(options, twice=False)
    with _refused_as(_WRONG.format(email=options.email)):
        entry = accounts.sign_in(options.email, given)
    if isinstance(entry, Session):
        return entry
    code = options.code or asked("The code of your authenticator: ")
    with _refused_as("That code does not sign in: it is mistyped, was used, or is too old."):
        return accounts.answer(entry, code)


_WRONG = (
    "That address and that password do not sign in. If the account is not confirmed yet:"
    " `python -m darkroom confirm {email}`. If the password is forgotten:"
    " `python -m darkroom forgot {email}`."
)


@contextmanager
def _refused_as(words: str) -> Iterator[None]:
    """Say it in these words where the API does not let somebody in: it never says why."""
    try:
        yield
    except Refused as refused:
        if refused.status != HTTPStatus.UNAUTHORIZED:
            raise
        raise CommandFailed(words) from refused


def _say_where_mails_are(console: Console, found: Place, email: str) -> None:
    if found.is_local:
        _say(console, "The embedded cloud sends no mail, it keeps it. To read it:")
        _say(console, f"  python -m darkroom mails {email}")


def _say(console: Console, line: str) -> None:
    console.print(Text(line), soft_wrap=True)
