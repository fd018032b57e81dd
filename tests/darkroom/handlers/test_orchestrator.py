"""Messages end in one ending, or are named for coming back; none takes another along."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from darkroom.adapters.sqs import SqsQueue
from darkroom.errors import Unfinished
from darkroom.handlers import clients, orchestrator
from darkroom.handlers.settings import plan
from darkroom.history import handle
from darkroom.ids import ImageRef
from darkroom.outcome import Outcome
from darkroom.plan import Plan
from darkroom.runs import Orchestrator
from darkroom.testing import samples
from darkroom.testing.samples import CONTEXT, REF, another_image, appended, at

AwsEvent = Callable[[str], dict[str, Any]]
LogLines = Callable[[], list[dict[str, Any]]]
Metrics = Callable[[], dict[str, Any]]
MESSAGE_ID = "059f36b4-87a3-44ab-83d2-661975830a7d"


@dataclass
class FakeEngine:
    """Does what is set for an image, else renders everything."""

    history: Any
    errors: dict[str, Unfinished] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def run(self, name: str, ref: ImageRef, run_id: str) -> Outcome:
        self.names.append(name)
        if ref.image_id in self.errors:
            raise self.errors[ref.image_id]
        for variant in plan().outputs:
            command = samples.variant(variant, run_id)
            handle(self.history, ref, command, CONTEXT, lambda: at(1))
        return Outcome(outcome="done")


@pytest.fixture
def engine(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The function, wired to a fake engine."""
    fake = FakeEngine(cloud.history)
    queue = SqsQueue(clients.sqs(), cloud.settings["QUEUE_URL"])
    wired = Orchestrator(
        plan(), cloud.history, fake, queue, clients.now, timedelta(minutes=9), jitter=lambda: 0
    )
    monkeypatch.setattr(orchestrator, "orchestrator", lambda: wired)
    appended(cloud.history, samples.uploaded())
    return fake


def message(aws_event: AwsEvent, **changed: Any) -> dict[str, Any]:
    """An SQS record; `received` is how often, the rest replaces parts of the record."""
    (record,) = aws_event("sqs_message")["Records"]
    record["attributes"]["ApproximateReceiveCount"] = str(changed.pop("received", 1))
    return {**record, **changed}


def test_a_message_is_taken_to_the_ending(
    cloud: Any, engine: FakeEngine, aws_event: AwsEvent, context: Any
) -> None:
    """Nothing comes back."""
    answer = orchestrator.handler(aws_event("sqs_message"), context)

    assert answer == {"batchItemFailures": []}
    assert cloud.history.load(REF).events[-1].type == "image.processing-completed"


def test_an_ending_is_logged_under_the_images_id_and_counted(
    engine: FakeEngine, aws_event: AwsEvent, context: Any, log_lines: LogLines, metrics: Metrics
) -> None:
    """By the state that the image is in."""
    orchestrator.handler(aws_event("sqs_message"), context)

    received, ended = log_lines()
    assert (received["message"], ended["message"]) == ("message received", "message done")
    assert received["correlation_id"] == ended["correlation_id"] == REF.image_id
    assert ended["state"] == "complete"
    counted = {"ImagesComplete": [1.0], "release": context.function_version}
    assert counted.items() <= metrics().items()


def test_executions_are_named_by_run_message_and_receive(
    engine: FakeEngine, aws_event: AwsEvent, context: Any
) -> None:
    """So that each try can be found in the engine's own records; 80 characters at most."""
    orchestrator.handler({"Records": [message(aws_event, received=2)]}, context)

    (name,) = engine.names
    assert name.startswith(REF.image_id)
    assert name.endswith("-059f36b4-2")
    assert len(name) <= 80


def test_a_redelivered_message_changes_nothing(
    cloud: Any, engine: FakeEngine, aws_event: AwsEvent, context: Any
) -> None:
    """The first delivery's answer was lost, say."""
    orchestrator.handler(aws_event("sqs_message"), context)
    before = cloud.history.load(REF)

    again = orchestrator.handler({"Records": [message(aws_event, received=2)]}, context)

    assert again == {"batchItemFailures": []}
    assert cloud.history.load(REF) == before
    assert len(engine.names) == 1


@pytest.mark.parametrize(
    "receive",  # how often, and whether it comes back
    [(1, True), (2, True), (3, False), (4, False)],
)
def test_a_run_that_breaks_off_comes_back_until_the_last_receive(
    engine: FakeEngine, aws_event: AwsEvent, context: Any, receive: tuple[int, bool]
) -> None:
    """MAX_RECEIVES is 3 here: then it has failed."""
    received, back = receive
    engine.errors[REF.image_id] = Unfinished("execution_broke_off")

    answer = orchestrator.handler({"Records": [message(aws_event, received=received)]}, context)

    last = engine.history.load(REF).events[-1].type
    assert bool(answer["batchItemFailures"]) is back
    assert last == ("image.processing-started" if back else "image.processing-failed")


