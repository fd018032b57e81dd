"""What the API answers about sample images, made by the models that the API itself uses."""

from pydantic import BaseModel

from darkroom import uploads
from darkroom.adapters.memory import MemoryEventStore
from darkroom.events import Event, Stream
from darkroom.handlers import answers
from darkroom.ids import ImageRef
from darkroom.projections import GalleryRow, Page, image_row, rows
from darkroom.testing.samples import REF, appended, at
from tests.darkroom.client.scripted import Reply, Script


def image(*events: Event) -> Reply:
    """The image as these events leave it."""
    row = image_row(_stream(*events))
    assert row is not None
    return _reply(answers.Image.of(row))


def events(*happened: Event) -> Reply:
    """Its history."""
    return _reply(answers.Events.of(_stream(*happened).events))


def page(*images: ImageRef, cursor: str | None = None, of: tuple[Event, ...]) -> Reply:
    """A page of a list of images, to each of which that happened."""
    items = tuple(
        row for ref in images for row in rows(_stream(*of, ref=ref)) if isinstance(row, GalleryRow)
    )
    return _reply(answers.Images.of(Page(items, cursor)))


def grant(script: Script, ref: ImageRef = REF) -> Reply:
    """The right to send a picture to the script itself, at /originals."""
    url, told = f"{script.url}/originals", {"x-amz-meta-file-name": "caf%C3%A9.jpg"}
    granted = uploads.Grant(
        image_id=ref.image_id,
        put=uploads.Put(url, told | {"If-None-Match": "*"}),
        form=uploads.Form(url, told),
        expires_at=at(300),
    )
    return Reply(201, answers.Grant.of(granted).model_dump(mode="json"))


def link(script: Script, name: str) -> Reply:
    """A link to a variant, which leads to the script itself, at /variants/NAME."""
    told = {"width": 800, "height": 533, "format": "jpeg", "byte_size": 7}
    return Reply(body={**told, "url": f"{script.url}/variants/{name}"})


def _reply(answer: BaseModel) -> Reply:
    return Reply(body=answer.model_dump(mode="json"))


def _stream(*happened: Event, ref: ImageRef = REF) -> Stream:
    return appended(MemoryEventStore(), *happened, ref=ref)
