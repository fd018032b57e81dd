"""Pictures go in, several at a time; what one fails with stops no other."""

import json
import signal
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import main_thread
from time import sleep

import pytest
from rich.console import Console

from darkroom.cli.sent import Record, looked_at
from darkroom.client import Client, Image
from darkroom.events import Event
from darkroom.testing import samples
from darkroom.testing.samples import REF
from tests.darkroom.cli.test_looks import REJECTED, SHOWN
from tests.darkroom.cli.user import User
from tests.darkroom.client import bodies
from tests.darkroom.client.scripted import Reply

IMAGE = REF.image_id


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file that is called a picture."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"a picture")
    return path


@pytest.fixture(autouse=True)
def granting(user: User) -> None:
    """Every upload is granted, and arrives."""
    user.script.answer(bodies.grant(user.script), to="POST /images")
    user.script.answer(Reply(204, b""), to="PUT /originals")


def test_a_picture_is_sent_and_its_id_is_told(user: User, photo: Path) -> None:
    """By the type that its ending says, with its tags."""
    said = user.run("upload", str(photo), "--tag", "plan=free=1")

    assert (said.status, said.out) == (0, f"photo.jpg  {IMAGE}  sent\n")
    asked, sent = user.script.asked
    assert asked.json() == {
        "file_name": "photo.jpg",
        "content_type": "image/jpeg",
        "byte_size": 9,
        "sha256": sha256(b"a picture").hexdigest(),
        "tags": {"plan": "free=1"},
    }
    assert sent.body == b"a picture"


@pytest.mark.parametrize(
    ("events", "status", "told"),
    [
        (samples.history(), 0, "complete: thumbnail, medium, large"),
        (
            (samples.uploaded(), samples.started(), REJECTED),
            3,
            "rejected: truncated by check (actual 1200)",
        ),
    ],
    ids=["complete", "rejected"],
)
def test_what_came_of_a_picture_is_waited_for(
    user: User, photo: Path, events: tuple[Event, ...], status: int, told: str
) -> None:
    """The exit status tells a script whether all is well."""
    user.script.answer(
        Reply(404, {"code": "not_found"}),
        bodies.image(*events[:1]),
        bodies.image(*events),
        to=SHOWN,
    )

    said = user.run("upload", str(photo), "--wait")

    assert (said.status, said.out) == (status, f"photo.jpg  {IMAGE}  {told}\n")


def test_a_picture_that_is_refused_stops_no_other(user: User, photo: Path, tmp_path: Path) -> None:
    """It is told with the cure, the others are sent, and the status is 1."""
    other = tmp_path / "other.jpg"
    other.write_bytes(b"another")
    refused = {"code": "too_many_bytes", "limit": 8, "actual": 9}
    user.script.answer(Reply(400, refused), bodies.grant(user.script), to="POST /images")

    said = user.run("upload", str(photo), str(other))

    assert said.status == 1
    lines = sorted(line.partition("  ")[2] for line in said.out.splitlines())
    assert lines == [
        f"{IMAGE}  sent",
        "not sent: It has 9 bytes; the pipeline takes 8.",
    ]


def test_a_quota_is_told_with_the_time_when_it_is_over(user: User, photo: Path) -> None:
    """Nobody waits at the terminal for tomorrow."""
    spent = {"code": "quota_exceeded", "limit": 20, "actual": 20}
    user.script.answer(Reply(429, spent, {"Retry-After": "40000"}), to="POST /images")

    said = user.run("upload", str(photo))

    assert said.status == 1
    assert "429 quota_exceeded (limit 20, actual 20). Come again in 11 h." in said.out


def test_an_end_that_is_not_seen_is_no_success(user: User, photo: Path) -> None:
    """The image's id is told all the same."""
    user.script.answer(bodies.image(samples.uploaded()), to=SHOWN)

    said = user.run("upload", str(photo), "--wait", "--within", "0")

    assert said.status == 1
    assert said.out.startswith(f"photo.jpg  {IMAGE}  not seen to end: image {IMAGE} has no ending")


def test_as_json_each_file_has_its_id_and_its_image(user: User, photo: Path) -> None:
    """Or why it failed."""
    user.script.answer(bodies.image(*samples.history()), to=SHOWN)

    (told,) = json.loads(user.run("upload", str(photo), "--wait", "--format", "json").out)

    assert (told["file"], told["image_id"], told["failed"]) == (str(photo), IMAGE, None)
    assert told["image"]["state"] == "complete"


def test_what_is_no_picture_stops_no_other(user: User, photo: Path) -> None:
    """Each culprit is told with its cure, the others are sent, and the status is 1."""
    notes, gone = photo.parent / "notes", photo.parent / "gone.jpg"
    notes.touch()

    said = user.run("upload", str(gone), str(photo), str(notes), str(photo.parent))

    assert said.status == 1
    assert said.out.splitlines() == [
        f"gone.jpg  not sent: {gone} is not a file.",
        "notes  not sent: Its ending does not say what picture it is. Say it, such as"
        " --type image/jpeg.",
        f"{photo.parent.name}  not sent: {photo.parent} is not a file.",
        f"photo.jpg  {IMAGE}  sent",
    ]


@pytest.mark.parametrize("words", [(), ("--format", "json")])
def test_who_breaks_off_is_told_which_were_sent(
    user: User, photo: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """They are processed all the same, and their ids are known from nowhere else."""

    def interrupted(*_: object) -> Image:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "settled", interrupted)

    said = user.run("upload", str(photo), "--wait", *words)

    assert said.status == 130
    if words:
        assert json.loads(said.out)[0]["image_id"] == IMAGE
    else:
        assert said.out == f"photo.jpg  {IMAGE}  sent\n"


def test_what_could_not_be_stopped_any_more_is_told_as_sent(
    user: User, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that arrives after Ctrl-C has arrived."""

    def upload(*_: object) -> str:
        sleep(0.1)  # until results are waited for
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)
        sleep(0.1)
        return IMAGE

    monkeypatch.setattr(Client, "upload", upload)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        said = user.run("upload", str(photo), "--wait")
    finally:
        signal.signal(signal.SIGINT, before)

    assert (said.status, said.out) == (130, f"photo.jpg  {IMAGE}  sent\n")


def test_who_breaks_off_is_told_which_were_not_sent(photo: Path) -> None:
    """With those that were, also if nothing had been told of them yet."""
    record = Record(Console(), waits=True, as_text=True)
    pictures = [looked_at(number, photo, None, {}) for number in range(2)]
    record.noting(lambda each: replace(each, image_id=IMAGE))(pictures[1])

    first, second = record.close(pictures)

    assert (first.image_id, first.failed) == ("", "It was broken off.")
    assert (second.image_id, second.failed) == (IMAGE, "")


def test_a_name_gives_the_terminal_no_commands(user: User, tmp_path: Path) -> None:
    """A file's name may have any character: it is shown as it would be written in a program."""
    path = tmp_path / "new\nline\x1b[31m [bold]:smile:.jpg"
    path.write_bytes(b"a picture")

    said = user.run("upload", str(path))

    assert said.out == rf"new\nline\x1b[31m [bold]:smile:.jpg  {IMAGE}  sent" + "\n"


def test_a_file_of_any_name_is_what_it_is_said_to_be(user: User, tmp_path: Path) -> None:
    """Cameras and browsers leave files without an ending."""
    path = tmp_path / "download"
    path.write_bytes(b"a picture")

    assert user.run("upload", str(path), "--type", "image/webp").status == 0
    assert user.script.asked[0].json()["content_type"] == "image/webp"
