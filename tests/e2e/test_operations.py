"""What an operator asks of the running platform, with its own stacks, tables and queues."""

from collections.abc import Callable

import boto3
import pytest
from aws import Aws

from darkroom.cli import deployment, main
from darkroom.client import Client
from darkroom.ingest import Message
from steps.testing.sources import jpeg

Tell = Callable[..., str]


@pytest.fixture
def tell(aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run a verb on the embedded cloud of these tests, and return what it said."""
    monkeypatch.setattr(deployment, "attached", lambda: aws.cloud)
    session = boto3.Session()  # one, since it keeps the services' models
    monkeypatch.setattr(deployment, "session_of", lambda _: session)

    def run(*words: str) -> str:
        status = main(words)
        said = capsys.readouterr()
        assert status == 0, said.err
        return said.out

    return run


def test_an_image_is_explained_and_its_dead_letter_sent_again(
    tell: Tell, aws: Aws, ada: Client, upload: Callable[..., str]
) -> None:
    """The verbs find the deployment by its stacks; a letter that comes again changes nothing."""
    image = upload(ada, jpeg(300, 200))
    ada.settled(image)
    told = tell("history", image)
    version_id = ada.events(image)[0].facts["version_id"]
    message = Message(tenant="main", image_id=image, version_id=version_id)
    boto3.client("sqs", **aws.cloud.client_options).send_message(
        QueueUrl=aws.deployed.dead_letters_url, MessageBody=message.model_dump_json()
    )

    assert "processing-completed" in told
    assert "is a dead letter in 'dead'" in tell("why", image)
    assert f"image {image}  sent again" in tell("dlq", "redrive", "dead", "--image", image)
    aws.drained()
    assert tell("history", image) == told
    assert tell("verify", image).split()[3] == "sound:"
