"""The event store on DynamoDB keeps the contract, and finds its own writes after a lost reply."""

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.errors import BrokenStream, StreamConflict, UnknownEvent
from darkroom.events import Stream
from darkroom.history import AlreadyAppended, handle, verify
from darkroom.testing import (
    CapacityCases,
    DecisionCases,
    DynamoVandal,
    EventStoreCases,
    ProjectionCases,
    ReadingCases,
    TamperingCases,
    samples,
)
from darkroom.testing.samples import CONTEXT, REF, appended, at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> DynamoEventStore:
    return DynamoEventStore(dynamodb, "events")


@pytest.fixture
def vandal(dynamodb: "DynamoDBClient") -> DynamoVandal:
    return DynamoVandal(dynamodb, "events")


@pytest.fixture
def views(dynamodb: "DynamoDBClient") -> DynamoViewStore:
    return DynamoViewStore(dynamodb, "views")


@pytest.fixture
def other_views(dynamodb: "DynamoDBClient") -> DynamoViewStore:
    return DynamoViewStore(dynamodb, "other-views")


class TestAppending(EventStoreCases):
    """One event at a time."""


class TestDecisions(DecisionCases):
    """Several events at once."""


class TestReading(ReadingCases):
    """Parts of a history, and all of them."""


class TestTampering(TamperingCases):
    """What was done behind the store."""


class TestCapacity(CapacityCases):
    """By our own counting: moto counts units wrongly, and of transactions none."""


class TestProjection(ProjectionCases):
    """Both stores together."""


def item(store: DynamoEventStore, version: int) -> dict[str, Any]:
    key: Any = {"pk": {"S": REF.stream}, "sk": {"N": str(version)}}
    return dict(store.client.get_item(TableName="events", Key=key)["Item"])


def test_an_item_has_the_attributes_that_the_history_is_documented_with(
    store: DynamoEventStore,
) -> None:
    """Short names, scalars only, the payload as canonical JSON text."""
    appended(store, samples.uploaded(), samples.started())

    first, second = item(store, 1), item(store, 2)

    assert set(first) == {"pk", "sk", "id", "t", "sv", "at", "d", "cor", "by", "ph", "h"}
    assert (first["pk"], first["sk"]) == ({"S": REF.stream}, {"N": "1"})
    assert (first["t"], first["sv"]) == ({"S": "image.uploaded"}, {"N": "1"})
    assert first["at"] == {"S": "2026-11-23T12:00:00.000000Z"}
    assert first["d"] == {"S": samples.uploaded().data()}
    assert second["ph"] == first["h"]


def test_a_lost_reply_is_made_good_by_the_callers_retry(store: DynamoEventStore) -> None:
    """The write is in the table, the caller saw a time-out, and tells the same again."""
    lose_reply(store.client)
    with pytest.raises(ReadTimeoutError):
        store.append(Stream(REF), [samples.uploaded()], CONTEXT, at=at(0))

    again = store.append(Stream(REF), [samples.uploaded()], CONTEXT, at=at(1))

    assert isinstance(again, AlreadyAppended)
    assert store.load(REF).version == 1


def test_finding_its_own_write_in_the_way_costs_no_read(store: DynamoEventStore) -> None:
    """DynamoDB returns the item that blocked the put; only a stranger's makes us look further."""
    token = appended(store, samples.uploaded())
    appended(store, samples.started())
    queries: list[str] = []
    store.client.meta.events.register(
        "before-send.dynamodb.Query", lambda **_: queries.append("query")
    )

    store.append(token, [samples.started()], CONTEXT, at=at(9))

    assert queries == []
    with pytest.raises(StreamConflict):
        store.append(token, [samples.validated()], CONTEXT, at=at(9))
    assert queries == ["query"]


