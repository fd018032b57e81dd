"""A client of the API, in typed calls. It needs `requests` and `pydantic`, and knows no AWS."""

from darkroom.client.accounts import Accounts
from darkroom.client.answers import (
    Event,
    Grant,
    Image,
    Images,
    ImageSummary,
    Link,
    Noted,
    Original,
    Reason,
    Session,
    Usage,
    Variant,
)
from darkroom.client.api import Api
from darkroom.client.failures import Refused, Unreachable
from darkroom.client.images import Client
from darkroom.client.sending import Source

__all__ = [
    "Accounts",
    "Api",
    "Client",
    "Event",
    "Grant",
    "Image",
    "ImageSummary",
    "Images",
    "Link",
    "Noted",
    "Original",
    "Reason",
    "Refused",
    "Session",
    "Source",
    "Unreachable",
    "Usage",
    "Variant",
]
