"""A client of the API: what a program of a user's does, in a few typed calls."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_args

import requests

from darkroom.events import Ending, ReuploadIgnored

_TIMEOUT_S = 60.0
_LOOK_EVERY_S = 0.25
_ENDINGS = frozenset(event.type for event in get_args(Ending))


class Refused(Exception):
    """The API refused: `status` and the problem that it answered."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem}")
        self.status = status
        self.problem = problem


@dataclass(frozen=True)
class Client:
    """Talks to one deployment, as one user once `signed_in`."""

    api_url: str
    access_token: str | None = None

    def sign_up(self, email: str, password: str, name: str) -> None:
        """Open an account; a code is mailed."""
        body = {"email": email, "password": password, "name": name}
        self._call("POST", "/accounts", body)

    def confirm(self, email: str, code: str) -> None:
        """Confirm the account by its mailed code."""
        self._call("POST", "/accounts/confirm", {"email": email, "code": code})

    def signed_in(self, email: str, password: str) -> "Client":
        """Return a client that speaks for this user."""
        session = self._call("POST", "/sessions", {"email": email, "password": password})
        return Client(self.api_url, session["access_token"])

    def request_upload(self, file_name: str, content_type: str, byte_size: int) -> dict[str, Any]:
        """Return a grant: an image id, and the form to send the picture with."""
        body = {"file_name": file_name, "content_type": content_type, "byte_size": byte_size}
        return self._call("POST", "/images", body)

    def upload(self, photo: Path, content_type: str) -> str:
        """Upload a picture, and return the id of its image."""
        content = photo.read_bytes()
        grant = self.request_upload(photo.name, content_type, len(content))
        answer = send_form(grant["upload"], content)
        if not answer.ok:
            raise Refused(answer.status_code, {"body": answer.text})
        image_id: str = grant["image_id"]
        return image_id

    def images(self) -> dict[str, Any]:
        """Return the first page of this user's images, newest first."""
        return self._call("GET", "/images")

    def image(self, image_id: str) -> dict[str, Any]:
        """Return one image: its state, reason, and variants."""
        return self._call("GET", f"/images/{image_id}")

    def events(self, image_id: str) -> list[dict[str, Any]]:
        """Return what has happened to the image so far; nothing for one not uploaded yet."""
        try:
            events: list[dict[str, Any]] = self._call("GET", f"/images/{image_id}/events")["events"]
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return []
            raise
        return events

    def follow(self, image_id: str, within_s: float = 120.0) -> Iterator[dict[str, Any]]:
        """Yield the image's events as they happen, up to the one that ends its run.

        Raises TimeoutError where that does not come within `within_s`.
        """
        deadline = time.monotonic() + within_s
        seen = 0
        while True:
            events = self.events(image_id)
            yield from events[seen:]
            seen = len(events)
            of_runs = [each["type"] for each in events if each["type"] != ReuploadIgnored.type]
            if of_runs and of_runs[-1] in _ENDINGS:
                return
            _wait_until(deadline, f"image {image_id} has no ending")

    def settled(self, image_id: str, within_s: float = 120.0) -> dict[str, Any]:
        """Wait for the image's run to end and return the image as it then is.

        Raises TimeoutError as `follow` does, and where the view does not catch up.
        """
        version = len(list(self.follow(image_id, within_s)))
        deadline = time.monotonic() + within_s
        while True:
            try:
                image = self.image(image_id)
                if image["version"] >= version:
                    return image
            except Refused as refused:
                if refused.status != HTTPStatus.NOT_FOUND:
                    raise
            _wait_until(deadline, f"the view of image {image_id} is behind its history")

    def link(self, image_id: str, name: str) -> dict[str, Any]:
        """Return a link to a variant."""
        return self._call("GET", f"/images/{image_id}/variants/{name}")

    def download(self, image_id: str, name: str) -> bytes:
        """Return a variant's bytes."""
        answer = requests.get(self.link(image_id, name)["url"], timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return answer.content

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        answer = requests.request(
            method, self.api_url + path, json=body, headers=headers, timeout=_TIMEOUT_S
        )
        if not answer.ok:
            raise Refused(answer.status_code, _problem(answer))
        told: dict[str, Any] = answer.json()
        return told


def send_form(form: dict[str, Any], content: bytes) -> requests.Response:
    """POST `content` with a signed form, as a browser does."""
    files = {"file": ("picture", content)}
    return requests.post(form["url"], data=form["fields"], files=files, timeout=_TIMEOUT_S)


def _wait_until(deadline: float, otherwise: str) -> None:
    if time.monotonic() > deadline:
        raise TimeoutError(otherwise)
    time.sleep(_LOOK_EVERY_S)


def _problem(answer: requests.Response) -> dict[str, Any]:
    try:
        told: dict[str, Any] = answer.json()
    except ValueError:
        return {"body": answer.text}
    return told