def test_a_lost_reply_is_made_good_by_the_sdks_own_retry(store: DynamoEventStore) -> None:
    """boto sends the put again and is refused by its own first attempt: that is no conflict."""
    sends = resend_once(store.client)

    answer = store.append(Stream(REF), [samples.uploaded()], CONTEXT, at=at(0))

    assert len(sends) == 2
    assert isinstance(answer, AlreadyAppended)
    assert store.load(REF) == answer.stream


def test_a_command_repeated_after_a_lost_reply_says_nothing_new(store: DynamoEventStore) -> None:
    """Redelivery of the message that was being handled when the reply was lost."""
    lose_reply(store.client)
    with pytest.raises(ReadTimeoutError):
        handle(store, REF, samples.upload(), CONTEXT, lambda: at(0))

    image = handle(store, REF, samples.upload(), CONTEXT, lambda: at(1))

    assert image.original == samples.uploaded()
    assert store.load(REF).version == 1


def test_an_event_of_a_type_not_known_here_is_named(store: DynamoEventStore) -> None:
    """Newer code has written it: the reader must not guess."""
    appended(store, samples.uploaded())
    overwrite(store, 1, t={"S": "image.admired"}, sv={"N": "3"})

    with pytest.raises(UnknownEvent) as raised:
        store.load(REF)

    assert (raised.value.type, raised.value.schema_version) == ("image.admired", 3)


def test_an_edited_item_breaks_the_chain(store: DynamoEventStore) -> None:
    """Whoever changes a payload in the table is found out at that version."""
    appended(store, *samples.history())
    edited = samples.validated().model_copy(update={"width": 1})
    overwrite(store, 3, d={"S": edited.data()})

    with pytest.raises(BrokenStream) as raised:
        verify(store.load(REF))

    assert raised.value.version == 3


def test_a_deleted_item_is_a_gap(store: DynamoEventStore) -> None:
    """Loading refuses a history with a hole in it."""
    appended(store, *samples.history())
    store.client.delete_item(TableName="events", Key={"pk": {"S": REF.stream}, "sk": {"N": "4"}})

    with pytest.raises(BrokenStream) as raised:
        store.load(REF)

    assert raised.value.version == 4


def test_what_the_table_refuses_for_other_reasons_is_raised(dynamodb: "DynamoDBClient") -> None:
    """Only the condition's own refusal is an answer."""
    nowhere = DynamoEventStore(dynamodb, "no-such-table")

    with pytest.raises(ClientError, match="ResourceNotFound"):
        nowhere.append(Stream(REF), [samples.uploaded()], CONTEXT, at=at(0))


def overwrite(store: DynamoEventStore, version: int, **attributes: dict[str, str]) -> None:
    changed: Any = {**item(store, version), **attributes}
    store.client.put_item(TableName="events", Item=changed)


def lose_reply(client: "DynamoDBClient") -> None:
    """Let the next put be written, and its reply be lost."""

    def lose(**_: object) -> None:
        client.meta.events.unregister("after-call.dynamodb.PutItem", lose)
        raise ReadTimeoutError(endpoint_url="dynamodb")

    client.meta.events.register("after-call.dynamodb.PutItem", lose)


def resend_once(client: "DynamoDBClient") -> list[str]:
    """Let boto believe that the next put got no reply; returns the sends as they happen."""
    sends: list[str] = []

    def count(**_: object) -> None:
        sends.append("put")

    def retry(attempts: int, **_: object) -> Any:
        return 0 if attempts == 1 else None

    client.meta.events.register("before-send.dynamodb.PutItem", count)
    client.meta.events.register("needs-retry.dynamodb.PutItem", retry)
    return sends


def test_every_read_is_consistent(store: DynamoEventStore) -> None:
    """What is decided on an old copy is decided wrongly; moto knows no old copies."""
    asked: list[bool] = []
    store.client.meta.events.register(
        "before-parameter-build.dynamodb.Query",
        lambda params, **_: asked.append(params.get("ConsistentRead", False)),
    )

    appended(store, samples.uploaded(), samples.started())
    store.load(REF)

    assert asked
    assert all(asked)
