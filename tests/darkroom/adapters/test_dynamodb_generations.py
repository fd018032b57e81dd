"""The generations of the views on DynamoDB keep the contract, in one table."""

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from darkroom.adapters.dynamodb_bookmark import DynamoBookmark
from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.adapters.dynamodb_views import generation_of
from darkroom.projections import Generations, rebuild
from darkroom.projections.rebuild import begin, switch
from darkroom.testing import DynamoVandal, GenerationCases, RebuildCases
from darkroom.testing.samples import REF
from darkroom.testing.view_store import gallery_row, image_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> DynamoEventStore:
    return DynamoEventStore(dynamodb, "events")


@pytest.fixture
def vandal(dynamodb: "DynamoDBClient") -> DynamoVandal:
    return DynamoVandal(dynamodb, "events")


@pytest.fixture
def generations(dynamodb: "DynamoDBClient") -> DynamoGenerations:
    return DynamoGenerations(dynamodb, "views")


class TestGenerations(GenerationCases):
    """Which there are, and their rows."""


class TestRebuild(RebuildCases):
    """Views made anew beside those that are shown."""


def test_the_partition_tells_the_generation_of_a_row(generations: DynamoGenerations) -> None:
    """Those of the first have the keys that rows had before there were generations."""
    for number in (1, 12):
        generations.views(number).put_if_newer(image_row())
        generations.views(number).put_if_newer(gallery_row(0))

    items = generations.client.scan(TableName="views")["Items"]

    partitions = {item["pk"]["S"] for item in items}
    owner = gallery_row(0).key[0]
    assert partitions == {REF.stream, f"{REF.stream}@12", owner, f"{owner}@12"}
    assert {generation_of(each) for each in partitions} == {1, 12}


def test_more_rows_than_one_call_removes_are_removed(generations: DynamoGenerations) -> None:
    """A call takes 25: DynamoDB API reference, BatchWriteItem."""
    for number in range(30):
        generations.views(1).put_if_newer(gallery_row(number))

    assert generations.remove_before(2) == 30
    assert generations.client.scan(TableName="views")["Count"] == 0


def test_what_other_code_keeps_beside_the_numbers_is_in_nobodys_way(
    generations: DynamoGenerations,
) -> None:
    """The numbers are compared, and not how anybody has spelled them."""
    begin(generations)
    generations.client.update_item(
        TableName="views",
        Key={"pk": {"S": "generations"}, "sk": {"S": "generations"}},
        UpdateExpression="SET note = :note",
        ExpressionAttributeValues={":note": {"S": "of newer code"}},
    )

    assert switch(generations, 2)
    assert generations.current() == Generations(live=2, building=None, made=2)


def test_a_rebuild_keeps_what_is_no_row(
    store: DynamoEventStore, generations: DynamoGenerations
) -> None:
    """How far the originals have been looked at, and which generations there are."""
    bookmark = DynamoBookmark(generations.client, "views")
    bookmark.keep("photos/main/owner/01JDA7Q0G0ABCDEFGHJKMNPQRS")
    generations.views(1).put_if_newer(image_row())

    done = rebuild(store, generations)

    assert generations.remove_before(done.generation) == 1
    assert bookmark.read() == "photos/main/owner/01JDA7Q0G0ABCDEFGHJKMNPQRS"
    assert generations.current() == Generations(live=2, building=None, made=2)


def test_what_the_table_refuses_for_other_reasons_is_raised(dynamodb: "DynamoDBClient") -> None:
    """A throttle or a missing table does not mean that somebody else was first."""
    with pytest.raises(ClientError, match="ResourceNotFound"):
        DynamoGenerations(dynamodb, "no-such-table").change(Generations(), Generations())
