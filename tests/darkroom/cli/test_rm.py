"""Images are deleted if that is meant."""

import pytest

from darkroom.testing.samples import REF, another_image
from tests.darkroom.cli.user import User
from tests.darkroom.client.scripted import Reply

IMAGE, OTHER = REF.image_id, another_image(1).image_id


@pytest.fixture(autouse=True)
def deleting(user: User) -> None:
    """Every image can be deleted."""
    user.script.answer(Reply(204, b""))


def test_images_are_deleted_one_after_another(user: User) -> None:
    """Each is told."""
    said = user.run("rm", IMAGE, OTHER.lower(), "--yes")

    assert (said.status, said.out) == (0, f"{IMAGE}  deleted\n{OTHER}  deleted\n")
    assert [asked.line for asked in user.script.asked] == [
        f"DELETE /images/{IMAGE}",
        f"DELETE /images/{OTHER}",
    ]


@pytest.mark.parametrize(
    ("answer", "status", "deleted"), [("y", 0, 1), ("Yes", 0, 1), ("n", 1, 0), ("", 1, 0)]
)
def test_at_a_terminal_it_is_asked_whether_that_is_meant(
    user: User, monkeypatch: pytest.MonkeyPatch, answer: str, status: int, deleted: int
) -> None:
    """Nothing is deleted by the enter key alone."""
    monkeypatch.setattr("darkroom.cli.asking.at_a_terminal", lambda: True)

    said = user.run("rm", IMAGE, stdin=f"{answer}\n")

    assert said.status == status
    assert "Delete 1 image for good? [y/N]" in said.out
    assert len(user.script.asked) == deleted


def test_without_a_terminal_a_script_has_to_say_so(user: User) -> None:
    """It is not guessed."""
    said = user.run("rm", IMAGE)

    assert said.status == 1
    assert "say --yes" in said.err
    assert user.script.asked == []


def test_one_that_is_no_id_deletes_none(user: User) -> None:
    """All are looked at before."""
    said = user.run("rm", IMAGE, "photo.jpg", "--yes")

    assert said.status == 1
    assert user.script.asked == []


def test_one_that_is_unknown_stops_no_other(user: User) -> None:
    """It is named at the end, and the status is 1."""
    user.script.answer(Reply(404, {"code": "not_found"}), to=f"DELETE /images/{IMAGE}")

    said = user.run("rm", IMAGE, OTHER, "--yes")

    assert (said.status, said.out) == (1, f"{OTHER}  deleted\n")
    assert said.err.startswith(f"Not among your images: {IMAGE}. ")
