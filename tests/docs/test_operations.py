"""docs/operations.md names every verb of an operator, and what each asks of AWS; users' apart."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from darkroom.cli import main
from darkroom.cli.arguments import parser
from darkroom.cli.user_arguments import add_use
from darkroom.events import ProcessingCancelled
from darkroom.ids import original_key, variant_key
from darkroom.ingest import Message
from darkroom.testing import samples
from darkroom.testing.samples import OWNER, REF, RUN, another_image, appended
from tests.darkroom.cli.deployed import OnMoto, on_moto

ENDED = another_image(3)
PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
VERBS = PAGE.partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| `([a-z]+(?: [a-z]+)?)\b[^|]*\|[^|]*\| (.*) \|$", VERBS, re.MULTILINE))
CLIENT = (Path(__file__).parents[2] / "docs" / "client.md").read_text("utf-8")
USED = set(re.findall(r"^\| `([a-z]+)", CLIENT, re.MULTILINE))
ELSEWHERE = {"process", "demo", "up", "down", "doctor"}
# Where an action is not called like its operation.
ACTIONS = {
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjectsV2": "s3:ListBucket",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def actions(verb: str) -> set[str]:
    """Return the actions of the verb's row, and of the row that it refers to."""
    named = set(re.findall(r"`([a-z0-9]+:[A-Za-z]+)`", ROWS[verb]))
    (other,) = re.findall(r"as `([a-z ]+)`", ROWS[verb]) or [None]
    return named | (actions(other) if other else set())


def verbs(of: argparse.ArgumentParser) -> Iterator[str]:
    """Yield every verb, and every verb of a verb after its name."""
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                within = list(verbs(inner))
                yield from (f"{name} {each}" for each in within) if within else [name]


def test_every_verb_of_an_operator_has_its_row() -> None:
    """Those that need no deployment are in the README, those of users on their own page."""
    assert set(ROWS) == set(verbs(parser())) - ELSEWHERE - USED


def test_every_verb_of_a_user_has_its_row() -> None:
    """On docs/client.md, with the one that reads the embedded cloud's mails."""
    of_users = argparse.ArgumentParser()
    add_use(of_users.add_subparsers())

    assert {*verbs(of_users), "mails"} == USED


@pytest.fixture
def deployed() -> Iterator[OnMoto]:
    """A deployment with something for each verb to do."""
    with on_moto() as made:
        appended(made.history, *samples.history()[:4])
        appended(made.history, samples.uploaded(), ref=another_image(1))
        cancelled = ProcessingCancelled(run_id=RUN)
        appended(made.history, *samples.history()[:2], cancelled, ref=ENDED)
        left = variant_key("photos", ENDED, "c3" * 16, "jpg")
        made.s3.put_object(Bucket=made.outputs["VariantsBucket"], Key=left, Body=b"a variant")
        key = original_key("photos", another_image(2), OWNER)
        made.s3.put_object(Bucket=made.outputs["OriginalsBucket"], Key=key, Body=b"a picture")
        message = Message(tenant=REF.tenant, image_id=REF.image_id, version_id="v1")
        made.sqs.send_message(
            QueueUrl=made.outputs["DeadLettersUrl"], MessageBody=message.model_dump_json()
        )
        yield made


@pytest.mark.parametrize(
    "words",
    [
        ("why", REF.image_id),
        ("history", REF.image_id),
        ("verify", "--all"),
        ("dlq", "list"),
        ("dlq", "redrive", "dead"),
        ("dlq", "drop", "dead", "--all"),
        ("reconcile", "--grace", "0"),
        ("reconcile", REF.image_id),
        ("reconcile", ENDED.image_id),
        ("rebuild", "--settle-s", "0"),
    ],
    ids=" ".join,
)
def test_a_verb_asks_for_no_more_than_its_row_says(
    words: tuple[str, ...], deployed: OnMoto
) -> None:
    """A role made by the page would do."""
    called: set[str] = set()

    def note(model: object, **_: object) -> None:
        service = model.service_model.service_name  # type: ignore[attr-defined]
        called.add(f"{service}:{model.name}")  # type: ignore[attr-defined]

    deployed.session.events.register("before-call", note, unique_id="note")
    status = main([*words, "--env", "dev"])
    deployed.session.events.unregister("before-call", unique_id="note")

    assert status == 0
    verb = next(row for row in ROWS if " ".join(words).startswith(row))
    assert called
    assert {ACTIONS.get(each, each) for each in called} <= actions(verb)
