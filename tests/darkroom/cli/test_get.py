"""Variants come as files: whole ones, where nobody else's are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom.cli import get
from darkroom.testing import samples
from darkroom.testing.samples import REF
from tests.darkroom.cli.test_looks import REJECTED, SHOWN
from tests.darkroom.cli.user import Said, User
from tests.darkroom.client import bodies
from tests.darkroom.client.scripted import Reply

IMAGE = REF.image_id
NAMES = samples.PROMISED
Get = Callable[..., Said]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where files go."""
    return tmp_path / "pictures"


@pytest.fixture
def fetch(user: User, out: Path) -> Get:
    """Get the image's three variants, of which each is its name."""
    user.script.answer(bodies.image(*samples.history()), to=SHOWN)
    for name in NAMES:
        user.script.answer(bodies.link(user.script, name), to=f"{SHOWN}/variants/{name}")
        user.script.answer(Reply(body=name.encode()), to=f"GET /variants/{name}")
    return lambda *words: user.run("get", IMAGE, "--out", str(out), *words)


def found(out: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones included."""
    return {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_every_variant_is_written(fetch: Get, out: Path) -> None:
    """Under the image's id, with the ending of its format; nothing else is left."""
    said = fetch()

    assert said.status == 0
    assert {line.partition(",")[0] for line in said.out.splitlines()} == {
        str(out / IMAGE / f"{name}.jpg") for name in NAMES
    }
    assert found(out) == {f"{name}.jpg": name.encode() for name in NAMES}


def test_what_was_fetched_before_is_there_already(fetch: Get, out: Path) -> None:
    """Doing it twice is no failure."""
    fetch()

    said = fetch()

    assert said.status == 0
    assert said.out.count("there already") == 3
    assert len(found(out)) == 3


def test_another_file_is_left_alone_unless_it_is_to_be_written_over(fetch: Get, out: Path) -> None:
    """The other variants are written; what was in the way is told."""
    (out / IMAGE).mkdir(parents=True)
    (out / IMAGE / "medium.jpg").write_bytes(b"holiday")

    said = fetch()

    assert said.status == 1
    assert f"{out / IMAGE / 'medium.jpg'}, another file is in the way" in said.out
    assert "--overwrite" in said.err
    assert found(out)["medium.jpg"] == b"holiday"
    assert found(out)["large.jpg"] == b"large"

    assert fetch("--overwrite").status == 0
    assert found(out) == {f"{name}.jpg": name.encode() for name in NAMES}


def test_a_file_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """Whether it is there is not looked at beforehand, but as the name is given."""
    path = tmp_path / "medium.jpg"
    path.write_bytes(b"holiday")

    with pytest.raises(FileExistsError):
        get.write(path, b"medium", overwrite=False)

    assert found(tmp_path) == {"medium.jpg": b"holiday"}


def test_a_file_system_without_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a card's of a camera."""

    def refuse(*_: object) -> None:
        raise PermissionError("no links")

    monkeypatch.setattr(Path, "hardlink_to", refuse)

    get.write(tmp_path / "medium.jpg", b"medium", overwrite=False)
    with pytest.raises(FileExistsError):
        get.write(tmp_path / "medium.jpg", b"other", overwrite=False)

    assert found(tmp_path) == {"medium.jpg": b"medium"}


def test_an_image_without_variants_is_told_with_its_state(user: User, out: Path) -> None:
    """And the status is that of a failure: there is nothing to work with."""
    rejected = (samples.uploaded(), samples.started(), REJECTED)
    user.script.answer(bodies.image(*rejected), to=SHOWN)

    said = user.run("get", IMAGE, "--out", str(out))

    assert said.status == 1
    assert said.out.startswith(f"no variants: {IMAGE}  rejected")
    assert not out.exists()


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "..", ".bashrc", "a/b", ""])
def test_no_name_leads_out_of_the_folder(user: User, out: Path, name: str) -> None:
    """An API that is none of ours could answer anything."""
    body = bodies.image(*samples.history()).body
    assert isinstance(body, dict)
    evil = body | {"variants": {name: body["variants"]["large"]}}
    user.script.answer(Reply(body=evil), to=SHOWN)

    said = user.run("get", IMAGE, "--out", str(out))

    assert said.status == 1
    assert "can be no part of a file's name" in said.err
    assert not out.exists()


@pytest.mark.usefixtures("fetch")
def test_one_that_is_unknown_stops_no_other(user: User, out: Path) -> None:
    """It is named at the end, and the status is 1."""
    unknown = samples.another_image(1).image_id
    user.script.answer(Reply(404, {"code": "not_found"}), to=f"GET /images/{unknown}")

    said = user.run("get", unknown.lower(), IMAGE, "--out", str(out))

    assert said.status == 1
    assert len(found(out)) == 3
    assert said.err.startswith(f"Not among your images: {unknown}. ")


def test_a_folder_that_cannot_be_written_is_told(fetch: Get, out: Path) -> None:
    """By the file and the reason."""
    out.write_text("a file")

    said = fetch()

    assert said.status == 1
    assert "cannot be written: " in said.err