@pytest.mark.parametrize("received", [1, 3])
def test_a_throttled_run_is_sent_anew_and_its_message_taken(
    cloud: Any, engine: FakeEngine, aws_event: AwsEvent, context: Any, received: int
) -> None:
    """The same message, with all its receives before it again."""
    engine.errors[REF.image_id] = Unfinished("execution_refused", throttled=True)
    record = message(aws_event, received=received)

    answer = orchestrator.handler({"Records": [record]}, context)

    (sent,) = clients.sqs().receive_message(QueueUrl=cloud.settings["QUEUE_URL"])["Messages"]
    assert answer == {"batchItemFailures": []}
    assert json.loads(sent["Body"]) == json.loads(record["body"])
    assert cloud.history.load(REF).events[-1].type == "image.processing-started"


@pytest.mark.parametrize("body", ["", "{", "[]", '{"tenant": "main"}', '{"image_id": 1}'])
def test_a_body_that_is_no_message_comes_back(
    engine: FakeEngine, aws_event: AwsEvent, context: Any, body: str, log_lines: LogLines
) -> None:
    """Until the queue puts it aside; it is logged, under no image's id."""
    orchestrator.handler(aws_event("sqs_message"), context)

    answer = orchestrator.handler({"Records": [message(aws_event, body=body)]}, context)

    assert answer == {"batchItemFailures": [{"itemIdentifier": MESSAGE_ID}]}
    assert "correlation_id" not in log_lines()[-1]


def test_one_message_takes_no_other_along(
    cloud: Any, engine: FakeEngine, aws_event: AwsEvent, context: Any
) -> None:
    """Of a batch, exactly those that failed are named."""
    unknown = another_image(1).image_id
    body = message(aws_event)["body"]
    records = [
        message(aws_event, messageId="no-message", body="{"),
        message(aws_event, messageId="unknown-image", body=body.replace(REF.image_id, unknown)),
        message(aws_event, messageId="good"),
    ]

    answer = orchestrator.handler({"Records": records}, context)

    assert answer == {
        "batchItemFailures": [
            {"itemIdentifier": "no-message"},
            {"itemIdentifier": "unknown-image"},
        ]
    }
    assert cloud.history.load(REF).events[-1].type == "image.processing-completed"


@pytest.fixture
def machine(cloud: Any) -> Iterator[Stubber]:
    """The state machine, stubbed at the client that the function makes for itself."""
    with Stubber(clients.step_functions(plan().worst_case_s)) as stub:
        yield stub


def test_the_function_wires_itself_to_its_state_machine(
    cloud: Any, machine: Stubber, aws_event: AwsEvent, context: Any
) -> None:
    """By its settings alone."""
    appended(cloud.history, samples.uploaded())
    machine.add_client_error("start_sync_execution", "StateMachineDoesNotExist")

    answer = orchestrator.handler(aws_event("sqs_message"), context)

    machine.assert_no_pending_responses()
    assert answer == {"batchItemFailures": [{"itemIdentifier": MESSAGE_ID}]}


def test_a_standard_machine_is_started_and_not_waited_for(
    cloud: Any, plan: Plan, aws_event: AwsEvent, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By run and message: the same message again is the same execution."""
    standard = plan.model_copy(update={"engine": "standard"})
    monkeypatch.setattr(orchestrator, "plan", lambda: standard)
    appended(cloud.history, samples.uploaded())
    names: list[str] = []

    with Stubber(clients.step_functions(orchestrator.ANSWERS_WITHIN_S)) as machine:
        for answer in ({"executionArn": "arn", "startDate": at(1)}, None):
            if answer:
                machine.add_response("start_execution", answer)
            else:
                machine.add_client_error("start_execution", "ExecutionAlreadyExists")
        machine.client.meta.events.register(
            "provide-client-params.sfn.StartExecution",
            lambda params, **_: names.append(params["name"]),
        )
        for received in (1, 2):
            record = message(aws_event, received=received)
            answer = orchestrator.handler({"Records": [record]}, context)
            assert answer == {"batchItemFailures": []}

    assert cloud.history.load(REF).events[-1].type == "image.processing-started"
    assert len(names) == 2
    assert len(set(names)) == 1
    assert names[0].endswith("-059f36b4")
