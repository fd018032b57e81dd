"""`make storm`: hundreds of uploads, each announced twice, on stages that keep dying.

Not among the tests of every run, since it takes minutes. STORM_UPLOADS says how many; 200.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws import Aws
from users import signed_in

from darkroom.adapters.s3_arrivals import S3Arrivals
from darkroom.client import Client, Refused
from darkroom.events import Ending, Stream
from darkroom.history import verify
from darkroom.ids import ImageRef
from darkroom.images import Image, fold
from darkroom.local.cloud import ROOT, EmbeddedCloud
from darkroom.local.deploy import deploy
from darkroom.projections import image_row
from steps.testing.sources import jpeg

UPLOADS = int(os.environ.get("STORM_UPLOADS", "200"))
WITHIN_S = 30 * 60.0
INPUTS = ("environments", "infra", "steps", "dsl", "requirements", "generated", "cdk.json")

# Every fifth call of all processes dies: in turn before its work, and when all of it is done.
DYING = """

_sound = handler


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    import os

    calls = os.open({calls!r}, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(calls, b".")
    number = os.fstat(calls).st_size
    if number % 10 == 5:
        os._exit(1)
    answer = _sound(event, context)
    if number % 10 == 0:
        os._exit(1)
    return answer
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose stages die."""
    root = tmp_path_factory.mktemp("storm")
    (root / ".local/synth").mkdir(parents=True)
    (ROOT / ".local/assets").mkdir(exist_ok=True)
    for name in (*INPUTS, "pipeline.yaml", "node_modules", ".local/ministack", ".local/assets"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "darkroom", root / "darkroom")
    with (root / "darkroom/handlers/stage.py").open("a", encoding="utf-8") as stage:
        stage.write(DYING.format(calls=str(root / "calls")))
    return root


@pytest.fixture(scope="module")
def aws(root: Path) -> Iterator[Aws]:
    """The deployment of that checkout."""
    with EmbeddedCloud(root) as cloud:
        yield Aws(cloud, deploy(cloud))


@pytest.fixture(scope="module")
def histories(aws: Aws, upload: Callable[..., str]) -> list[Stream]:
    """The histories of all images, once nothing happens any more."""
    ada = signed_in(aws.cloud, aws.deployed, "Ada Lovelace")
    sent = [_sent(ada, upload, number) for number in range(UPLOADS)]
    _announce_again(aws)
    aws.drained(WITHIN_S)
    return [aws.history.load(ImageRef("main", image_id)) for image_id in sent]


def _sent(ada: Client, upload: Callable[..., str], number: int) -> str:
    """Upload a picture; whoever is told to come later does."""
    while True:
        try:
            return upload(ada, jpeg(300 + number % 100, 200))
        except Refused as refused:
            if refused.status != HTTPStatus.TOO_MANY_REQUESTS:
                raise
            time.sleep(1)


def _announce_again(aws: Aws) -> None:
    """Tell `s3_event` of every object once more, as S3 does now and then."""
    functions: Any = boto3.client("lambda", **aws.cloud.client_options)
    (name,) = (
        each["FunctionName"]
        for each in functions.list_functions()["Functions"]
        if each["Handler"] == "darkroom.handlers.s3_event.handler"
    )
    for arrival, _ in S3Arrivals(aws.s3, aws.deployed.originals_bucket).all():
        kept = {
            "key": arrival.key,
            "versionId": arrival.version_id,
            "eTag": arrival.etag,
            "size": arrival.byte_size,
        }
        told = {"bucket": {"name": arrival.bucket}, "object": kept}
        event = {"Records": [{"eventName": "ObjectCreated:Post", "s3": told}]}
        functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))


def test_every_upload_has_one_ending(histories: list[Stream]) -> None:
    """And a sound history, which it is the last event of."""
    endings = [
        each for stream in histories for each in stream.events if isinstance(each.event, Ending)
    ]
    for stream in histories:
        verify(stream)

    assert len(endings) == len(histories) == UPLOADS
    assert all(stream.events[-1] in endings for stream in histories)
    assert {_image(stream).state for stream in histories} <= {"complete", "failed"}


def test_stages_did_die(root: Path, histories: list[Stream]) -> None:
    """Else nothing is shown here."""
    assert (root / "calls").stat().st_size > UPLOADS


def test_views_equal_the_fold(aws: Aws, histories: list[Stream]) -> None:
    """As soon as the projector has caught up."""
    views = aws.views.views(aws.views.current().live)
    deadline = time.monotonic() + 120
    behind = histories
    while behind and time.monotonic() < deadline:
        behind = [each for each in behind if views.image(each.ref) != image_row(each)]
        time.sleep(0.5)

    assert behind == []


def test_no_queue_has_a_message(aws: Aws, histories: list[Stream]) -> None:
    """Neither the intake nor any for what failed."""
    urls = ("queue_url", "dead_letters_url", "unannounced_url", "unfolded_url")

    assert {url: aws.messages_in(getattr(aws.deployed, url)) for url in urls} == dict.fromkeys(
        urls, 0
    )


def test_the_outputs_are_those_that_the_histories_name(aws: Aws, histories: list[Stream]) -> None:
    """No object too many, none too few."""
    named = {
        rendered.key
        for stream in histories
        for run in _image(stream).runs.values()
        for rendered in run.rendered.values()
    }
    kept = aws.keys_in(aws.deployed.variants_bucket)

    assert {key for key in kept if not key.startswith("intermediates/")} == named


def _image(stream: Stream) -> Image:
    image = fold(stream)
    assert image is not None
    return image
