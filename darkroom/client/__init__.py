"""A client of the API, in typed calls. It needs `requests` and `pydantic`, and knows no AWS."""

from darkroom.client.accounts import Accounts
from darkroom.client.answers import (
    Challenge,
    Event,
    Grant,
    Image,
    Images,
    ImageSummary,
    Link,
    Noted,
    Original,
    Profile,
    Reason,
    Secret,
    Session,
    Usage,
    Variant,
)
from darkroom.client.api import Api
from darkroom.client.failures import Refused, Unreachable
from darkroom.client.images import Client
from darkroom.client.me import Me
from darkroom.client.sending import Source
from darkroom.client.tokens import Running, Tokens

__all__ = [
    "Accounts",
    "Api",
    "Challenge",
    "Client",
    "Event",
    "Grant",
    "Image",
    "ImageSummary",
    "Images",
    "Link",
    "Me",
    "Noted",
    "Original",
    "Profile",
    "Reason",
    "Refused",
    "Running",
    "Secret",
    "Session",
    "Source",
    "Tokens",
    "Unreachable",
    "Usage",
    "Variant",
]
