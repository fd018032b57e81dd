"""What functions that fold reach: the history, and the views that are folded from it."""

from functools import cache

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.handlers import clients
from darkroom.handlers.settings import setting


@cache
def stores() -> tuple[DynamoEventStore, DynamoGenerations]:
    """Return the history and the views, wired from the function's settings."""
    client = clients.dynamodb()
    return (
        DynamoEventStore(client, setting("EVENTS_TABLE")),
        DynamoGenerations(client, setting("VIEWS_TABLE")),
    )
