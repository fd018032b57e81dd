"""What is sent again, after which pause, and what is told of a refusal."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests

from darkroom.client import Api, Client, Refused, Unreachable
from darkroom.client.transport import LONGEST_WAIT_S, Transport
from tests.darkroom.client.scripted import Reply, Script

GOOD = Reply(200, {"images": [], "cursor": None})
CUT = {"Content-Length": "9", "Connection": "close"}  # after the three bytes that there are


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that were made, in seconds."""
    return []


@pytest.fixture
def send(script: Script, pauses: list[float]) -> Callable[..., requests.Response]:
    """Sends a request to the script, without waiting in pauses."""
    transport = Transport(sleep=pauses.append)

    def sent(method: str = "GET", *, repeatable: bool = True) -> requests.Response:
        return transport.send(requests.Request(method, script.url), repeatable=repeatable)

    return sent


Send = Callable[..., requests.Response]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_failed_is_sent_again_with_growing_pauses(
    send: Send, script: Script, pauses: list[float], status: int
) -> None:
    """Random ones, so that many clients do not come back at one moment."""
    script.answer(Reply(status), Reply(status), GOOD)

    assert send().json() == GOOD.body
    assert len(script.asked) == 3
    assert all(0 <= pause <= 0.5 * 2**n for n, pause in enumerate(pauses))


@pytest.mark.parametrize("reply", [Reply(500), Reply(502), Reply(0)], ids=["500", "502", "broken"])
def test_what_must_not_be_done_twice_is_sent_once(send: Send, script: Script, reply: Reply) -> None:
    """It may have been done: the answer, or the lack of one, does not tell."""
    script.answer(reply, GOOD)

    with pytest.raises((Refused, Unreachable)):
        send("POST", repeatable=False)

    assert len(script.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_not_done_is_sent_again_in_any_case(
    send: Send, script: Script, status: int
) -> None:
    """Whoever says "not now" has done nothing."""
    script.answer(Reply(status), GOOD)

    assert send("POST", repeatable=False).ok


def test_a_connection_that_breaks_off_is_made_anew(send: Send, script: Script) -> None:
    """Also in the middle of an answer."""
    script.answer(Reply(0), Reply(200, b"cut", CUT), GOOD)

    assert send().json() == GOOD.body


def test_after_five_tries_the_last_refusal_is_raised(
    send: Send, script: Script, pauses: list[float]
) -> None:
    """With its code, its facts and where the logs have it."""
    problem = {"status": 503, "title": "Unavailable", "code": "busy", "limit": 3}
    script.answer(Reply(503, problem, {"x-amzn-RequestId": "r-1"}))

    with pytest.raises(Refused) as refused:
        send()

    assert (len(script.asked), len(pauses)) == (5, 4)
    told = refused.value
    assert (told.status, told.code, told.facts) == (503, "busy", {"limit": 3})
    assert told.request_id == "r-1"
    assert str(told) == "503 busy (limit 3)"


def test_the_platform_is_asked_again_when_it_says(
    send: Send, script: Script, pauses: list[float]
) -> None:
    """`Retry-After` may be a number of seconds, a time, or nonsense, which is passed over."""
    time = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    for said in ("7", time, "soon"):
        script.answer(Reply(429, headers={"Retry-After": said}), GOOD)
        send()

    seconds, until, nonsense = pauses
    assert 7 <= seconds <= 7.5
    assert 18 <= until <= 20.5
    assert nonsense <= 0.5


def test_nobody_waits_for_a_quota_of_tomorrow(
    send: Send, script: Script, pauses: list[float]
) -> None:
    """More than half a minute is the caller's to decide upon: it is told, at once."""
    problem = {"code": "too_many_requests"}
    script.answer(Reply(429, problem, {"Retry-After": "40000"}))

    with pytest.raises(Refused) as refused:
        send()

    assert LONGEST_WAIT_S < 40_000
    assert (refused.value.after_s, pauses) == (40_000, [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<Error><Code>EntityTooLarge</Code></Error>", "EntityTooLarge"),
        (b"<html>Forbidden</html>", "http_403"),
        (b'["forbidden"]', "http_403"),
    ],
)
def test_a_refusal_that_is_no_problem_has_a_code_too(
    send: Send, script: Script, body: bytes, code: str
) -> None:
    """S3's, where it is S3 that answers; else the status has to do."""
    script.answer(Reply(403, body))

    with pytest.raises(Refused) as refused:
        send()

    assert (refused.value.code, refused.value.facts) == (code, {})


def test_where_nobody_listens_that_is_told(pauses: list[float]) -> None:
    """In words, with the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(Unreachable, match="no connection comes about") as raised:
        Transport(sleep=pauses.append).send(requests.Request("GET", url), repeatable=True)

    assert raised.value.url == url


def test_what_is_no_address_is_not_tried_again(pauses: list[float]) -> None:
    """No pause makes it one."""
    with pytest.raises(Unreachable):
        Transport(sleep=pauses.append).send(requests.Request("GET", "ftp://x"), repeatable=True)

    assert pauses == []


def test_another_web_server_is_not_taken_for_the_api(script: Script) -> None:
    """Whoever mistypes the address gets no traceback."""
    script.answer(Reply(200, b"<html>Welcome</html>"))

    with pytest.raises(Unreachable, match="not the API of Darkroom"):
        Client(Api(script.url)).page()


def test_only_the_token_speaks_for_a_user(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ~/.netrc for this host is for others; neither do cookies tell one caller from another."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ada password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    script.answer(Reply(200, GOOD.body, {"Set-Cookie": "who=ada"}))

    for token in ("one", "two"):
        Client(Api(script.url, lambda token=token: token)).page()
    client = Client(Api(script.url))
    client.page()
    client.page()

    told = [asked.headers.get("Authorization") for asked in script.asked]
    assert told == ["Bearer one", "Bearer two", None, None]
    assert not any("Cookie" in asked.headers for asked in script.asked)
