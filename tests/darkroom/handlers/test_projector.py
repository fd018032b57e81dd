"""The projector's function: views follow the stream; only what failed comes again."""

from collections.abc import Callable
from typing import Any

from darkroom.handlers import projector
from darkroom.ids import ImageRef
from darkroom.projections import rows
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, another_image, appended

AwsEvent = Callable[[str], dict[str, Any]]


def record(aws_event: AwsEvent, ref: ImageRef, sequence: str) -> dict[str, Any]:
    (found,) = aws_event("dynamodb_stream")["Records"]
    found["dynamodb"]["Keys"]["pk"]["S"] = ref.stream
    found["dynamodb"]["SequenceNumber"] = sequence
    return dict(found)


def test_a_record_brings_the_views_up_to_the_whole_stream(
    cloud: Any, aws_event: AwsEvent, context: Any, metrics: Callable[[], dict[str, Any]]
) -> None:
    """It names version 1; by now there are 7, and the views tell of them."""
    stream = appended(cloud.history, *samples.history())

    answer = projector.handler(aws_event("dynamodb_stream"), context)

    assert answer == {"batchItemFailures": []}
    image, gallery = rows(stream)
    assert cloud.views.image(REF) == image
    assert cloud.views.images_of("main", OWNER).items == (gallery,)
    assert metrics() == {"ProjectionFailed": [0.0]}


def test_only_the_records_of_images_that_failed_come_again(
    cloud: Any,
    aws_event: AwsEvent,
    context: Any,
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    """All of that image's, and none of the others', which are projected."""
    good, broken = another_image(1), another_image(2)
    appended(cloud.history, samples.uploaded(), ref=good)
    appended(cloud.history, samples.uploaded(), samples.started(), ref=broken)
    cloud.history.client.delete_item(
        TableName=cloud.history.table, Key={"pk": {"S": broken.stream}, "sk": {"N": "1"}}
    )
    records = [
        record(aws_event, broken, "100"),
        record(aws_event, good, "200"),
        record(aws_event, broken, "300"),
    ]

    answer = projector.handler({"Records": records}, context)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "100"}, {"itemIdentifier": "300"}]}
    assert cloud.views.image(good) is not None
    assert cloud.views.image(broken) is None
    assert [
        line["correlation_id"] for line in log_lines() if line["message"] == "image not projected"
    ] == [broken.image_id]


def test_a_stored_event_that_was_changed_is_an_alarm(
    cloud: Any,
    aws_event: AwsEvent,
    context: Any,
    log_lines: Callable[[], list[dict[str, Any]]],
    metrics: Callable[[], dict[str, Any]],
) -> None:
    """Told with its place, what it was, and in what it is not that any more."""
    appended(cloud.history, *samples.history())
    (changed,) = aws_event("dynamodb_stream")["Records"]
    old = changed["dynamodb"]["NewImage"]
    changed["eventName"] = "MODIFY"
    changed["dynamodb"] |= {"OldImage": old, "NewImage": {**old, "by": {"S": "a stranger"}}}

    answer = projector.handler({"Records": [changed]}, context)

    assert answer == {"batchItemFailures": []}
    assert metrics()[projector.HISTORY_CHANGED] == [1.0]
    (line,) = (line for line in log_lines() if line["message"] == "history changed")
    assert line["level"] == "ERROR"
    assert line["change"] == {
        "stream": REF.stream,
        "version": 1,
        "removed": False,
        "attributes": ["by"],
        "hash": old["h"]["S"],
    }


def test_a_record_that_is_no_images_blocks_nothing(
    cloud: Any, aws_event: AwsEvent, context: Any
) -> None:
    """It would come again for a day, and hold up its shard."""
    (stray,) = aws_event("dynamodb_stream")["Records"]
    stray["dynamodb"]["Keys"]["pk"]["S"] = "stray"

    assert projector.handler({"Records": [stray]}, context) == {"batchItemFailures": []}
