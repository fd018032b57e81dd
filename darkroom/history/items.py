"""The stored form of an event: one item of short, scalar attributes, the same in every store.

| attribute | content |
|---|---|
| `pk`, `sk` | the stream, the version |
| `id` | the event's id: uuid5 of tenant, image and dedup key |
| `t`, `sv` | type and schema version |
| `at` | recorded at, UTC with microseconds |
| `d` | the payload: canonical JSON as text, so that there is one sequence of bytes to hash |
| `cor`, `cau`, `by`, `act` | correlation, causation, writer, actor; absent where there is none |
| `ph`, `h` | the hash of the event before, and of this one |

Names are short because DynamoDB counts them towards an item's size.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from darkroom.errors import BrokenStream, UnknownEvent
from darkroom.events import Event, Recorded, instant, read_event
from darkroom.ids import ImageRef

Item = Mapping[str, str | int]
Read = Callable[[str, int, str], Event]  # of type, schema version and payload


def to_item(ref: ImageRef, recorded: Recorded) -> dict[str, str | int]:
    """Return the item under which `recorded` is stored in the image's stream."""
    item: dict[str, str | int | None] = {
        "pk": ref.stream,
        "sk": recorded.version,
        "id": recorded.id,
        "t": recorded.type,
        "sv": recorded.schema_version,
        "at": instant(recorded.recorded_at),
        "d": recorded.data,
        "cor": recorded.correlation_id,
        "cau": recorded.causation_id,
        "by": recorded.writer,
        "act": recorded.actor,
        "ph": recorded.previous_hash,
        "h": recorded.hash,
    }
    return {name: value for name, value in item.items() if value is not None}


def from_item(item: Item, read: Read = read_event) -> Recorded:
    """Return the event stored as `item`, its payload read by `read`.

    The envelope, `data` and `schema_version` stay as they are stored, however old they are: the
    hash covers them. Raises UnknownEvent for a type or version not known here, BrokenStream for an
    item that lacks an attribute or whose payload does not fit its type.
    """
    stream, version = str(item.get("pk")), item.get("sk", 0)
    try:
        return _read(item, read)
    except UnknownEvent as unknown:
        raise unknown.found_in(stream, int(version)) from unknown
    except (KeyError, ValueError) as error:
        raise BrokenStream("unreadable", stream=stream, version=int(version)) from error


def _read(item: Item, read: Read) -> Recorded:
    type_, schema_version, data = str(item["t"]), int(item["sv"]), str(item["d"])
    return Recorded(
        event=read(type_, schema_version, data),
        id=str(item["id"]),
        version=int(item["sk"]),
        type=type_,
        schema_version=schema_version,
        data=data,
        recorded_at=datetime.fromisoformat(str(item["at"])),
        correlation_id=str(item["cor"]),
        causation_id=_optional(item.get("cau")),
        writer=str(item["by"]),
        actor=_optional(item.get("act")),
        previous_hash=str(item["ph"]),
        hash=str(item["h"]),
    )


def _optional(value: str | int | None) -> str | None:
    return None if value is None else str(value)
