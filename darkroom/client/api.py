"""One deployment's API: where it is, who calls, and answers as values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import uuid4

import requests
from pydantic import BaseModel, ValidationError

from darkroom.client.failures import Unreachable
from darkroom.client.transport import Transport

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Api:
    """The API at `url`; `token` gives an access token that is good now, for calls of a user."""

    url: str  # without a slash at the end
    token: Callable[[], str] | None = None
    transport: Transport = field(default_factory=Transport)

    def get(
        self, answer: type[Answer], path: str, query: Mapping[str, str | int | None] | None = None
    ) -> Answer:
        """Ask; raises Refused and Unreachable, as all calls do."""
        request = requests.Request("GET", self.url + path, params=dict(query or {}))
        return self._read(answer, self._send(request, repeatable=True))

    def get_if_changed(
        self, answer: type[Answer], path: str, tag: str | None
    ) -> tuple[Answer | None, str | None]:
        """Ask again: return what has changed since the answer of that tag, or None; and the tag."""
        headers = {"If-None-Match": tag} if tag else {}
        request = requests.Request("GET", self.url + path, headers=headers)
        told = self._send(request, repeatable=True)
        if told.status_code == HTTPStatus.NOT_MODIFIED:
            return None, tag
        return self._read(answer, told), told.headers.get("ETag")

    def post(
        self, answer: type[Answer], path: str, body: Mapping[str, Any], *, repeatable: bool = False
    ) -> Answer:
        """Have something done; `repeatable` is what may as well be done twice."""
        request = requests.Request("POST", self.url + path, json=dict(body))
        return self._read(answer, self._send(request, repeatable=repeatable))

    def post_once(self, answer: type[Answer], path: str) -> Answer:
        """Have something done that the API does once, however often this request is sent."""
        headers = {"Idempotency-Key": str(uuid4())}
        request = requests.Request("POST", self.url + path, headers=headers)
        return self._read(answer, self._send(request, repeatable=True))

    def tell(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        repeatable: bool = False,
    ) -> None:
        """Have something done that answers nothing that a program reads."""
        told = None if body is None else dict(body)
        request = requests.Request(method, self.url + path, json=told)
        self._send(request, repeatable=repeatable)

    def _send(self, request: requests.Request, *, repeatable: bool) -> requests.Response:
        request.auth = self._signed
        return self.transport.send(request, repeatable=repeatable)

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As `auth`, or `requests` would send what a ~/.netrc has for this host instead.
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def _read(self, answer: type[Answer], told: requests.Response) -> Answer:
        try:
            return answer.model_validate_json(told.content)
        except ValidationError as error:
            raise Unreachable(self.url, "what answers there is not the API of Darkroom") from error
