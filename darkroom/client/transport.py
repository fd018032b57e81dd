"""Requests that are sent again where that helps, and errors as one exception."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from darkroom.client.failures import Refused, Unreachable

_TRIES = 5
_FIRST_PAUSE_S = 0.5
_TIMES_S = (10.0, 60.0)  # to be connected, and between two packets

LONGEST_WAIT_S = 30.0
"""Whoever is told to come later than that, is told so: a daily quota, for one."""

_ANY_S = 10**9  # urllib3 would cut what is said at six hours

# Nothing was done: also what must not be done twice may be sent again.
_NOT_DONE = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_FAILED = frozenset(
    {
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


def _session() -> requests.Session:
    """Return a session that keeps no cookies: so threads may share it."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return session


@dataclass(frozen=True)
class Transport:
    """Sends requests over connections that are kept; for any number of threads."""

    session: requests.Session = field(default_factory=_session)
    sleep: Callable[[float], None] = time.sleep

    def send(self, request: requests.Request, *, repeatable: bool) -> requests.Response:
        """Send, and return the answer if it is a good one.

        What was not done (429, 503) is sent again after the time that the answer names, and what
        failed (500, 502, 504, a connection) only if `repeatable`; at most five times in all, with
        pauses that double, at random up to so long.

        Raises Refused for an answer that is none of these or names more than LONGEST_WAIT_S, or
        is the last; Unreachable where there is no answer.
        """
        for number in range(_TRIES):
            last = number == _TRIES - 1
            pause = random.uniform(0, _FIRST_PAUSE_S * 2**number)  # noqa: S311 - nothing secret
            try:
                answer = self._sent(request)
            except requests.RequestException as error:
                if last or not (repeatable and isinstance(error, _BROKEN)):
                    raise Unreachable(request.url, _why(error)) from error
            else:
                if answer.status_code < HTTPStatus.BAD_REQUEST:
                    return answer
                refused = _refused(answer)
                pause += refused.after_s or 0
                if last or pause > LONGEST_WAIT_S or not _again(answer, repeatable=repeatable):
                    raise refused
            self.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _sent(self, request: requests.Request) -> requests.Response:
        prepared = self.session.prepare_request(request)
        # As `Session.request` does: proxies and certificates by the environment.
        settings = self.session.merge_environment_settings(prepared.url, {}, None, None, None)
        return self.session.send(prepared, timeout=_TIMES_S, allow_redirects=False, **settings)


def _again(answer: requests.Response, *, repeatable: bool) -> bool:
    return answer.status_code in _NOT_DONE or (repeatable and answer.status_code in _FAILED)


def _refused(answer: requests.Response) -> Refused:
    """Read a problem (RFC 9457), or what S3 says in XML; else the status has to do for a code."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    problem = told if isinstance(told, dict) else {}
    facts = {name: value for name, value in problem.items() if name not in _FRAME}
    return Refused(
        answer.status_code,
        str(problem.get("code") or _s3_code(answer) or f"http_{answer.status_code}"),
        facts,
        after_s=_after_s(answer),
        request_id=answer.headers.get("x-amzn-RequestId"),
    )


def _s3_code(answer: requests.Response) -> str | None:
    found = re.search(r"<Code>(\w+)</Code>", answer.text)
    return found and found.group(1)


_FRAME = frozenset({"type", "title", "status", "code", "instance", "request_id"})


def _after_s(answer: requests.Response) -> float | None:
    """Return what `Retry-After` says, be it a time or a number of seconds."""
    said = answer.headers.get("Retry-After")
    if said is None:
        return None
    try:
        return Retry(retry_after_max=_ANY_S).parse_retry_after(said)
    except InvalidHeader:
        return None


def _why(error: requests.RequestException) -> str:
    """Say in words what went wrong: the library's own text is a chain of reprs."""
    match error:
        case requests.exceptions.SSLError():
            return f"its certificate is not trusted: {error}"
        case requests.exceptions.ProxyError():
            return "the proxy that the environment names does not let it through"
        case requests.Timeout():
            return "it did not answer in time"
        case requests.ConnectionError():
            return "no connection comes about, or it broke off"
        case _:
            return str(error)
