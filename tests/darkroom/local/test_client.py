"""The client knows when an image has come to its end."""

from dataclasses import dataclass
from typing import Any

import pytest

from darkroom.local.client import Client


@dataclass(frozen=True)
class Told(Client):
    """A client to whom the API tells these events."""

    types: tuple[str, ...] = ()

    def events(self, image_id: str) -> list[dict[str, Any]]:
        return [{"type": f"image.{each}"} for each in self.types]


@pytest.mark.parametrize(
    "types",
    [
        ("uploaded", "processing-started", "rejected"),
        ("uploaded", "processing-started", "processing-completed", "reupload-ignored"),
    ],
)
def test_following_stops_at_the_ending(types: tuple[str, ...]) -> None:
    """Also where a second upload under the same form was ignored after it."""
    client = Told("", types=types)

    followed = [event["type"].removeprefix("image.") for event in client.follow("any")]

    assert tuple(followed) == types


def test_following_an_image_without_an_ending_gives_up() -> None:
    """With a TimeoutError that names the image."""
    client = Told("", types=("uploaded", "processing-started"))

    with pytest.raises(TimeoutError, match="any"):
        list(client.follow("any", within_s=0))
