"""The engine on Step Functions: outcomes are values, everything else is Unfinished."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.stub import Stubber

from darkroom.adapters.stepfunctions import ExpressEngine, StandardEngine
from darkroom.errors import Unfinished
from darkroom.outcome import Outcome
from darkroom.runs import UnderWay
from darkroom.testing.samples import REF, RUN

ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:Photos"
NAME = f"{RUN}-059f36b4-1"
EXPECTED = {
    "stateMachineArn": ARN,
    "name": NAME,
    "input": json.dumps({"tenant": REF.tenant, "image_id": REF.image_id, "run_id": RUN}),
}


@pytest.fixture
def stubbed(session: boto3.Session) -> Iterator[tuple[ExpressEngine, Stubber]]:
    client = session.client("stepfunctions")
    with Stubber(client) as stub:
        yield ExpressEngine(client, ARN), stub
        stub.assert_no_pending_responses()


def execution(**ended: str) -> dict[str, Any]:
    """Return the answer of StartSyncExecution for an execution that ended so."""
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    arn = f"{ARN.replace('stateMachine', 'express')}:{NAME}:1"
    return {"executionArn": arn, "startDate": moment, "stopDate": moment, **ended}


def unfinished(engine: ExpressEngine) -> Unfinished:
    with pytest.raises(Unfinished) as raised:
        engine.run(NAME, REF, RUN)
    return raised.value


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(outcome="done"),
        Outcome(outcome="superseded"),
        Outcome(outcome="rejected", step="check", code="too_many_pixels", facts={"limit": 5}),
        Outcome(outcome="failed", code="original_gone"),
    ],
    ids=lambda outcome: outcome.outcome,
)
def test_the_output_of_a_machine_that_succeeded_is_the_outcome(
    stubbed: tuple[ExpressEngine, Stubber], outcome: Outcome
) -> None:
    """Also a rejection and a failure: for the engine they are successes."""
    engine, stub = stubbed
    answer = execution(status="SUCCEEDED", output=outcome.model_dump_json())
    stub.add_response("start_sync_execution", answer, EXPECTED)

    assert engine.run(NAME, REF, RUN) == outcome


@pytest.mark.parametrize(
    ("ended", "error", "throttled"),
    [
        (
            {"status": "FAILED", "error": "Sandbox.Timedout", "cause": "x"},
            "Sandbox.Timedout",
            False,
        ),
        ({"status": "FAILED", "error": "Lambda.Unknown"}, "Lambda.Unknown", False),
        ({"status": "FAILED"}, "FAILED", False),
        ({"status": "TIMED_OUT"}, "TIMED_OUT", False),
        (
            {"status": "FAILED", "error": "Lambda.TooManyRequestsException"},
            "Lambda.TooManyRequestsException",
            True,
        ),
    ],
)
def test_an_execution_that_did_not_succeed_broke_off(
    stubbed: tuple[ExpressEngine, Stubber], ended: dict[str, str], error: str, throttled: bool
) -> None:
    """With the engine's own error; a stage that had no room to run was only throttled."""
    engine, stub = stubbed
    stub.add_response("start_sync_execution", execution(**ended), EXPECTED)

    broken = unfinished(engine)

    assert (broken.code, broken.facts) == ("execution_broke_off", {"error": error})
    assert broken.throttled is throttled


@pytest.mark.parametrize(
    ("error", "throttled"),
    [
        ("ThrottlingException", True),
        ("StateMachineDoesNotExist", False),
        ("AccessDeniedException", False),
        ("ExecutionAlreadyExists", False),
    ],
)
def test_an_execution_that_was_not_started_was_refused(
    stubbed: tuple[ExpressEngine, Stubber], error: str, throttled: bool
) -> None:
    """A throttle is told apart: it never ends an image."""
    engine, stub = stubbed
    stub.add_client_error("start_sync_execution", error, expected_params=EXPECTED)

    broken = unfinished(engine)

    assert (broken.code, broken.facts) == ("execution_refused", {"error": error})
    assert broken.throttled is throttled


@pytest.mark.parametrize("lost", [ReadTimeoutError, ConnectTimeoutError])
def test_an_answer_that_never_came_is_lost(session: boto3.Session, lost: Any) -> None:
    """The run may be under way: the message comes back, and the run ends by what is on record."""
    client = session.client("stepfunctions")

    def lose(**_: object) -> None:
        raise lost(endpoint_url="https://sync-states.eu-central-1.amazonaws.com")

    client.meta.events.register("before-send.sfn.StartSyncExecution", lose)

    broken = unfinished(ExpressEngine(client, ARN))

    assert (broken.code, broken.facts) == ("execution_lost", {"error": lost.__name__})
    assert broken.throttled is False


def test_an_output_that_is_no_outcome_is_an_error(
    stubbed: tuple[ExpressEngine, Stubber],
) -> None:
    """The deployment is broken: that is for its log and its queue, not for the image."""
    engine, stub = stubbed
    answer = execution(status="SUCCEEDED", output='{"outcome": "wonderful"}')
    stub.add_response("start_sync_execution", answer, EXPECTED)

    with pytest.raises(ValueError, match="wonderful"):
        engine.run(NAME, REF, RUN)


@pytest.fixture
def started(session: boto3.Session) -> Iterator[tuple[StandardEngine, Stubber]]:
    client = session.client("stepfunctions")
    with Stubber(client) as stub:
        yield StandardEngine(client, ARN), stub
        stub.assert_no_pending_responses()


def test_a_standard_execution_is_under_way_once_it_is_started(
    started: tuple[StandardEngine, Stubber],
) -> None:
    """Nothing is waited for; an event tells of its end."""
    engine, stub = started
    answer = {"executionArn": ARN, "startDate": datetime(2026, 11, 23, tzinfo=UTC)}
    stub.add_response("start_execution", answer, EXPECTED)

    assert engine.run(NAME, REF, RUN) == UnderWay()


def test_an_execution_that_there_is_already_is_under_way_too(
    started: tuple[StandardEngine, Stubber],
) -> None:
    """A message was delivered twice, or an answer lost: the name is the same."""
    engine, stub = started
    stub.add_client_error("start_execution", "ExecutionAlreadyExists", expected_params=EXPECTED)

    assert engine.run(NAME, REF, RUN) == UnderWay()


@pytest.mark.parametrize(
    ("error", "throttled"), [("ExecutionLimitExceeded", True), ("StateMachineDeleting", False)]
)
def test_a_standard_execution_that_is_refused_is_unfinished(
    started: tuple[StandardEngine, Stubber], error: str, throttled: bool
) -> None:
    """So the message comes back."""
    engine, stub = started
    stub.add_client_error("start_execution", error)

    with pytest.raises(Unfinished) as raised:
        engine.run(NAME, REF, RUN)

    assert (raised.value.code, raised.value.throttled) == ("execution_refused", throttled)
    assert raised.value.facts == {"error": error}


def test_a_standard_execution_whose_start_is_not_answered_is_unfinished(
    session: boto3.Session,
) -> None:
    """It may run all the same: starting it again will find it."""
    client = session.client("stepfunctions")

    def lose(**_: object) -> None:
        raise ReadTimeoutError(endpoint_url="https://states.eu-central-1.amazonaws.com")

    client.meta.events.register("before-send.sfn.StartExecution", lose)

    with pytest.raises(Unfinished, match=r"execution_lost.*ReadTimeoutError"):
        StandardEngine(client, ARN).run(NAME, REF, RUN)
