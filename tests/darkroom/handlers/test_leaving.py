"""A user deletes their account by the API, on moto; the directory's part is told to a fake."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from darkroom.handlers import leaving
from darkroom.projections import project
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, appended

Ask = Callable[..., tuple[int, dict[str, Any]]]


@dataclass
class Directory:
    """Remembers whose accounts were deleted: moto deletes none."""

    deleted: list[str] = field(default_factory=list)

    def delete(self, token: str) -> None:
        self.deleted.append(token)


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Directory:
    told = Directory()
    monkeypatch.setattr(leaving, "accounts", lambda: told)
    return told


def ago(seconds: float) -> str:
    """The claim of a user who signed in so long ago."""
    return str(int(time.time() - seconds))


def test_a_user_leaves_with_all_their_images(cloud: Any, ask: Ask, directory: Directory) -> None:
    """Asked until it is done; the history says that the image was deleted, and stays."""
    appended(cloud.history, *samples.history())
    project([REF], cloud.history, cloud.views)

    first = ask("DELETE", "/me", auth_time=ago(10))
    project([REF], cloud.history, cloud.views)
    second = ask("DELETE", "/me", auth_time=ago(20))

    assert first == (200, {"images_deleted": 1, "done": False})
    assert second == (200, {"images_deleted": 0, "done": True})
    assert len(directory.deleted) == 1
    assert cloud.history.load(REF).events[-1].type == "image.deleted"
    assert ask("GET", "/images")[1]["images"] == []


def test_who_signed_in_long_ago_has_to_do_it_again(ask: Ask, directory: Directory) -> None:
    """403: the token may be stolen, or refreshed for weeks."""
    status, problem = ask("DELETE", "/me", auth_time=ago(301))

    assert (status, problem["code"], problem["limit"]) == (403, "sign_in_again", 300)
    assert directory.deleted == []


def test_another_users_images_stay(cloud: Any, ask: Ask, directory: Directory) -> None:
    """They are not even looked at."""
    appended(cloud.history, *samples.history())
    project([REF], cloud.history, cloud.views)

    status, left = ask("DELETE", "/me", auth_time=ago(10), sub=OWNER.replace("0", "1"))

    assert (status, left["done"]) == (200, True)
    assert cloud.history.load(REF).version == len(samples.history())
