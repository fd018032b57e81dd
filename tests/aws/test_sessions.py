"""Sessions on AWS: refresh tokens rotate there, which no emulator of it does."""

import time
from collections.abc import Callable

import requests

GRACE_S = 60  # infra/identity.py: for a client whose answer was lost

Post = Callable[[str, object], requests.Response]


def test_a_refresh_token_is_used_up_by_its_exchange(
    post: Post, credentials: dict[str, str]
) -> None:
    """The one that came for it is good; the first, after the grace, is not."""
    first = post("/sessions", credentials).json()["refresh_token"]

    exchanged = post("/sessions/refresh", {"refresh_token": first})
    second = exchanged.json()["refresh_token"]
    time.sleep(GRACE_S + 5)
    again = post("/sessions/refresh", {"refresh_token": first})

    assert exchanged.status_code == 200
    assert second != first
    assert (again.status_code, again.json()["code"]) == (401, "not_signed_in")


def test_a_token_that_is_no_refresh_token_is_refused(
    post: Post, credentials: dict[str, str]
) -> None:
    """An access token, a made-up one, and one that was cut."""
    session = post("/sessions", credentials).json()

    for token in (session["access_token"], "made-up", session["refresh_token"][:-9]):
        assert post("/sessions/refresh", {"refresh_token": token}).status_code == 401
