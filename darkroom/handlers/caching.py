"""Caching: answers carry an ETag, so that whoever asks again for what is known gets no body."""

import hashlib
from typing import Any

MAY_BE_KEPT = "private, no-cache"  # by whoever asked, who asks again before using it
NOT_KEPT = "no-store"


def conditional(event: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return `answer` with its ETag, or 304 where the request says that it is known.

    Only answers that say they may be kept have one. It is a digest of the body, so it changes
    with anything that a client could see. Source: RFC 9110, 8.8.3 and 13.1.2.
    """
    headers: dict[str, list[str]] = answer.get("multiValueHeaders", {})
    if answer["statusCode"] != 200 or headers.get("Cache-Control") != [MAY_BE_KEPT]:
        return answer
    tag = f'"{hashlib.sha256(answer["body"].encode()).hexdigest()[:32]}"'
    tagged = {**answer, "multiValueHeaders": {**headers, "ETag": [tag]}}
    if tag not in _known(event):
        return tagged
    kept = {name: tagged["multiValueHeaders"][name] for name in ("Cache-Control", "ETag")}
    return {**answer, "statusCode": 304, "body": "", "multiValueHeaders": kept}


def _known(event: dict[str, Any]) -> set[str]:
    """The ETags that the client knows; those that were weakened on the way are as good here."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    tags = (headers.get("if-none-match") or "").split(",")
    return {tag.strip().removeprefix("W/") for tag in tags}
