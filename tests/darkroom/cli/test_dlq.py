"""`dlq` says what could not be dealt with, and sends it again or drops it."""

import json
import re

import pytest

from darkroom.ingest import Message
from darkroom.testing.samples import REF, another_image
from tests.darkroom.cli.deployed import OnMoto, Tell

OTHER = another_image(1)


def put(deployed: OnMoto, *bodies: str) -> None:
    """Put letters into the queue `dead`."""
    for body in bodies:
        deployed.sqs.send_message(QueueUrl=deployed.outputs["DeadLettersUrl"], MessageBody=body)


def message(image_id: str = REF.image_id) -> str:
    return Message(tenant="main", image_id=image_id, version_id="v1").model_dump_json()


def intake(deployed: OnMoto) -> list[str]:
    """The images that messages in the intake queue are about."""
    received = deployed.sqs.receive_message(
        QueueUrl=deployed.outputs["QueueUrl"], MaxNumberOfMessages=10
    )
    return [json.loads(each["Body"])["image_id"] for each in received.get("Messages", [])]


def test_each_letter_is_told_in_words(tell: Tell, deployed: OnMoto) -> None:
    """Its image, since when it waits, how often it was received; every queue has its line."""
    put(deployed, message(), "garbage")

    status, said = tell("dlq", "list")

    assert status == 0
    assert re.search(
        rf"dead: 2 letters .*\n  \w{{8}}  image {REF.image_id}  since .* UTC \(\d+ ms\),"
        r" received 1 time\n +asks for the run over object version v1\n"
        r"  \w{8}  no image named  since .*\n +no message of ours: garbage\n",
        said,
    )
    assert "unannounced: empty" in said
    assert "unfolded: empty" in said
    assert "unended" not in said


def test_a_look_changes_nothing_but_the_count(tell: Tell, deployed: OnMoto) -> None:
    """The letters are there for the next to look, at once."""
    put(deployed, message())

    tell("dlq", "list")

    assert "received 2 times" in tell("dlq", "list", "dead")[1]


def test_letters_as_json_have_their_bodies(tell: Tell, deployed: OnMoto) -> None:
    """By queue, for scripts."""
    put(deployed, message())

    told = json.loads(tell("dlq", "list", "dead", "--format", "json")[1])

    (letter,) = told["dead"]
    assert (letter["image_id"], letter["body"]) == (REF.image_id, message())


def test_letters_go_back_to_their_source_and_those_that_cannot_stay(
    tell: Tell, deployed: OnMoto
) -> None:
    """1 where one stays, with the reason."""
    put(deployed, message(), "garbage")

    status, said = tell("dlq", "redrive", "dead")

    assert status == 1
    assert "no image named  stays: it is no message of ours, and nothing would take it" in said
    assert said.endswith("dead: 1 sent again, 1 left\n")
    assert intake(deployed) == [REF.image_id]
    assert "dead: 1 letter " in tell("dlq", "list")[1]


def test_only_the_letters_about_one_image_are_moved(tell: Tell, deployed: OnMoto) -> None:
    """The others are there at once."""
    put(deployed, message(), message(OTHER.image_id))

    status, said = tell("dlq", "redrive", "dead", "--image", OTHER.image_id)

    assert (status, said.splitlines()[-1]) == (0, "dead: 1 sent again, 0 left")
    assert intake(deployed) == [OTHER.image_id]
    assert REF.image_id in tell("dlq", "list", "dead")[1]


def test_one_letter_is_dropped_by_the_start_of_its_id(tell: Tell, deployed: OnMoto) -> None:
    """As `list` shows it; nothing is sent."""
    put(deployed, "garbage", message())
    (id_,) = re.findall(r"  (\w{8})  no image", tell("dlq", "list")[1])

    status, said = tell("dlq", "drop", "dead", "--message", id_)

    assert (status, said.splitlines()[-1]) == (0, "dead: 1 dropped, 0 left")
    assert intake(deployed) == []
    assert "dead: 1 letter " in tell("dlq", "list")[1]


def test_nothing_is_dropped_that_was_not_named(tell: Tell, deployed: OnMoto) -> None:
    """All of them has to be said: it cannot be taken back."""
    put(deployed, "garbage")

    assert tell("dlq", "drop", "dead")[0] == 1
    assert "dead: 1 letter " in tell("dlq", "list")[1]
    assert tell("dlq", "drop", "dead", "--all")[0] == 0
    assert "dead: empty" in tell("dlq", "list")[1]


@pytest.mark.parametrize("words", [("list", "intake"), ("redrive", "unended")])
def test_a_queue_that_is_not_there_is_told_with_those_that_are(
    tell: Tell, words: tuple[str, str]
) -> None:
    """`unended` is there only where machines tell of their end."""
    status, said = tell("dlq", *words)

    assert status == 1
    assert said == (
        f"There is no queue '{words[1]}' on 'dev'. There are: dead, unannounced, unfolded.\n"
    )
