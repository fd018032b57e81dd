"""The contracts are no ornament: each thing that they rest on is taken away, and they fail.

On DynamoDB as our adapter calls it. What is taken away is taken out of the requests it sends.
"""

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.errors import DarkroomError
from darkroom.history import appending
from darkroom.ids import ImageRef, event_id
from darkroom.testing import DecisionCases, EventStoreCases, ProjectionCases

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Case = Callable[[DynamoEventStore], None]


def fails(case: Callable[..., None], *fixtures: object) -> bool:
    """Whether a case of a contract notices, be it by its own check or by an error of the store."""
    try:
        case(*fixtures)
    except (AssertionError, DarkroomError, pytest.fail.Exception):
        return True
    return False


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> DynamoEventStore:
    return DynamoEventStore(dynamodb, "events")


def without_condition(put: dict[str, Any]) -> None:
    for name in (
        "ConditionExpression",
        "ExpressionAttributeValues",
        "ReturnValuesOnConditionCheckFailure",
    ):
        put.pop(name, None)


def unconditional(client: "DynamoDBClient") -> None:
    """Drop the condition of every put that the client sends from now on."""

    def alone(params: dict[str, Any], **_: object) -> None:
        without_condition(params)

    def together(params: dict[str, Any], **_: object) -> None:
        for action in params["TransactItems"]:
            without_condition(action["Put"])

    client.meta.events.register("provide-client-params.dynamodb.PutItem", alone)
    client.meta.events.register("provide-client-params.dynamodb.TransactWriteItems", together)


@pytest.mark.parametrize(
    "case",
    [
        EventStoreCases().test_a_stale_token_is_refused_with_both_versions,
        EventStoreCases().test_the_same_event_on_the_same_token_is_appended_once,
        EventStoreCases().test_of_many_writers_on_one_token_exactly_one_wins,
        DecisionCases().test_of_many_decisions_on_one_token_exactly_one_wins,
        DecisionCases().test_a_reply_that_was_lost_costs_nothing,
    ],
    ids=lambda case: case.__name__,
)
def test_a_put_without_its_condition_is_noticed(store: DynamoEventStore, case: Case) -> None:
    """Later events would overwrite earlier ones."""
    unconditional(store.client)

    assert fails(case, store)


def test_a_view_put_without_its_version_guard_is_noticed(
    store: DynamoEventStore, dynamodb: "DynamoDBClient"
) -> None:
    """A late fold would take the view back in time."""
    unconditional(dynamodb)
    views = DynamoViewStore(dynamodb, "views")

    case = ProjectionCases().test_an_older_fold_that_comes_late_changes_nothing

    assert fails(case, store, views)


@pytest.mark.parametrize(
    "case",
    [
        EventStoreCases().test_the_same_event_on_the_same_token_is_appended_once,
        EventStoreCases().test_an_event_that_others_have_followed_is_still_found,
        DecisionCases().test_a_reply_that_was_lost_costs_nothing,
        DecisionCases().test_an_event_for_any_version_is_appended_once,
    ],
    ids=lambda case: case.__name__,
)
def test_an_id_that_depends_on_the_attempt_is_noticed(
    store: DynamoEventStore, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A retry would tell its fact a second time."""
    attempts = count()

    def another_each_time(ref: ImageRef, dedup_key: str) -> str:
        return event_id(ref, f"{dedup_key}#{next(attempts)}")

    monkeypatch.setattr(appending, "event_id", another_each_time)

    assert fails(case, store)


@pytest.mark.parametrize(
    "case",
    [
        EventStoreCases().test_a_stale_token_is_refused_with_both_versions,
        EventStoreCases().test_the_same_event_on_the_same_token_is_appended_once,
        DecisionCases().test_an_event_for_any_version_is_appended_once,
    ],
    ids=lambda case: case.__name__,
)
def test_as_it_is_the_store_passes(store: DynamoEventStore, case: Case) -> None:
    """So what fails above fails by what was taken away."""
    assert not fails(case, store)
