"""Pages of other origins read answers only where they are on the list."""

from collections.abc import Callable
from typing import Any

import pytest

from darkroom.handlers import images

PAGE = "https://photos.example.com"


@pytest.mark.parametrize(
    ("allowed", "origin", "told"),
    [
        (PAGE, PAGE, [PAGE]),
        (f"http://localhost:3000 {PAGE}", PAGE, [PAGE]),
        (PAGE, "https://evil.example.com", None),
        (PAGE, f"{PAGE}.evil.example.com", None),
        (PAGE, "null", None),
        (PAGE, None, None),
        ("", PAGE, None),
    ],
)
def test_only_pages_of_listed_origins_may_read_answers(
    cloud: Any,
    request_of: Callable[..., dict[str, Any]],
    context: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    allowed: str,
    origin: str | None,
    told: list[str] | None,
) -> None:
    """To the letter; refusals as well, so that a page can tell an expired token from a failure."""
    monkeypatch.setenv("DARKROOM_ALLOWED_ORIGINS", allowed)
    events = [request_of("GET", "/images"), request_of("GET", "/images/x")]

    for event in events:
        event["headers"] |= {"Origin": origin} if origin else {}
        headers = images.handler(event, context)["multiValueHeaders"]

        assert headers.get("Access-Control-Allow-Origin") == told
        assert "Access-Control-Allow-Credentials" not in headers
        assert (headers.get("Vary") == ["Origin"]) == bool(allowed)
