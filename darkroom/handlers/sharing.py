"""Sharing: which pages of other origins may read what the API answers (CORS)."""

from typing import Any

from darkroom.handlers.settings import setting

# What a page may read beside the body. Source: Fetch standard, "CORS-safelisted response-header".
_EXPOSED = "ETag, Retry-After, x-amzn-RequestId"


def shared(event: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return `answer`, with the headers that let a page of an allowed origin read it.

    No page gets it with a cookie: there is none, since a token is sent on purpose. A cache on the
    way is told that the answer is another for each origin.
    """
    allowed = setting("ALLOWED_ORIGINS").split()
    if not allowed:
        return answer
    headers = {**answer.get("multiValueHeaders", {}), "Vary": ["Origin"]}
    asked = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if (origin := asked.get("origin")) in allowed:
        headers |= {
            "Access-Control-Allow-Origin": [origin],
            "Access-Control-Expose-Headers": [_EXPOSED],
        }
    return {**answer, "multiValueHeaders": headers}
