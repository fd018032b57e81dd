"""A session goes on: its tokens are exchanged once, before they end, for all threads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest

from darkroom.client import Accounts, Api, Refused, Running, Tokens
from tests.darkroom.client.scripted import Reply, Script

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SESSION = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in_s": 900}
NO_IMAGES = Reply(body={"images": [], "cursor": None})


def tokens(number: int, ends_in_s: float) -> Tokens:
    """The tokens of that number."""
    until = NOW + timedelta(seconds=ends_in_s)
    return Tokens(access_token=f"a-{number}", refresh_token=f"r-{number}", expires_at=until)


@pytest.mark.parametrize(("ends_in_s", "expected"), [(900, "a-1"), (61, "a-1"), (60, "a-2")])
def test_tokens_are_exchanged_a_minute_before_they_end(ends_in_s: float, expected: str) -> None:
    """A request takes its time, and so does its answer."""
    running = Running(tokens(1, ends_in_s), lambda _: tokens(2, 900), lambda: NOW)

    assert running.token() == expected


def test_many_threads_exchange_tokens_once() -> None:
    """A refresh token is good for one exchange."""
    exchanged: list[Tokens] = []

    def renew(old: Tokens) -> Tokens:
        sleep(0.01)
        exchanged.append(old)
        return tokens(2, 900)

    running = Running(tokens(1, 0), renew, lambda: NOW)
    with ThreadPoolExecutor(8) as threads:
        given = set(threads.map(lambda _: running.token(), range(32)))

    assert given == {"a-2"}
    assert exchanged == [tokens(1, 0)]


def test_a_client_that_signed_in_goes_on_by_itself(script: Script) -> None:
    """With the tokens that it got last."""
    ending = SESSION | {"expires_in_s": 30}
    renewed = SESSION | {"access_token": "access-2", "refresh_token": "refresh-2"}
    script.answer(Reply(body=ending), to="POST /sessions")
    script.answer(Reply(body=renewed), to="POST /sessions/refresh")
    script.answer(NO_IMAGES, to="GET /images")

    client = Accounts(Api(script.url)).signed_in("ada@example.com", "Difference-Engine-2")
    client.page()
    client.page()

    assert [asked.line for asked in script.asked] == [
        "POST /sessions",
        "POST /sessions/refresh",
        "GET /images",
        "GET /images",
    ]
    assert script.asked[1].json() == {"refresh_token": "refresh-1"}
    assert script.asked[3].headers["Authorization"] == "Bearer access-2"


def test_an_account_with_an_authenticator_takes_its_code(script: Script) -> None:
    """Without one, that is what is said."""
    accounts = Accounts(Api(script.url))
    script.answer(Reply(body={"challenge": "c-1"}), to="POST /sessions")
    script.answer(Reply(body=SESSION), to="POST /sessions/answer")

    with pytest.raises(Refused, match="401 code_wanted"):
        accounts.signed_in("ada@example.com", "Difference-Engine-2")
    client = accounts.signed_in("ada@example.com", "Difference-Engine-2", "123456")

    assert client.api.token is not None
    assert client.api.token() == "access-1"
    assert script.asked[-1].json() == {"challenge": "c-1", "code": "123456"}
