"""`why` tells one paragraph from the history and the queues of dead letters."""

from darkroom.ingest import Message
from darkroom.testing import samples
from darkroom.testing.samples import REF, appended
from tests.darkroom.cli.deployed import OnMoto, Tell


def test_the_paragraph_is_one_line_where_nobody_reads_it(tell: Tell, deployed: OnMoto) -> None:
    """What reads a pipe gets no breaks in the middle of a sentence."""
    appended(deployed.history, *samples.history())

    status, said = tell("why", REF.image_id)

    assert status == 0
    assert said.count("\n") == 1
    assert said.startswith(f"{REF.image_id}, by 'photos', came to be complete at 2026-11-23")


def test_a_dead_letter_about_the_image_is_found_and_left_where_it_is(
    tell: Tell, deployed: OnMoto
) -> None:
    """Others' letters are passed over."""
    appended(deployed.history, *samples.history()[:2])
    for ref in (REF, samples.another_image(1)):
        message = Message(tenant=ref.tenant, image_id=ref.image_id, version_id="v1")
        deployed.sqs.send_message(
            QueueUrl=deployed.outputs["DeadLettersUrl"], MessageBody=message.model_dump_json()
        )

    _, said = tell("why", REF.image_id)

    assert said.count("is a dead letter in 'dead'") == 1
    assert "dead: 2 letters" in tell("dlq", "list")[1]


def test_an_image_that_no_event_tells_of_is_unknown(tell: Tell) -> None:
    """1, as for the other verbs."""
    status, said = tell("why", REF.image_id)

    assert status == 1
    assert said.startswith("No event tells of image")
