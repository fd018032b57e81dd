"""The path of a picture on moto: the functions as they are, called as AWS would call them.

S3, SQS and DynamoDB are moto's; the state machine is one Task that tries its stage three times.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from darkroom.events import Ending, Stream
from darkroom.handlers import clients, ended, orchestrator, projector, s3_event, stage
from darkroom.handlers.settings import plan
from darkroom.history import verify
from darkroom.ids import ImageRef, original_key
from darkroom.images import fold
from darkroom.projections import image_row
from darkroom.testing.samples import OWNER, another_image
from tests.darkroom.handlers.wire import Fault, Killed, Site, Wire

TRIES = 3  # of a function that nobody waits for, and of a stage by its machine
RECEIVES = 12
HANDLERS: Mapping[str, Callable[..., Any]] = {
    "s3_event": s3_event.handler,
    "orchestrator": orchestrator.handler,
    "stage": stage.handler,
    "ended": ended.handler,
    "projector": projector.handler,
}


@dataclass
class Path:
    """The platform, and one image on its way through it: with two uploads under one grant."""

    cloud: Any
    context: Any
    wire: Wire = field(default_factory=Wire)
    ref: ImageRef = field(default_factory=lambda: another_image(0))
    told: list[dict[str, Any]] = field(default_factory=list)  # by Standard executions, of their end

    def __post_init__(self) -> None:
        waits = plan().worst_case_s if plan().engine == "express" else orchestrator.ANSWERS_WITHIN_S
        self.wire.answers = {
            "StartSyncExecution": self._start_sync,
            "StartExecution": self._start,
        }
        clients.sqs().meta.events.register("provide-client-params.sqs.SendMessage", _at_once)
        self.wire.listen(
            clients.dynamodb(), clients.s3(), clients.sqs(), clients.step_functions(waits)
        )

    def take(self, number: int, content: bytes, faults: Mapping[Site, Fault]) -> list[Site]:
        """Take a new image from its upload to where nothing more happens; return all calls."""
        self.ref, self.wire.faults = another_image(number), faults
        self.wire.sent.clear()
        announced, second = self.upload(content), self.upload(content)
        self._call_until_done("s3_event", announced)
        self._call_until_done("s3_event", second)
        self.drain()
        self._project()
        calls = list(self.wire.sent)
        self._everything_again(announced)
        return calls

    def upload(self, content: bytes) -> dict[str, Any]:
        """Put an object version under the image's key; return how S3 announces it."""
        bucket = self.cloud.settings["ORIGINALS_BUCKET"]
        key = original_key("photos", self.ref, OWNER)
        put = clients.s3().put_object(Bucket=bucket, Key=key, Body=content)
        kept = {"key": key, "versionId": put["VersionId"], "eTag": put["ETag"].strip('"')}
        told = {"bucket": {"name": bucket}, "object": {**kept, "size": len(content)}}
        return {"Records": [{"eventName": "ObjectCreated:Post", "s3": told}]}

    def drain(self) -> None:
        """Deliver messages, and ends of executions, until there are none."""
        for _ in range(RECEIVES):
            self._receive()
            while self.told:
                self._call_until_done("ended", self.told.pop(0))
            if not self._waiting():
                return
        raise AssertionError("the queue does not drain")

    def wrong(self) -> list[str]:
        """Return which of the invariants do not hold."""
        stream: Stream = self.cloud.history.load(self.ref)
        verify(stream)
        image = fold(stream)
        assert image is not None
        endings = [each for each in stream.events if isinstance(each.event, Ending)]
        named = {each.key for run in image.runs.values() for each in run.rendered.values()}
        holds = {
            "one ending": len(endings) == 1 and stream.events[-1] in endings,
            "complete": image.state == "complete",
            "view equals fold": self.cloud.views.image(self.ref) == image_row(stream),
            "outputs are those named": self._outputs() == named,
            "originals are one": len(self._originals()) == 1,
            "queue is empty": self._waiting() == 0,
        }
        return [name for name, held in holds.items() if not held]

    def _everything_again(self, announced: dict[str, Any]) -> None:
        """Announce and deliver once more: nothing may come of it."""
        self.wire.faults = {}
        before = self.cloud.history.load(self.ref)
        self._call_until_done("s3_event", announced)
        self.wire.sent.clear()
        self.drain()
        assert self.cloud.history.load(self.ref) == before
        assert not [each for each in self.wire.sent if each.operation.startswith("Start")]

    def _call_until_done(self, function: str, event: Any) -> None:
        """Call as Lambda does where nobody waits; what fails every time would be a dead letter."""
        for _ in range(TRIES):
            try:
                self._call(function, event)
            except (Exception, Killed):  # noqa: BLE001 - whatever it is, Lambda calls again
                continue
            return
        raise AssertionError(f"{function} fails each time")

    def _call(self, function: str, event: Any) -> Any:
        with self.wire.used_by(function):
            return HANDLERS[function](event, self.context)

    def _project(self) -> None:
        """Tell the projector twice of the image's stream; a record that failed comes again."""
        keys = {"Keys": {"pk": {"S": self.ref.stream}}, "SequenceNumber": "1"}
        inserted = {"eventName": "INSERT", "dynamodb": keys}
        for _ in range(2):
            self._call_until_projected({"Records": [inserted]})

    def _call_until_projected(self, batch: dict[str, Any]) -> None:
        """Call as the mapping of a stream does: the batch comes again, whatever failed of it."""
        for _ in range(TRIES):
            try:
                answer = self._call("projector", batch)
            except (Exception, Killed):  # noqa: BLE001 - the whole batch comes again
                continue
            if not answer["batchItemFailures"]:
                return
        raise AssertionError("the projector fails each time")

    def _receive(self) -> None:
        url = self.cloud.settings["QUEUE_URL"]
        received = clients.sqs().receive_message(
            QueueUrl=url, AttributeNames=["All"], VisibilityTimeout=0, MaxNumberOfMessages=1
        )
        for each in received.get("Messages", ()):
            record = {
                "messageId": each["MessageId"],
                "attributes": each["Attributes"],
                "body": each["Body"],
            }
            try:
                failed = self._call("orchestrator", {"Records": [record]})["batchItemFailures"]
            except Killed:
                continue
            if not failed:
                clients.sqs().delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])

    def _waiting(self) -> int:
        told = clients.sqs().get_queue_attributes(
            QueueUrl=self.cloud.settings["QUEUE_URL"],
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"],
        )
        return sum(map(int, told["Attributes"].values())) + len(self.told)

    def _originals(self) -> set[str]:
        listed = clients.s3().list_object_versions(
            Bucket=self.cloud.settings["ORIGINALS_BUCKET"],
            Prefix=original_key("photos", self.ref, OWNER),
        )
        return {each["VersionId"] for each in listed.get("Versions", ())}

    def _outputs(self) -> set[str]:
        listed = clients.s3().list_objects_v2(
            Bucket=self.cloud.settings["VARIANTS_BUCKET"],
            Prefix=f"photos/{self.ref.tenant}/{self.ref.image_id}/",
        )
        return {each["Key"] for each in listed.get("Contents", ())}

    def _execute(self, asked: str) -> dict[str, Any]:
        """Run the one stage as its Task does; return how that ended."""
        for _ in range(TRIES):
            try:
                outcome = self._call("stage", json.loads(asked))
            except (Exception, Killed):  # noqa: BLE001 - what States.ALL retries
                continue
            return {"status": "SUCCEEDED", "output": json.dumps(outcome)}
        return {"status": "FAILED", "error": "Runtime.ExitError"}

    def _start_sync(self, _: str, request: Any) -> AWSResponse:
        times = {"startDate": 0, "stopDate": 0, "executionArn": "arn"}
        return _answer(self._execute(json.loads(request.body)["input"]) | times)

    def _start(self, _: str, request: Any) -> AWSResponse:
        """Start, and be done before the answer: the other order is that of the lost reply."""
        asked = json.loads(request.body)["input"]
        self.told.append({"detail": {"input": asked, **self._execute(asked)}})
        return _answer({"executionArn": "arn", "startDate": 0})


def _at_once(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What is to wait need not do so here."""
    return {**params, "DelaySeconds": 0}


def _answer(body: Mapping[str, Any]) -> AWSResponse:
    raw: Any = MockRawResponse(json.dumps(body).encode())
    return AWSResponse("https://states", 200, {"content-type": "application/json"}, raw)
