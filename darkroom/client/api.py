"""One deployment's API: where it is, who calls, and answers as values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

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

    def post(
        self, answer: type[Answer], path: str, body: Mapping[str, Any], *, repeatable: bool = False
    ) -> Answer:
        """Have something done; `repeatable` is what may as well be done twice."""
        request = requests.Request("POST", self.url + path, json=dict(body))
        return self._read(answer, self._send(request, repeatable=repeatable))

    def tell(self, path: str, body: Mapping[str, Any], *, repeatable: bool = False) -> None:
        """Have something done that answers nothing that a program reads."""
        request = requests.Request("POST", self.url + path, json=dict(body))
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
