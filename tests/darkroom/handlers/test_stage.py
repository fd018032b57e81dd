"""The stage's function: from a payload of ids to an outcome as a value."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom.handlers import clients, stage
from darkroom.handlers.settings import plan
from darkroom.history import handle
from darkroom.ids import ImageRef, original_key, run_id
from darkroom.images import RecordUpload, StartProcessing, fold
from darkroom.outcome import Outcome
from darkroom.testing.samples import CONTEXT, OWNER, REF, at
from steps.testing.sources import jpeg


def started(cloud: Any, content: bytes, ref: ImageRef = REF) -> dict[str, str]:
    """Upload an original and start a run; return the payload for its stage."""
    key = original_key("photos", ref, OWNER)
    bucket = cloud.settings["ORIGINALS_BUCKET"]
    put = clients.s3().put_object(Bucket=bucket, Key=key, Body=content)
    upload = RecordUpload(
        pipeline="photos",
        owner=OWNER,
        bucket=bucket,
        key=key,
        version_id=put["VersionId"],
        etag=put["ETag"].strip('"'),
        byte_size=len(content),
    )
    start = StartProcessing(
        run_id=run_id(ref, put["VersionId"], plan().digest, 0),
        pipeline="photos",
        pipeline_digest=plan().digest,
        version_id=put["VersionId"],
        n=0,
        variants=plan().outputs,
        ways=(),
        deadline_at=at(60),
    )
    for command in (upload, start):
        handle(cloud.history, ref, command, CONTEXT, lambda: at(0))
    return {"tenant": ref.tenant, "image_id": ref.image_id, "run_id": start.run_id}


def test_a_stage_renders_every_variant_into_its_bucket(
    cloud: Any,
    context: Any,
    log_lines: Callable[[], list[dict[str, Any]]],
    metrics: Callable[[], dict[str, Any]],
) -> None:
    """And answers by a value that a state machine can route on."""
    payload = started(cloud, jpeg(500, 400))

    outcome = stage.handler(payload, context)

    assert outcome == Outcome(outcome="done").model_dump(mode="json")
    image = fold(cloud.history.load(REF))
    assert image is not None
    assert image.run is not None
    assert image.run.existing == plan().outputs
    for event in image.run.rendered.values():
        head = clients.s3().head_object(Bucket=cloud.settings["VARIANTS_BUCKET"], Key=event.key)
        assert (head["ContentLength"], head["ContentType"]) == (event.byte_size, "image/jpeg")
    (line,) = log_lines()
    assert (line["outcome"], line["correlation_id"]) == ("done", REF.image_id)
    counted = metrics()
    assert counted.pop("StageMs")[0] > 0
    sizes = [float(event.byte_size) for event in image.run.rendered.values()]
    assert counted == {"stage": "photos", "StageDone": [1.0], "VariantBytes": sizes}


def test_a_bad_picture_is_an_outcome_and_not_an_error(cloud: Any, context: Any) -> None:
    """It is nobody's alarm."""
    outcome = stage.handler(started(cloud, b"text"), context)

    assert (outcome["outcome"], outcome["code"]) == ("rejected", "unsupported_format")
    assert outcome["facts"]["actual"] == "unknown"


def test_an_original_that_was_deleted_is_an_outcome(cloud: Any, context: Any) -> None:
    """Trying again would not bring it back."""
    payload = started(cloud, jpeg())
    image = fold(cloud.history.load(REF))
    assert image is not None
    clients.s3().delete_object(
        Bucket=image.original.bucket, Key=image.original.key, VersionId=image.original.version_id
    )

    assert stage.handler(payload, context)["code"] == "original_gone"


@pytest.mark.filterwarnings("ignore:No application metrics")  # pytest forgets our own filter
def test_what_aws_refuses_is_raised_for_the_engine_to_try_again(cloud: Any, context: Any) -> None:
    """Infrastructure is not the image's failure."""
    payload = started(cloud, jpeg())
    clients.s3().delete_bucket(Bucket=cloud.settings["VARIANTS_BUCKET"])

    with pytest.raises(ClientError, match="NoSuchBucket"):
        stage.handler(payload, context)
