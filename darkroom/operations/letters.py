"""Dead letters: messages that could not be dealt with, and what each means.

Four kinds come to the queues of a deployment: a message that no run could be made of, an image that
could not be folded into the views, the record of a function's call that failed on every try, and
the place in the stream of the events table where records could not be dealt with. Each can be sent
again: whoever takes it finds in the history what has been done already.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from darkroom.errors import DarkroomError
from darkroom.ids import valid_image_id
from darkroom.ingest import Message, arrivals
from darkroom.projections import Refold

_SHOWN = 60  # characters of a body that says nothing to us


@dataclass(frozen=True)
class Letter:
    """A message taken from a queue: it is hidden from others until it is given back."""

    id: str
    body: str
    since: datetime  # when it was sent, to this queue or to the one that gave up on it
    received: int  # how often, in all queues, the look that found it included
    receipt: str


class NotSent(DarkroomError):
    """A letter could not be sent again; it stays where it is. `code` says why, in words."""


class _Read(BaseModel):
    # AWS writes these records, and adds to them.
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Called(_Read):
    """Which function was called."""

    function_arn: str = Field(alias="functionArn")

    @property
    def function(self) -> str:
        """The function's name."""
        return self.function_arn.partition(":function:")[2].partition(":")[0] or self.function_arn


class Invocation(_Read):
    """A call of a function that failed on every try, with what it was called with.

    Source: Lambda guide, "Capturing records of Lambda asynchronous invocations".
    """

    called: Called = Field(alias="requestContext")
    payload: Mapping[str, Any] = Field(alias="requestPayload")
    answer: Any = Field(alias="responsePayload", default=None)

    @property
    def error(self) -> str:
        """What the function said on its last try; nothing if it was never reached."""
        answer = self.answer if isinstance(self.answer, Mapping) else {}
        told = (answer.get("errorType"), answer.get("errorMessage"))
        return ": ".join(str(each) for each in told if each)


class Place(_Read):
    """Where in a stream the records are that were given up."""

    stream_arn: str = Field(alias="streamArn")
    shard_id: str = Field(alias="shardId")
    first: str = Field(alias="startSequenceNumber")
    last: str = Field(alias="endSequenceNumber")
    size: int = Field(alias="batchSize")


class Unfolded(_Read):
    """Records of the events table's stream that the projector could not fold.

    Source: Lambda guide, "Retain discarded records for a DynamoDB event source".
    """

    called: Called = Field(alias="requestContext")
    place: Place = Field(alias="DDBStreamBatchInfo")


@dataclass(frozen=True)
class Unreadable:
    """A body that nothing of ours has written, or newer code has."""

    body: str


Content = Message | Refold | Unfolded | Invocation | Unreadable


def read(body: str) -> Content:
    """Return what a letter says."""
    for kind in (Message, Refold, Unfolded, Invocation):
        try:
            return kind.model_validate_json(body)
        except ValidationError:
            continue
    return Unreadable(body)


def image_of(content: Content) -> str | None:
    """Return the id of the image that a letter is about; None where it does not say."""
    match content:
        case Message(image_id=image_id) | Refold(image_id=image_id):
            return image_id
        case Invocation(payload=payload):
            return _arrived(payload) or _ended(payload)
        case _:
            return None


def about(letter: Letter) -> str | None:
    """Return the id of the image that a letter is about; None where it does not say."""
    return image_of(read(letter.body))


def meaning(content: Content) -> str:
    """Return in words what a letter asks for, and what is known of why it lies here."""
    match content:
        case Message(version_id=version_id):
            return f"asks for the run over object version {version_id}"
        case Refold(reason=reason):
            return f"its views could not be made on any try: {reason}"
        case Invocation(called=called, error=error):
            told = "S3 announced an object" if _arrived(content.payload) else "it was called"
            told = "an execution ended" if _ended(content.payload) else told
            return (
                f"{told}, and {called.function} failed on every try: {error or 'it said nothing'}"
            )
        case Unfolded(place=place):
            return f"{place.size} records of the events table could not be folded into views"
        case Unreadable(body=body):
            shown = body if len(body) <= _SHOWN else f"{body[:_SHOWN]}…"
            return f"no message of ours: {shown}"


def _arrived(payload: Mapping[str, Any]) -> str | None:
    """Return the image whose original S3 announced, if the payload is such a notification."""
    try:
        keys = [arrival.key for arrival in arrivals(payload)]
    except (AttributeError, KeyError, TypeError):
        return None
    ids = [key.rpartition("/")[2] for key in keys]
    return next((each for each in ids if valid_image_id(each)), None)


def _ended(payload: Mapping[str, Any]) -> str | None:
    """Return the image whose execution ended, if the payload is EventBridge's word of that."""
    try:
        asked = json.loads(payload["detail"]["input"])
        image_id = str(asked["image_id"])
    except (KeyError, TypeError, ValueError):
        return None
    return image_id if valid_image_id(image_id) else None
