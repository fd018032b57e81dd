"""A dead letter says what it asks for, which image it is about, and why it lies there."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from darkroom.ids import original_key
from darkroom.ingest import Message
from darkroom.operations.letters import Invocation, Unfolded, Unreadable, image_of, meaning, read
from darkroom.projections import NotProjected, Refold
from darkroom.testing.samples import OWNER, REF

AwsEvent = Callable[[str], dict[str, Any]]


@pytest.fixture
def announced(aws_event: AwsEvent) -> str:
    """S3's word of the sample image, which the function could not put on record."""
    notification = aws_event("s3_object_created")
    notification["Records"][0]["s3"]["object"]["key"] = original_key("photos", REF, OWNER)
    return json.dumps(aws_event("failed_call") | {"requestPayload": notification})


@pytest.fixture
def ended(aws_event: AwsEvent) -> str:
    """EventBridge's word of an execution's end, which could not be put on record."""
    told = aws_event("execution_status")
    told["detail"]["input"] = json.dumps({"image_id": REF.image_id, "tenant": REF.tenant})
    return json.dumps(aws_event("failed_call") | {"requestPayload": told})


def test_a_message_of_the_intake_queue_asks_for_a_run() -> None:
    """Over the object version that it names."""
    message = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1")

    content = read(message.model_dump_json())

    assert content == message
    assert image_of(content) == REF.image_id
    assert meaning(content) == "asks for the run over object version v1"


def test_a_failed_call_of_s3_names_the_image_and_the_error(announced: str) -> None:
    """The image is in the object's key, the error in what the function answered last."""
    content = read(announced)

    assert isinstance(content, Invocation)
    assert image_of(content) == REF.image_id
    assert meaning(content) == (
        "S3 announced an object, and darkroom-s3-event failed on every try:"
        " ClientError: An error occurred (ThrottlingException)"
    )


def test_a_failed_call_of_eventbridge_names_the_image(ended: str) -> None:
    """From what the execution was started with."""
    content = read(ended)

    assert image_of(content) == REF.image_id
    assert meaning(content).startswith("an execution ended, and darkroom-s3-event failed")


def test_a_call_that_never_reached_its_function_has_no_error(aws_event: AwsEvent) -> None:
    """Lambda throttled it for six hours, say."""
    record = aws_event("failed_call")
    del record["responsePayload"], record["responseContext"]

    content = read(json.dumps(record))

    assert image_of(content) is None
    assert meaning(content).endswith("failed on every try: it said nothing")


def test_an_image_that_could_not_be_folded_is_named_with_the_reason() -> None:
    """The message holds both; the history is read when it is folded."""
    content = read(Refold.of(NotProjected(REF, ValueError("no such state"))).model_dump_json())

    assert image_of(content) == REF.image_id
    assert meaning(content) == "its views could not be made on any try: ValueError: no such state"


def test_records_that_were_given_up_are_counted(aws_event: AwsEvent) -> None:
    """Only their place is known: which images they are about, the stream has to say."""
    content = read(json.dumps(aws_event("given_up_records")))

    assert isinstance(content, Unfolded)
    assert image_of(content) is None
    assert meaning(content) == "3 records of the events table could not be folded into views"


@pytest.mark.parametrize("body", ["", "garbage", "{}", "[]", '{"requestPayload": 3}', "null"])
def test_what_is_no_message_of_ours_is_shown_as_it_is(body: str) -> None:
    """Nothing is guessed of it."""
    assert read(body) == Unreadable(body)
    assert meaning(read(body)) == f"no message of ours: {body}"


def test_a_long_body_is_cut() -> None:
    """A letter is one line."""
    assert meaning(read("x" * 500)) == f"no message of ours: {'x' * 60}…"


@pytest.mark.parametrize(
    "payload",
    [
        {"Records": "none"},
        {"Records": [{"eventName": "ObjectCreated:Put", "s3": {}}]},
        {"Records": [3]},
        {"detail": {"input": "no json"}},
        {"detail": "none"},
        {"detail": {"input": '{"image_id": "photo.jpg"}'}},
        {"detail": {"input": "[]"}},
    ],
)
def test_a_call_with_any_payload_is_a_letter(payload: dict[str, Any], aws_event: AwsEvent) -> None:
    """Whoever called the function, and with what: there is just no image to name."""
    content = read(json.dumps(aws_event("failed_call") | {"requestPayload": payload}))

    assert isinstance(content, Invocation)
    assert image_of(content) is None
    assert meaning(content)
