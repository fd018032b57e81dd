"""The wire between functions and AWS: it counts every call, and does to one what networks do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.models import botocore_stubber

Fault = Literal["before", "after", "throttle", "timeout", "meanwhile"]
"""What happens to a call.

The function is killed before it, or after AWS has done what it asks; AWS refuses it; AWS does it,
and the reply is lost, so that boto sends it again where it does that at all; or just before it,
somebody else does all that the function is about, from its beginning to its end.
"""

FAULTS: tuple[Fault, ...] = get_args(Fault)
Send = Callable[..., AWSResponse | None]


class Killed(BaseException):
    """The function is gone; no code of it runs any more."""


@dataclass(frozen=True, order=True)
class Site:
    """A call of AWS: by which function, and the how-manieth of its kind on an image's path."""

    function: str
    operation: str
    number: int = 1


@dataclass
class Wire:
    """Hears all that a function sends; `faults` says what becomes of single calls.

    What AWS does comes of moto, unless `answers` has an answer of its own for an operation.
    """

    answers: Mapping[str, Send] = field(default_factory=dict)
    faults: Mapping[Site, Fault] = field(default_factory=dict)
    sent: list[Site] = field(default_factory=list)
    function: str | None = None
    meanwhile: Callable[[], None] = lambda: None
    aside: bool = False  # what is sent meanwhile is none of the sites

    def listen(self, *clients: Any) -> None:
        """Hear what these clients send; more specific handlers are called before moto's."""
        for client in clients:
            service = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-send.{service}", self._hear)

    @contextmanager
    def used_by(self, function: str) -> Iterator[None]:
        """Take what is sent as this function's; what nobody sends is the tests' own."""
        before, self.function = self.function, function
        try:
            yield
        finally:
            self.function = before

    def _hear(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        operation = event_name.rpartition(".")[2]
        send = self.answers.get(operation)
        if self.function is None or self.aside:
            return send(event_name, request) if send else None
        same = [
            each
            for each in self.sent
            if (each.function, each.operation) == (self.function, operation)
        ]
        site = Site(self.function, operation, len(same) + 1)
        self.sent.append(site)
        match self.faults.get(site):
            case "before":
                raise Killed(site)
            case "throttle":
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)
            case "meanwhile":
                self.aside = True
                self.meanwhile()
                self.aside = False
            case "after" | "timeout" as fault:
                (send or botocore_stubber)(event_name, request)
                raise Killed(site) if fault == "after" else ReadTimeoutError(endpoint_url="aws")
        return send(event_name, request) if send else None
