"""What functions that answer questions about images reach: views, history, and links."""

from functools import cache

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.handlers import clients
from darkroom.handlers.links import links
from darkroom.handlers.observe import logger
from darkroom.handlers.settings import setting
from darkroom.ids import valid_image_id
from darkroom.projections import CurrentViews
from darkroom.retrieval import Retrieval


@cache
def retrieval() -> Retrieval:
    """Return what answers questions, wired from this function's settings."""
    return Retrieval(
        tenant=setting("TENANT"),
        views=views(),
        history=DynamoEventStore(clients.dynamodb(), setting("EVENTS_TABLE")),
        links=links(),
    )


@cache
def views() -> CurrentViews:
    """Return the views that are shown, wired from this function's settings."""
    return CurrentViews(DynamoGenerations(clients.dynamodb(), setting("VIEWS_TABLE")))


def correlated(image_id: str) -> None:
    """Let the log lines of this request carry the image's id, if it is written like one."""
    if valid_image_id(image_id):
        logger.append_keys(correlation_id=image_id)
