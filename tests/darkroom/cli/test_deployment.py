"""A verb finds the platform where `--env` and `--profile` say, or says what is missing."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from darkroom.cli import deployment, main
from darkroom.cli.failure import CommandFailed
from darkroom.testing import samples
from darkroom.testing.samples import REF, appended
from tests.darkroom.cli.deployed import OnMoto, Tell

OUTPUTS_OF = deployment.outputs_of  # before the fixture takes its place


def test_an_image_that_no_event_tells_of_is_said_to_be_unknown(tell: Tell) -> None:
    """With the deployment that was asked, and where an unannounced one would be."""
    status, said = tell("history", REF.image_id)

    assert status == 1
    assert said.startswith(f"No event tells of image {REF.image_id} (tenant main) on 'dev'.")
    assert "dlq list" in said


def test_an_image_of_another_tenant_is_unknown_but_to_whoever_names_the_tenant(
    tell: Tell, deployed: OnMoto
) -> None:
    """`main` is the tenant of every deployment that says nothing else."""
    other = samples.another_image(1, tenant="blue")
    appended(deployed.history, samples.uploaded(), ref=other)

    assert tell("history", other.image_id)[0] == 1
    assert tell("history", other.image_id, "--tenant", "blue")[0] == 0


def test_what_is_no_image_id_is_refused_before_aws_is_asked(tell: Tell) -> None:
    """With an example of one."""
    status, said = tell("history", "photo.jpg")

    assert status == 1
    assert "'photo.jpg' is no image's id: that has 26 letters and digits" in said


@pytest.fixture
def cloudformation(deployed: OnMoto) -> Iterator[Stubber]:
    """A client of CloudFormation that answers as it is told to."""
    of_any_service: Callable[..., Any] = deployed.session.client
    with Stubber(of_any_service("cloudformation")) as stub:
        yield stub


def test_outputs_are_those_of_both_stacks(cloudformation: Stubber) -> None:
    """Of what must never be lost, and of what works on it."""
    for kind, output in (("data", "EventsTable"), ("app", "QueueUrl")):
        cloudformation.add_response(
            "describe_stacks",
            {"Stacks": [stack(OutputKey=output, OutputValue=f"the {output}")]},
            {"StackName": f"darkroom-prod-{kind}"},
        )

    found = OUTPUTS_OF(cloudformation.client, "prod")

    assert found == {"EventsTable": "the EventsTable", "QueueUrl": "the QueueUrl"}


def test_a_deployment_that_is_not_there_is_told_with_how_to_make_it(
    cloudformation: Stubber,
) -> None:
    """By the name of its stack and the region that was asked."""
    cloudformation.add_client_error(
        "describe_stacks", "ValidationError", "Stack with id darkroom-prod-data does not exist"
    )

    with pytest.raises(CommandFailed) as raised:
        OUTPUTS_OF(cloudformation.client, "prod")

    assert str(raised.value) == (
        "There is no stack darkroom-prod-data in eu-central-1. `make deploy ENV=prod` makes it."
    )


def test_whoever_may_not_ask_for_stacks_is_told_that(cloudformation: Stubber) -> None:
    """A refusal is not taken for a missing stack."""
    cloudformation.add_client_error("describe_stacks", "AccessDenied", "not authorized")

    with pytest.raises(ClientError, match="AccessDenied"):
        OUTPUTS_OF(cloudformation.client, "prod")


def stack(**output: str) -> dict[str, Any]:
    created = datetime(2026, 11, 23, tzinfo=UTC)
    status = {"StackName": "s", "CreationTime": created, "StackStatus": "CREATE_COMPLETE"}
    return {**status, "Outputs": [output]}


def test_without_a_running_cloud_the_two_ways_on_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Start one, or name a deployment on AWS."""
    monkeypatch.setattr(deployment, "attached", lambda: None)

    assert main(["history", REF.image_id]) == 1

    said = capsys.readouterr().err
    assert "`make up` starts one" in said
    assert "--env dev" in said


def test_a_profile_needs_a_deployment_on_aws(capsys: pytest.CaptureFixture[str]) -> None:
    """The embedded cloud knows none: what was meant is not guessed."""
    assert main(["history", REF.image_id, "--profile", "team"]) == 1
    assert "--env dev" in capsys.readouterr().err


def test_what_aws_refuses_is_told_in_its_words(tell: Tell, deployed: OnMoto) -> None:
    """Which call, its code and its message; no traceback."""
    deployed.session.client("dynamodb").delete_table(TableName=deployed.outputs["EventsTable"])

    status, said = tell("history", REF.image_id)

    assert status == 1
    assert said.startswith("AWS refused Query: ResourceNotFoundException")


@pytest.mark.parametrize(("words", "kept"), [((), False), (("--env", "dev"), True)])
def test_the_profile_of_the_environment_is_for_aws_only(
    words: tuple[str, ...], kept: bool, deployed: OnMoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it reaches the embedded cloud, whose owner has a key of its own."""
    monkeypatch.setattr(deployment, "attached", lambda: None)
    monkeypatch.setenv("AWS_PROFILE", "team")

    main(["history", REF.image_id, *words])

    assert (os.environ.get("AWS_PROFILE") == "team") == kept


def test_a_profile_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """In boto's words, which name it."""
    assert main(["history", REF.image_id, "--env", "dev", "--profile", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err


def test_an_event_of_newer_code_is_named(tell: Tell, deployed: OnMoto) -> None:
    """A checkout that is too old says so."""
    appended(deployed.history, samples.uploaded())
    deployed.change(REF, 1, t="image.admired")

    status, said = tell("history", REF.image_id)

    assert status == 1
    assert "image.admired of version 1, which this checkout does not know" in said
