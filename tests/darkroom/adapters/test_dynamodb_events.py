"""The event store on DynamoDB keeps the contract, and finds its own writes after a lost reply."""

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.errors import BrokenStream, StreamConflict, UnknownEvent
from darkroom.events import Event, Stream
from darkroom.history import AlreadyAppended, Retries, append_any, handle, verify
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


def resend_once(client: "DynamoDBClient", operation: str = "PutItem") -> list[str]:
    """Let boto believe that the next call got no reply; returns the bodies as they are sent."""
    sends: list[str] = []

    def note(request: Any, **_: object) -> None:
        sends.append(request.body)

    def retry(attempts: int, **_: object) -> Any:
        return 0 if attempts == 1 else None

    client.meta.events.register(f"before-send.dynamodb.{operation}", note)
    client.meta.events.register(f"needs-retry.dynamodb.{operation}", retry)
    return sends


def test_every_read_is_consistent(store: DynamoEventStore) -> None:
    """What is decided on an old copy is decided wrongly; moto knows no old copies."""
    asked: dict[str, bool] = {}

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        asked[model.name] = asked.get(model.name, True) and params.get("ConsistentRead", False)

    for operation in ("Query", "Scan", "GetItem"):
        store.client.meta.events.register(f"before-parameter-build.dynamodb.{operation}", note)

    appended(store, samples.uploaded(), samples.started())
    store.load(REF)
    assert list(store.refs()) == [REF]
    DynamoGenerations(store.client, "views").current()

    assert asked == {"Query": True, "Scan": True, "GetItem": True}


def test_a_lost_reply_of_several_is_made_good_by_the_sdks_own_retry(
    store: DynamoEventStore,
) -> None:
    """boto sends the same token, by which DynamoDB knows it; moto does not, and is answered too."""
    sends = resend_once(store.client, "TransactWriteItems")

    answer = store.append(Stream(REF), samples.history(), CONTEXT, at=at(0))

    assert len(sends) == 2
    assert len(set(sends)) == 1
    assert isinstance(answer, AlreadyAppended)
    assert store.load(REF) == answer.stream


@pytest.mark.parametrize(
    ("operation", "events", "refusal"),
    [
        ("PutItem", samples.history()[:1], {"Error": {"Code": "TransactionConflictException"}}),
        (
            "TransactWriteItems",
            samples.history(),
            {
                "Error": {"Code": "TransactionCanceledException"},
                "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
            },
        ),
    ],
)
def test_a_write_that_met_another_under_way_is_a_conflict(
    store: DynamoEventStore, operation: str, events: tuple[Event, ...], refusal: Any
) -> None:
    """Nothing of the other may be seen yet; whoever handles a command tries again."""
    refuse_once(store.client, operation, refusal)
    with pytest.raises(StreamConflict) as raised:
        store.append(Stream(REF), events, CONTEXT, at=at(0))
    refuse_once(store.client, operation, refusal)

    append_any(store, REF, events, CONTEXT, lambda: at(1), retries=Retries(base_s=0))

    assert (raised.value.expected, raised.value.actual) == (0, 0)
    assert tuple(each.event for each in store.load(REF).events) == events


def test_a_transaction_that_was_cancelled_for_other_reasons_is_raised(
    store: DynamoEventStore,
) -> None:
    """A throttle among them is no answer of the store."""
    reasons = [{"Code": "ConditionalCheckFailed"}, {"Code": "ThrottlingError"}]
    error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    refuse_once(store.client, "TransactWriteItems", error)

    with pytest.raises(ClientError):
        store.append(Stream(REF), samples.history(), CONTEXT, at=at(0))


@pytest.mark.parametrize("looks", [1, 2])
def test_a_transaction_that_is_seen_in_part_is_looked_at_again(
    store: DynamoEventStore, looks: int
) -> None:
    """A query may find the second of its events before the first: no history with a hole."""
    stream = appended(store, *samples.history())
    hidden = hide(store.client, "4", times=looks)

    assert store.load(REF) == stream
    assert hidden == [0, *range(1, looks)]


def test_a_hole_that_stays_is_believed(store: DynamoEventStore) -> None:
    """After the third look."""
    appended(store, *samples.history())
    hidden = hide(store.client, "4", times=9)

    with pytest.raises(BrokenStream) as raised:
        store.load(REF)

    assert raised.value.version == 4
    assert len(hidden) == 3


def refuse_once(client: "DynamoDBClient", operation: str, refusal: Any) -> None:
    """Let the next call of an operation be refused, and do nothing."""

    def refuse(**_: object) -> None:
        client.meta.events.unregister(f"before-call.dynamodb.{operation}", refuse)
        raise ClientError(refusal, operation)

    client.meta.events.register(f"before-call.dynamodb.{operation}", refuse)


def hide(client: "DynamoDBClient", version: str, *, times: int) -> list[int]:
    """Leave an event out of what the next so many queries find; returns them as they happen."""
    hidden: list[int] = []

    def leave_out(parsed: dict[str, Any], **_: object) -> None:
        if len(hidden) < times:
            hidden.append(len(hidden))
            parsed["Items"] = [each for each in parsed["Items"] if each["sk"]["N"] != version]

    client.meta.events.register("after-call.dynamodb.Query", leave_out)
    return hidden
