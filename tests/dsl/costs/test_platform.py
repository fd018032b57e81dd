"""What surrounds every run, held against the code and the template that it is counted in."""

import inspect
from math import ceil

import boto3
import pytest
from moto import mock_aws

from darkroom.adapters.dynamodb_counters import DynamoCounters
from darkroom.adapters.memory import MemoryEventStore
from darkroom.history.items import Item, to_item
from darkroom.projections.views import rows
from darkroom.quotas import Amount, Quota
from darkroom.testing import make_table, samples
from darkroom.testing.samples import at
from dsl.costs import platform
from infra.functions import PlatformFunction
from infra.processing import Processing


def units(size: int) -> int:
    return ceil(size / 1024)


def byte_size(item: Item) -> int:
    return sum(len(name) + len(str(value).encode()) for name, value in item.items())


def test_events_are_as_large_as_they_are_taken_to_be() -> None:
    """In write units, which is what is charged: one for an event, two for a variant's."""
    stream = samples.appended(MemoryEventStore(), *samples.history())

    charged = platform.history(outputs=3, facts=0, invocations=1)

    actual = [units(byte_size(to_item(samples.REF, each))) for each in stream.events]
    assert charged.events == len(stream.events)
    assert charged.event_writes == sum(actual)


def test_rows_of_views_are_as_large_as_they_are_taken_to_be() -> None:
    """Image and gallery row, folded anew behind each event."""
    events = samples.history()
    written = 0
    for count in range(1, len(events) + 1):
        stream = samples.appended(MemoryEventStore(), *events[:count])
        written += sum(
            units(len(row.model_dump_json()) + sum(map(len, row.key)) + 8) for row in rows(stream)
        )

    assert platform.history(outputs=3, facts=0, invocations=1).view_writes == written


def test_a_grant_takes_one_write() -> None:
    """One of what is PUT; for a form, bytes are reserved, settled and given back."""
    with mock_aws():
        client = boto3.client("dynamodb", "eu-central-1")
        make_table(client, "counters", sort_key="S")
        sent: list[str] = []
        client.meta.events.register(
            "before-call.dynamodb", lambda model, **_: sent.append(model.name)
        )
        counters = DynamoCounters(client, "counters", "main", lambda: at(0))
        quota = Quota(Amount(2, 20), counters, lambda: at(0))
        quota.take("ada", {"put": 10})
        put, sent[:] = len(sent), []
        quota.take("ada", {"form": 10}, may_be_less=["form"])
        counters.settle("ada", "form", 5)

    assert put == platform.GRANT_WRITES
    assert len(sent) == platform.GRANT_WRITES + 3


def test_a_history_is_read_before_and_behind_each_event_and_by_each_stage() -> None:
    """Uploaded, started, validated, one variant, completed: 5 events of 3.6 kB in all.

    5 loads before, 5 behind, 2 stages and the API's look, each of one unit; and one more for the
    look and for each of the 5 behind, to ask which generation of the views there is.
    """
    charged = platform.history(outputs=1, facts=0, invocations=2)

    assert charged.events == 5
    assert charged.event_writes == 4 + 2
    assert charged.reads == 5 + 5 + 2 + 1 + 6


def test_on_express_the_orchestrator_waits_and_on_standard_another_ends_the_run() -> None:
    """Waiting for two seconds costs two seconds."""
    express = {each.name: each for each in platform.calls("express", 2.0, 7)}
    standard = {each.name: each for each in platform.calls("standard", 2.0, 7)}

    assert express["orchestrator"].seconds == pytest.approx(2.05)
    assert standard["orchestrator"].seconds == pytest.approx(0.05)
    assert set(standard) - set(express) == {"ending"}


def test_the_projector_is_called_for_batches_never_more_often_than_for_events() -> None:
    """16 looks a second at 10 images a second: 1.6 an image, unless it has fewer events."""
    batches = [platform.calls("express", 1.0, events)[-1].times for events in (1, 7)]

    assert batches == pytest.approx([1.0, 1.6])


def test_traces_are_sampled_by_the_second() -> None:
    """The first of each second, 5 % of those after it: 1 + 0.05 x 9 of 10, for each image 0.145."""
    assert platform.traces(1) == pytest.approx(0.145)
    assert platform.traces(0.1) == pytest.approx(0.1)


def test_functions_have_the_memory_that_they_are_priced_at() -> None:
    """As infra/ gives it."""
    default = inspect.signature(PlatformFunction.__init__).parameters["memory_mb"].default

    assert default == platform.FUNCTION_MB
    assert f"memory_mb={platform.ORCHESTRATOR_MB}" in inspect.getsource(Processing)
