"""What the API answers, as values. Fields that a newer API adds are passed over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

UNSETTLED = frozenset({"uploaded", "processing", "superseded"})
"""The states of an image that change by themselves; all others are how it ended."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Session(_Answer):
    """What a user holds who has signed in."""

    access_token: str
    refresh_token: str  # good for one exchange
    expires_in_s: int


class Challenge(_Answer):
    """The password was right; a code of the user's authenticator is wanted within minutes."""

    challenge: str


class Profile(_Answer):
    """What is known of a user; with `mfa`, signing in takes a code of an authenticator."""

    user_id: str
    email: str
    name: str | None
    mfa: bool


class Secret(_Answer):
    """A secret for an authenticator, in base 32, and the same as a link to show as a QR code."""

    secret: str
    otpauth_url: str


class Put(_Answer):
    """A signed request: PUT the bytes to the url, with all of the headers."""

    url: str
    headers: Mapping[str, str]


class Form(_Answer):
    """A signed form, for browsers: POST the fields, and then the file as `file`, to the url."""

    url: str
    fields: Mapping[str, str]


class Grant(_Answer):
    """The right to upload one picture: by `put`, or by the form, if one was asked for."""

    image_id: str
    put: Put
    form: Form | None = None
    expires_at: datetime


class Reason(_Answer):
    """Why an image was rejected or failed, or a variant could not be made."""

    step: str | None
    code: str
    facts: Mapping[str, Any]


class Original(_Answer):
    """What was uploaded; format and size, in pixels, are known once it was opened."""

    byte_size: int
    format: str | None = None
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    alpha: bool | None = None


class Variant(_Answer):
    """A variant that can be fetched; sizes in pixels and bytes."""

    width: int
    height: int
    format: str
    byte_size: int


class Link(Variant):
    """A link to a variant, which can be used for five minutes."""

    url: str


class Image(_Answer):
    """One image; `reason` says why it was rejected or failed, `missing` the same of a variant."""

    image_id: str
    version: int  # of its history, up to which this is true
    state: str
    uploaded_at: datetime
    original: Original
    variants: Mapping[str, Variant]
    missing: Mapping[str, Reason]
    reason: Reason | None

    @property
    def settled(self) -> bool:
        """Whether it has come to its end, and changes only if somebody asks for that."""
        return self.state not in UNSETTLED


class Noted(_Answer):
    """What was asked for is on record: once the image is of this `version`, it shows it."""

    image_id: str
    version: int


class ImageSummary(_Answer):
    """One image of a list."""

    image_id: str
    state: str
    uploaded_at: datetime
    variants: tuple[str, ...]


class Images(_Answer):
    """A page of images; `cursor` asks for the next one, and is None on the last."""

    images: tuple[ImageSummary, ...]
    cursor: str | None


class Event(_Answer):
    """Something that happened to an image; `facts` are its type's, by docs/events.md."""

    version: int
    type: str
    at: datetime
    facts: Mapping[str, Any]


class Events(_Answer):
    """The history of an image, oldest first."""

    events: tuple[Event, ...]


class Usage(_Answer):
    """What a user's images amount to, and the variants that can be fetched of them."""

    images: int
    image_bytes: int
    variants: int
    variant_bytes: int
