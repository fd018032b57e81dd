"""The path of a picture, on the embedded cloud: in at the API, out as variants, all on record."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from aws import Aws
from PIL import Image, ImageChops, ImageStat

from darkroom.client import Client
from darkroom.local.sample import sample_picture
from darkroom.projections import rebuild
from steps.testing.sources import gif_bomb, jpeg

Upload = Callable[..., str]


@pytest.fixture(scope="module")
def photo(ada: Client, upload: Upload) -> str:
    """An image that went all the way."""
    return upload(ada, sample_picture())


def test_a_photo_becomes_its_variants_with_one_gapless_history(ada: Client, photo: str) -> None:
    """Uploaded, started, validated, one rendered for each variant, completed; nothing else."""
    ada.settled(photo)

    events = ada.events(photo)

    assert [event.type.removeprefix("image.") for event in events] == [
        "uploaded",
        "processing-started",
        "validated",
        "variant-rendered",
        "variant-rendered",
        "variant-rendered",
        "processing-completed",
    ]
    assert [event.version for event in events] == list(range(1, 8))
    assert all(earlier.at <= later.at for earlier, later in pairwise(events))
    assert events[1].facts["variants"] == ["thumbnail", "medium", "large"]
    recipes = {
        event.facts["name"]: [applied["uses"] for applied in event.facts["recipe"]]
        for event in events[3:6]
    }
    assert recipes == {
        "thumbnail": ["open", "resize", "encode"],
        "medium": ["open", "resize", "watermark", "encode"],
        "large": ["open", "resize", "watermark", "encode"],
    }


def test_variants_have_their_sizes_and_the_watermark_where_it_belongs(
    ada: Client, photo: str
) -> None:
    """Each link gives a JPEG of the promised size; the owner's name is on the larger two only."""
    image = ada.settled(photo)
    pictures = {name: Image.open(BytesIO(ada.download(photo, name))) for name in image.variants}

    assert {name: picture.size for name, picture in pictures.items()} == {
        "thumbnail": (150, 150),
        "medium": (800, 533),
        "large": (1920, 1280),
    }
    original = Image.open(BytesIO(sample_picture()))
    for name in ("medium", "large"):
        plain = original.resize(pictures[name].size, Image.Resampling.LANCZOS)
        difference = ImageChops.difference(plain, pictures[name].convert("RGB"))
        width, height = difference.size
        corner = difference.crop((width * 2 // 3, height * 9 // 10, width, height))
        elsewhere = difference.crop((0, 0, width, height * 8 // 10))
        assert max(high for _, high in corner.getextrema()) > 60, name
        assert max(ImageStat.Stat(elsewhere).mean) < 3, name


def test_an_image_is_listed_and_shown_to_its_owner(ada: Client, photo: str) -> None:
    """The list has it, newest first; the image tells its size, its state and no bucket's key."""
    image = ada.settled(photo)

    listed = ada.page().images

    assert photo in [each.image_id for each in listed]
    assert image.state == "complete"
    assert (image.original.width, image.original.height) == (2400, 1600)
    assert image.reason is None
    assert "main/" not in str(image)
    assert "main/" not in str(ada.events(photo))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"This is a letter, and no picture at all.\n" * 9, "unsupported_format"),
        (gif_bomb((65_500, 65_500), [(1, 1)]), "too_many_pixels"),
        (jpeg(640, 480)[:-200], "truncated"),
    ],
    ids=["a text renamed", "a bomb", "a truncated photo"],
)
def test_what_is_no_good_picture_ends_as_rejected_with_the_reason(
    ada: Client, upload: Upload, content: bytes, code: str
) -> None:
    """One ImageRejected, with limit and actual value, and the owner sees it."""
    image = ada.settled(upload(ada, content))

    events = [event.type for event in ada.events(image.image_id)]
    assert events == ["image.uploaded", "image.processing-started", "image.rejected"]
    assert image.state == "rejected"
    assert image.reason.code == code
    assert image.reason.facts["actual"] is not None
    assert "limit" in image.reason.facts
    assert image.variants == {}


def test_announced_three_times_and_run_at_once_is_one_history(
    ada: Client, aws: Aws, upload: Upload, invoke: Callable[[str, object], Any]
) -> None:
    """However often S3 announces an object, and however many orchestrators run it at one time.

    That they did is seen by their stages: two have done the work of the run before it ended. Whose
    turn it is on a busy machine nobody can say, so another image is tried until they met.
    """
    for _ in range(5):
        image_id = upload(ada, jpeg(900, 600))
        first = next(iter(ada.follow(image_id)))
        again = _announced(aws, image_id)
        delivered = _delivered(image_id, first.facts["version_id"])

        with ThreadPoolExecutor() as pool:
            calls = [pool.submit(_deliver, invoke, delivered) for _ in range(2)]
            calls += [pool.submit(invoke, "s3_event", again) for _ in range(2)]
        for call in calls:
            call.result()
        settled = ada.settled(image_id)
        invoke("s3_event", again)
        aws.drained()

        assert settled.state == "complete"
        assert _told_once(ada, aws, image_id)
        if _stages_at_work(aws, image_id) > 1:
            return
    raise AssertionError("two runs at one time never met")


def _deliver(invoke: Callable[[str, object], Any], delivered: object) -> None:
    """Do as the queue does: what comes back is delivered once more."""
    while invoke("orchestrator", delivered)["batchItemFailures"]:
        pass


def _told_once(ada: Client, aws: Aws, image_id: str) -> bool:
    """Whether there are one history and one set of outputs."""
    types = [event.type.removeprefix("image.") for event in ada.events(image_id)]
    keys = aws.keys_in(aws.deployed.variants_bucket)
    return (
        types[:2] == ["uploaded", "processing-started"]
        and sorted(types[2:6]) == ["validated", *["variant-rendered"] * 3]
        and types[6:] == ["processing-completed"]
        and len([key for key in keys if key.startswith(f"photos/main/{image_id}/")]) == 3
    )


def _stages_at_work(aws: Aws, image_id: str) -> int:
    """Count the stages that found the run of the image open; one that came late is superseded."""
    lines = [json.loads(line) for line in aws.log_lines()]
    return sum(
        line["message"] == "stage ended" and line["outcome"] == "done"
        for line in lines
        if line.get("correlation_id") == image_id
    )


def test_nothing_ends_among_the_dead_letters(ada: Client, photo: str, aws: Aws) -> None:
    """Bad pictures are verdicts and repeated messages no-ops: no queue for failures has any."""
    ada.settled(photo)

    aws.drained()

    assert aws.messages_in(aws.deployed.dead_letters_url) == 0
    assert aws.messages_in(aws.deployed.unannounced_url) == 0
    assert aws.messages_in(aws.deployed.unfolded_url) == 0


def _announced(aws: Aws, image_id: str) -> dict[str, Any]:
    """Return the notification that S3 gave for the image's original."""
    bucket = aws.deployed.originals_bucket
    versions = aws.s3.list_object_versions(Bucket=bucket)["Versions"]
    (version,) = (each for each in versions if each["Key"].endswith(image_id))
    record = {
        "eventName": "ObjectCreated:Post",
        "s3": {
            "bucket": {"name": bucket},
            "object": {
                "key": version["Key"],
                "versionId": version["VersionId"],
                "eTag": version["ETag"].strip('"'),
                "size": version["Size"],
            },
        },
    }
    return {"Records": [record]}


def _delivered(image_id: str, version_id: str) -> dict[str, Any]:
    """Return the delivery of the image's message to an orchestrator."""
    message = {"tenant": "main", "image_id": image_id, "version_id": version_id}
    record = {
        "messageId": str(uuid4()),
        "attributes": {"ApproximateReceiveCount": "1"},
        "body": json.dumps(message),
    }
    return {"Records": [record]}


def test_views_made_anew_show_the_same_and_follow_what_comes(
    aws: Aws, ada: Client, upload: Upload
) -> None:
    """The API shows the new rows, and the projector writes them: both ask which there are."""
    ada.settled(upload(ada, jpeg(640, 480)))
    before = ada.page()

    done = rebuild(aws.history, aws.views)
    removed = aws.views.remove_before(done.generation)

    assert done.outcome == "live"
    assert removed >= 2 * len(before.images)
    assert ada.page() == before
    later = upload(ada, jpeg(480, 640))
    ada.settled(later)
    assert later in {image.image_id for image in ada.images()}
