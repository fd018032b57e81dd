"""The projector's function: views follow the stream; what fails waits elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest

from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.handlers import clients, projector
from darkroom.ids import ImageRef
from darkroom.projections import Refold, rows
from darkroom.projections.rebuild import begin
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


def broken_image(cloud: Any, ref: ImageRef) -> None:
    """Make an image whose history has lost its beginning."""
    appended(cloud.history, samples.uploaded(), samples.started(), ref=ref)
    cloud.history.client.delete_item(
        TableName=cloud.history.table, Key={"pk": {"S": ref.stream}, "sk": {"N": "1"}}
    )


def waiting(url: str) -> list[Refold]:
    """Take what waits in the queue of images to be folded again."""
    found = clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [Refold.model_validate_json(each["Body"]) for each in found.get("Messages", [])]


def test_an_image_that_cannot_be_folded_is_enqueued_and_its_shard_goes_on(
    cloud: Any,
    aws_event: AwsEvent,
    context: Any,
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    """Once, with its reason; the other images are projected, and no record comes again."""
    good, broken = another_image(1), another_image(2)
    appended(cloud.history, samples.uploaded(), ref=good)
    broken_image(cloud, broken)
    records = [
        record(aws_event, broken, "100"),
        record(aws_event, good, "200"),
        record(aws_event, broken, "300"),
    ]

    answer = projector.handler({"Records": records}, context)

    assert answer == {"batchItemFailures": []}
    (message,) = waiting(cloud.settings["REFOLD_URL"])
    assert message.ref == broken
    assert message.reason.startswith("BrokenStream: broken_stream")
    assert cloud.views.image(good) is not None
    assert cloud.views.image(broken) is None
    assert [
        line["correlation_id"]
        for line in log_lines()
        if line["message"] == "image not projected, and enqueued"
    ] == [broken.image_id]


def test_only_the_records_of_images_that_cannot_be_enqueued_come_again(
    cloud: Any, aws_event: AwsEvent, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of that image's, and none of the others', which are projected."""
    good, broken = another_image(1), another_image(2)
    appended(cloud.history, samples.uploaded(), ref=good)
    broken_image(cloud, broken)
    gone = f"{cloud.settings['REFOLD_URL']}-that-is-gone"
    monkeypatch.setenv("DARKROOM_REFOLD_URL", gone)
    records = [
        record(aws_event, broken, "100"),
        record(aws_event, good, "200"),
        record(aws_event, broken, "300"),
    ]

    answer = projector.handler({"Records": records}, context)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "100"}, {"itemIdentifier": "300"}]}
    assert cloud.views.image(good) is not None


def test_a_fold_goes_into_the_views_that_are_being_made_too(
    cloud: Any, aws_event: AwsEvent, context: Any
) -> None:
    """A rebuild may be under way; it is asked about for each batch, also of a warm function."""
    projector.handler(aws_event("dynamodb_stream"), context)
    generations = DynamoGenerations(cloud.views.client, cloud.views.table)
    number = begin(generations)
    image, _ = rows(appended(cloud.history, *samples.history()))

    projector.handler(aws_event("dynamodb_stream"), context)

    assert generations.views(number).image(REF) == cloud.views.image(REF) == image


def test_a_record_that_is_no_images_blocks_nothing(
    cloud: Any, aws_event: AwsEvent, context: Any
) -> None:
    """It would come again for a day, and hold up its shard."""
    (stray,) = aws_event("dynamodb_stream")["Records"]
    stray["dynamodb"]["Keys"]["pk"]["S"] = "stray"

    assert projector.handler({"Records": [stray]}, context) == {"batchItemFailures": []}
