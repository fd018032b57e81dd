"""What somebody does to a stored event, on the embedded cloud: the projector tells of it."""

import json
import time
from typing import Any

import boto3
from aws import Aws

from darkroom.adapters.memory import MemoryEventStore
from darkroom.history.items import to_item
from darkroom.testing import DynamoVandal, samples
from darkroom.testing.samples import another_image, appended

WITHIN_S = 30.0


def test_an_event_that_is_overwritten_or_removed_is_told_by_the_projector(aws: Aws) -> None:
    """The table's owner may do it, and is seen: by the table's stream, with what it was."""
    ref = another_image(1, tenant="tampered")
    (recorded,) = appended(MemoryEventStore(), samples.uploaded(), ref=ref).events
    vandal = DynamoVandal(boto3.client("dynamodb", **aws.cloud.client_options), _events_table(aws))
    item = to_item(ref, recorded)

    vandal.put(item)
    vandal.put({**item, "by": "a stranger"})
    vandal.remove(ref, 1)

    told = _told(aws, count=2)
    assert [(each["stream"], each["version"], each["removed"]) for each in told] == [
        (ref.stream, 1, False),
        (ref.stream, 1, True),
    ]
    assert told[0]["attributes"] == ["by"]
    assert {each["hash"] for each in told} == {recorded.hash}


def _events_table(aws: Aws) -> str:
    client = boto3.client("dynamodb", **aws.cloud.client_options)
    (name,) = (name for name in client.list_tables()["TableNames"] if "Events" in name)
    return name


def _told(aws: Aws, *, count: int) -> list[dict[str, Any]]:
    """Return the changes that the projector has logged, once there are so many."""
    logs = boto3.client("logs", **aws.cloud.client_options)
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    (group,) = (name for name in groups if "Projector" in name)
    deadline = time.monotonic() + WITHIN_S
    while True:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        messages = [event["message"] for page in pages for event in page["events"]]
        lines = [json.loads(text) for text in messages if '"history changed"' in text]
        if len(lines) >= count:
            return [line["change"] for line in lines]
        assert time.monotonic() < deadline, "the projector has not told"
        time.sleep(0.2)
