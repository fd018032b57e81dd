"""What the API answers: the models of its bodies, and how they are made of what we know."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel

from darkroom import manifest, projections, uploads
from darkroom.history import Recorded
from darkroom.images import ImageState
from darkroom.projections import GalleryRow, ImageRow, OriginalRow, Page, Reason, VariantRow


class Form(BaseModel):
    """A signed form: POST the fields, and then the file as `file`, to the url."""

    url: str
    fields: Mapping[str, str]


class Put(BaseModel):
    """A signed request: PUT the bytes to the url, with all of the headers."""

    url: str
    headers: Mapping[str, str]


class Grant(BaseModel):
    """The right to upload one picture: by `put`, or by the form, if one was asked for."""

    image_id: str
    put: Put
    form: Form | None
    expires_at: datetime

    @classmethod
    def of(cls, grant: uploads.Grant) -> Self:
        """Make the answer for a grant."""
        return cls(
            image_id=grant.image_id,
            put=Put(url=grant.put.url, headers=grant.put.headers),
            form=Form(url=grant.form.url, fields=grant.form.fields) if grant.form else None,
            expires_at=grant.expires_at,
        )


class Grants(BaseModel):
    """The right to upload several pictures, in the order they were asked for."""

    grants: tuple[Grant, ...]

    @classmethod
    def of(cls, granted: Sequence[uploads.Grant]) -> Self:
        """Make the answer for grants."""
        return cls(grants=tuple(map(Grant.of, granted)))


class ImageSummary(BaseModel):
    """One image of a list."""

    image_id: str
    state: ImageState
    uploaded_at: datetime
    variants: tuple[str, ...]

    @classmethod
    def of(cls, row: GalleryRow) -> Self:
        """Make the answer for a row of the gallery."""
        return cls.model_validate(row.model_dump(include=set(cls.model_fields)))


class Images(BaseModel):
    """A page of images; send `cursor` with the next request, until it is null."""

    images: tuple[ImageSummary, ...]
    cursor: str | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """Make the answer for a page of the gallery."""
        return cls(images=tuple(map(ImageSummary.of, page.items)), cursor=page.cursor)


class Usage(BaseModel):
    """What my images amount to, and the variants that can be fetched of them."""

    images: int
    image_bytes: int
    variants: int
    variant_bytes: int

    @classmethod
    def of(cls, usage: projections.Usage) -> Self:
        """Make the answer for an owner's usage."""
        return cls(**vars(usage))


class Variant(BaseModel):
    """A variant that can be fetched; sizes in pixels and bytes."""

    width: int
    height: int
    format: str
    byte_size: int


class Image(BaseModel):
    """One image; `reason` says why it was rejected or failed, `missing` the same of a variant."""

    image_id: str
    version: int  # of its history, up to which this is true
    state: ImageState
    uploaded_at: datetime
    original: OriginalRow
    variants: Mapping[str, Variant]
    missing: Mapping[str, Reason]
    reason: Reason | None

    @classmethod
    def of(cls, row: ImageRow) -> Self:
        """Make the answer for an image's row."""
        told = row.model_dump(include=set(cls.model_fields))
        return cls.model_validate({**told, "version": row.v})


class Noted(BaseModel):
    """What was asked for is on record: once the image is of this `version`, it shows it."""

    image_id: str
    version: int


class AnyImage(Image):
    """One image as admins see it: whose it is, and which run it stands by."""

    owner: str
    pipeline: str
    run_id: str | None


class Event(BaseModel):
    """Something that happened to an image."""

    version: int
    type: str
    at: datetime
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, recorded: Recorded, hidden: frozenset[str] = frozenset()) -> Self:
        """Make the answer for a recorded event, less the facts called like `hidden`."""
        return cls(
            version=recorded.version,
            type=recorded.type,
            at=recorded.recorded_at,
            facts=recorded.event.model_dump(mode="json", exclude=set(hidden)),
        )


# Where things lie, and for whom, is nothing that a user needs or should build upon.
_INTERNAL = frozenset({"bucket", "key", "keys", "owner", "etag"})


class Events(BaseModel):
    """The whole history of an image, oldest first."""

    events: tuple[Event, ...]

    @classmethod
    def of(cls, history: tuple[Recorded, ...]) -> Self:
        """Make the answer for a history, as its owner sees it."""
        return cls(events=tuple(Event.of(each, _INTERNAL) for each in history))

    @classmethod
    def whole(cls, history: tuple[Recorded, ...]) -> Self:
        """Make the answer for a history with all its facts."""
        return cls(events=tuple(map(Event.of, history)))


class Link(Variant):
    """A link to a variant, which can be used until it expires."""

    url: str
    media_type: str
    expires_at: datetime

    @classmethod
    def of(cls, url: str, variant: VariantRow, expires_at: datetime) -> Self:
        """Make the answer for a signed link."""
        told = variant.model_dump(include=set(cls.model_fields))
        return cls(url=url, expires_at=expires_at, **told)


class Source(BaseModel):
    """A `<source>`: all sizes of one media type."""

    media_type: str
    srcset: str


class Manifest(BaseModel):
    """All variants of an image; `html` is a `<picture>` of the sources, to be given its `alt`."""

    links: Mapping[str, Link]
    sources: tuple[Source, ...]
    html: str
    expires_at: datetime

    @classmethod
    def of(
        cls,
        linked: Mapping[str, tuple[str, VariantRow]],
        made: manifest.Manifest,
        expires_at: datetime,
    ) -> Self:
        """Make the answer for all variants, each with its link, and what was made of them."""
        return cls(
            links={name: Link.of(*each, expires_at) for name, each in linked.items()},
            sources=tuple(Source(**vars(each)) for each in made.sources),
            html=made.html,
            expires_at=expires_at,
        )
