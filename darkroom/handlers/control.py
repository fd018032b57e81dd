"""The part of the API by which owners change something: reprocess, call off, delete."""

from functools import cache
from http import HTTPStatus
from typing import Annotated

from annotated_types import Len
from aws_lambda_powertools.event_handler.openapi.params import Header

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.s3 import S3Originals, S3Variants
from darkroom.adapters.sqs import SqsQueue
from darkroom.control import Control
from darkroom.handlers import answers, clients
from darkroom.handlers.http import user_id
from darkroom.handlers.observe import logger
from darkroom.handlers.reading import correlated
from darkroom.handlers.routes import Routes, new_router
from darkroom.handlers.settings import setting

router = new_router()
route = Routes(router, "images")

IdempotencyKey = Annotated[Annotated[str, Len(1, 100)] | None, Header(alias="Idempotency-Key")]
"""What a client that may ask twice for one thing gives each time; without it, twice is twice."""


@cache
def control() -> Control:
    """Return what does as owners wish, wired from this function's settings."""
    return Control(
        tenant=setting("TENANT"),
        history=DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE")),
        queue=SqsQueue(clients.sqs(), setting("QUEUE_URL")),
        originals=S3Originals(clients.s3(), setting("ORIGINALS_BUCKET")),
        variants=S3Variants(clients.s3(), setting("VARIANTS_BUCKET")),
        clock=clients.now,
    )


@route(
    "POST",
    "/images/<image_id>/reprocess",
    refuses={404: ("not_found",), 409: ("still_processing",)},
    status=HTTPStatus.ACCEPTED,
)
def reprocess(image_id: str, key: IdempotencyKey = None) -> answers.Noted:
    """Take one of my images through the pipeline once more, as the pipeline is now.

    The image stands as it did until the new run begins.
    """
    correlated(image_id)
    owner = user_id(router)
    version = control().reprocess(owner, image_id, key or _request_id())
    logger.info("reprocessing requested")
    return answers.Noted(image_id=image_id, version=version)


@route(
    "POST",
    "/images/<image_id>/cancel",
    refuses={404: ("not_found",), 409: ("not_processing",)},
    status=HTTPStatus.ACCEPTED,
)
def cancel(image_id: str) -> answers.Noted:
    """Call off what is being done with one of my images; of what is done already, nothing."""
    correlated(image_id)
    owner = user_id(router)
    version = control().cancel(owner, image_id, _request_id())
    logger.info("run called off")
    return answers.Noted(image_id=image_id, version=version)


@route(
    "DELETE",
    "/images/<image_id>",
    refuses={404: ("not_found",)},
    status=HTTPStatus.NO_CONTENT,
)
def delete(image_id: str) -> None:
    """Delete one of my images: its original and its variants, for good.

    Its history stays, and says that it was deleted. Asking again does no harm.
    """
    correlated(image_id)
    owner = user_id(router)
    control().delete(owner, image_id, _request_id())
    logger.info("image deleted")


def _request_id() -> str:
    return str(router.current_event["requestContext"]["requestId"])
