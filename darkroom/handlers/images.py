"""The part of the API for signed-in users: uploads, images, events, links."""

import os
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any

from annotated_types import Ge, Le, Len
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from darkroom.adapters.cognito import CognitoDirectory
from darkroom.adapters.dynamodb_counters import DynamoCounters
from darkroom.adapters.s3 import S3Uploads
from darkroom.handlers import admin, answers, clients, control
from darkroom.handlers.http import Body, answered, resolver, user_id
from darkroom.handlers.observe import logger, observed
from darkroom.handlers.reading import correlated, retrieval
from darkroom.handlers.routes import Routes
from darkroom.handlers.settings import plan, setting
from darkroom.images import ImageState
from darkroom.manifest import manifest
from darkroom.projections import MAX_LIMIT
from darkroom.quotas import Amount, Quota
from darkroom.retrieval import LINK_LIFE, PAGE_SIZE, Disposition
from darkroom.uploads import Grants, Owner, UploadRequest

app = resolver()
route = Routes(app, "images")

# Why an upload is not granted: darkroom/uploads.py.
NOT_GRANTED = (
    *("unsupported_format", "empty", "too_many_bytes", "file_name_empty", "file_name_too_long"),
    *("unknown_tag", "tag_empty", "digest_not_valid", "metadata_too_long"),
)


class Upload(Body):
    """The picture that is about to be sent."""

    file_name: Annotated[str, Len(1)]
    content_type: str
    byte_size: int
    sha256: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)

    def asked(self) -> UploadRequest:
        """Return what is asked for."""
        return UploadRequest(
            self.file_name, self.content_type, self.byte_size, self.sha256, self.tags
        )


@cache
def grants() -> Grants:
    """Return what grants uploads, wired from this function's settings."""
    uploads = S3Uploads(clients.s3(), setting("ORIGINALS_BUCKET"))
    return Grants(setting("TENANT"), plan(), uploads, quota(), clients.now, os.urandom)


@cache
def quota() -> Quota:
    """Return what a user may be granted in a day, wired from this function's settings."""
    limit = Amount(int(setting("UPLOADS_A_DAY")), int(setting("BYTES_A_DAY")))
    counters = DynamoCounters(
        clients.dynamodb(), setting("COUNTERS_TABLE"), setting("TENANT"), clients.now
    )
    return Quota(limit, counters, clients.now)


@cache
def directory() -> CognitoDirectory:
    """Return the user directory, for the names of owners."""
    return CognitoDirectory(
        clients.cognito(), setting("USER_POOL_ID"), setting("USER_POOL_CLIENT_ID")
    )


@route(
    "POST",
    "/images",
    refuses={400: NOT_GRANTED, 429: ("too_many_requests", "quota_exceeded")},
    status=HTTPStatus.CREATED,
)
def request_upload(upload: Upload) -> answers.Grant:
    """Grant one upload, within five minutes and in one of two ways.

    Programs PUT the bytes with the headers of `put`, and S3 takes exactly those that were told,
    once. Browsers POST the fields of `upload`, and then the file.
    """
    owner = user_id(app)
    grant = grants().grant(Owner(owner, directory().name_of(owner)), upload.asked())
    logger.append_keys(correlation_id=grant.image_id)
    logger.info("upload granted", extra={"byte_size": upload.byte_size})
    return answers.Grant.of(grant)


@route("GET", "/images", refuses={400: ("bad_cursor",)})
def list_images(
    limit: Annotated[int, Query(), Ge(1), Le(MAX_LIMIT)] = PAGE_SIZE,
    cursor: Annotated[str | None, Query()] = None,
    state: Annotated[ImageState | None, Query()] = None,
) -> answers.Images:
    """List my images, newest first: all, or those that stand as `state` says."""
    owner = user_id(app)
    return answers.Images.of(retrieval().images(owner, limit, cursor, state))


@route("GET", "/images/<image_id>", refuses={404: ("not_found",)})
def one_image(image_id: str) -> answers.Image:
    """Show one of my images: its state, the reason for it, and its variants."""
    correlated(image_id)
    owner = user_id(app)
    return answers.Image.of(retrieval().image(owner, image_id))


@route("GET", "/images/<image_id>/events", refuses={404: ("not_found",)})
def its_events(image_id: str) -> answers.Events:
    """Show all that happened to one of my images, oldest first."""
    correlated(image_id)
    owner = user_id(app)
    return answers.Events.of(retrieval().events(owner, image_id))


@route(
    "GET",
    "/images/<image_id>/variants/<name>",
    refuses={404: ("not_found",)},
    kept=False,
)
def variant_link(
    image_id: str,
    name: str,
    disposition: Annotated[Disposition, Query()] = "inline",
) -> answers.Link:
    """Give a link to a variant, which lives for five minutes: to be shown, or to be saved."""
    correlated(image_id)
    owner = user_id(app)
    expires_at = clients.now() + LINK_LIFE
    link, variant = retrieval().link(owner, image_id, name, disposition)
    return answers.Link.of(link, variant, expires_at)


@route("GET", "/images/<image_id>/manifest", refuses={404: ("not_found",)}, kept=False)
def its_manifest(image_id: str) -> answers.Manifest:
    """Give links to all variants, and a `<picture>` of those that show the same.

    The links live for five minutes. Variants of another shape than the largest, such as a square
    thumbnail of a landscape, are links, and no sources.
    """
    correlated(image_id)
    owner = user_id(app)
    expires_at = clients.now() + LINK_LIFE
    linked = retrieval().links_to_all(owner, image_id)
    return answers.Manifest.of(linked, manifest(linked), expires_at)


@route("GET", "/usage")
def my_usage() -> answers.Usage:
    """Show what my images amount to, in counts and bytes."""
    return answers.Usage.of(retrieval().usage(user_id(app)))


app.include_router(control.router)
app.include_router(admin.router)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request of API Gateway."""
    return answered(app, event, context)
