"""The part of the API for signed-in users: uploads, images, events, links."""

import os
from functools import cache
from typing import Annotated, Any

from annotated_types import Ge, Le, Len
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from darkroom.adapters.cognito import CognitoDirectory
from darkroom.adapters.dynamodb_counters import DynamoCounters
from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.adapters.s3 import S3Forms, S3Links
from darkroom.handlers import answers, clients
from darkroom.handlers.http import Body, answered, resolver, user_id
from darkroom.handlers.observe import logger, observed
from darkroom.handlers.settings import plan, setting
from darkroom.ids import valid_image_id
from darkroom.projections import MAX_LIMIT, CurrentViews
from darkroom.quotas import Amount, Quota
from darkroom.retrieval import PAGE_SIZE, Retrieval
from darkroom.uploads import Grants, Owner, UploadRequest

app = resolver()


class Upload(Body):
    """The picture that is about to be sent."""

    file_name: Annotated[str, Len(1)]
    content_type: str
    byte_size: int
    tags: dict[str, str] = Field(default_factory=dict)


@cache
def grants() -> Grants:
    """Return what grants uploads, wired from this function's settings."""
    forms = S3Forms(clients.s3(), setting("ORIGINALS_BUCKET"))
    return Grants(setting("TENANT"), plan(), forms, quota(), clients.now, os.urandom)


@cache
def quota() -> Quota:
    """Return what a user may be granted in a day, wired from this function's settings."""
    limit = Amount(int(setting("UPLOADS_A_DAY")), int(setting("BYTES_A_DAY")))
    counters = DynamoCounters(
        clients.dynamodb(), setting("COUNTERS_TABLE"), setting("TENANT"), clients.now
    )
    return Quota(limit, counters, clients.now)


@cache
def retrieval() -> Retrieval:
    """Return what answers questions, wired from this function's settings."""
    return Retrieval(
        tenant=setting("TENANT"),
        views=CurrentViews(DynamoGenerations(clients.dynamodb(), setting("VIEWS_TABLE"))),
        history=DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE")),
        links=S3Links(clients.s3(), setting("VARIANTS_BUCKET")),
    )


@cache
def directory() -> CognitoDirectory:
    """Return the user directory, for the names of owners."""
    return CognitoDirectory(
        clients.cognito(), setting("USER_POOL_ID"), setting("USER_POOL_CLIENT_ID")
    )


@app.post("/images")
def request_upload(upload: Upload) -> tuple[answers.Grant, int]:
    """Grant one upload: POST the fields, and then the file, to the url, within five minutes."""
    owner = user_id(app)
    request = UploadRequest(upload.file_name, upload.content_type, upload.byte_size, upload.tags)
    grant = grants().grant(Owner(owner, directory().name_of(owner)), request)
    logger.append_keys(correlation_id=grant.image_id)
    logger.info("upload granted", extra={"byte_size": upload.byte_size})
    return answers.Grant.of(grant), 201


@app.get("/images")
def list_images(
    limit: Annotated[int, Query(), Ge(1), Le(MAX_LIMIT)] = PAGE_SIZE,
    cursor: Annotated[str | None, Query()] = None,
) -> answers.Images:
    """List my images, newest first."""
    owner = user_id(app)
    return answers.Images.of(retrieval().images(owner, limit, cursor))


@app.get("/images/<image_id>")
def one_image(image_id: str) -> answers.Image:
    """Show one of my images: its state, the reason for it, and its variants."""
    _correlated(image_id)
    owner = user_id(app)
    return answers.Image.of(retrieval().image(owner, image_id))


@app.get("/images/<image_id>/events")
def its_events(image_id: str) -> answers.Events:
    """Show all that happened to one of my images, oldest first."""
    _correlated(image_id)
    owner = user_id(app)
    return answers.Events.of(retrieval().events(owner, image_id))


@app.get("/images/<image_id>/variants/<name>")
def variant_link(image_id: str, name: str) -> answers.Link:
    """Give a link to a variant; it lives for five minutes."""
    _correlated(image_id)
    owner = user_id(app)
    link, variant = retrieval().link(owner, image_id, name)
    return answers.Link.of(link, variant)


@app.get("/usage")
def my_usage() -> answers.Usage:
    """Show what my images amount to, in counts and bytes."""
    return answers.Usage.of(retrieval().usage(user_id(app)))


def _correlated(image_id: str) -> None:
    """Let the log lines of this request carry the image's id, if it is written like one."""
    if valid_image_id(image_id):
        logger.append_keys(correlation_id=image_id)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request of API Gateway."""
    return answered(app, event, context)
