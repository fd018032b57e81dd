"""The path of a picture on moto: the functions as they are, called as AWS would call them.

S3, SQS and DynamoDB are moto's; the compiled state machine is carried out by the interpreter.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from darkroom.events import Ending, Stream
from darkroom.handlers import clients, ended, orchestrator, projector, s3_event, stage
from darkroom.handlers.settings import plan
from darkroom.history import handle, verify
from darkroom.ids import ImageRef, original_key, run_id
from darkroom.images import StartProcessing, fold
from darkroom.plan import tasks_of
from darkroom.projections import image_row
from darkroom.testing.samples import CONTEXT, OWNER, another_image
from dsl.backends.asl import state_machine, substitution
from tests.darkroom.handlers.wire import Fault, Killed, Site, Wire
from tests.dsl.machines import LambdaError, run_machine

TRIES = 3  # of a function that nobody waits for
RECEIVES = 12
ANOTHER = "0e" * 32  # the digest of a pipeline
HANDLERS: Mapping[str, Callable[..., Any]] = {
    "s3_event": s3_event.handler,
    "orchestrator": orchestrator.handler,
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
    replaced: bool = False  # the pipeline, while the image's run is under way

    def __post_init__(self) -> None:
        waits = plan().worst_case_s if plan().engine == "express" else orchestrator.ANSWERS_WITHIN_S
        self.wire.answers = {
            "StartSyncExecution": self._start_sync,
            "StartExecution": self._start,
        }
        clients.sqs().meta.events.register("provide-client-params.sqs.SendMessage", at_once)
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
        if self.replaced:
            self._begin_another()
        self.drain()
        self._project()
        calls = list(self.wire.sent)
        self._everything_again(announced)
        return calls

    def _begin_another(self) -> None:
        """Begin a run of the pipeline that was deployed before this one."""
        version_id = self.cloud.history.load(self.ref).events[0].event.version_id
        another = StartProcessing(
            run_id=run_id(self.ref, version_id, ANOTHER, 0),
            pipeline="photos",
            pipeline_digest=ANOTHER,
            version_id=version_id,
            n=0,
            variants=("small", "large"),
            ways=(),
            deadline_at=clients.now() + timedelta(hours=1),
        )
        handle(self.cloud.history, self.ref, another, CONTEXT, clients.now)

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
            "outputs are those named": self._keys(f"photos/{self._folder}") == named,
            "what lay between is of one run": self._between() == len(_left_at()),
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
        def work() -> Any:
            with self.wire.used_by(function):
                return HANDLERS[function](event, self.context)

        self.wire.meanwhile = work
        return work()

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

    @property
    def _folder(self) -> str:
        return f"{self.ref.tenant}/{self.ref.image_id}/"

    def _between(self) -> int:
        """Count the pictures that stages left for each other, all below the folder of one run."""
        keys = self._keys(f"intermediates/{self._folder}")
        assert len({key.rpartition("/")[0] for key in keys}) <= 1
        return len(keys)

    def _keys(self, prefix: str) -> set[str]:
        listed = clients.s3().list_objects_v2(
            Bucket=self.cloud.settings["VARIANTS_BUCKET"], Prefix=prefix
        )
        return {each["Key"] for each in listed.get("Contents", ())}

    def _execute(self, asked: str) -> dict[str, Any]:
        """Carry out the machine; return how that ended."""
        lambdas = {substitution(each): self._stage(each.id) for each in plan().stages}
        execution = run_machine(state_machine(plan()), lambdas, json.loads(asked))
        if execution.status == "FAILED":
            return {"status": "FAILED", "error": execution.error}
        return {"status": "SUCCEEDED", "output": json.dumps(execution.output)}

    def _stage(self, name: str) -> Callable[[Any], Any]:
        """Return the function of a stage, whose settings tell it from the others."""

        def function(payload: Any) -> Any:
            os.environ["DARKROOM_STAGE"] = name
            stage.stage.cache_clear()
            try:
                with self.wire.used_by(f"stage {name}"):
                    return stage.handler(payload, self.context)
            except Killed as killed:
                raise LambdaError("Runtime.ExitError") from killed

        return function

    def _start_sync(self, _: str, request: Any) -> AWSResponse:
        times = {"startDate": 0, "stopDate": 0, "executionArn": "arn"}
        return _answer(self._execute(json.loads(request.body)["input"]) | times)

    def _start(self, _: str, request: Any) -> AWSResponse:
        """Start, and be done before the answer: the other order is that of the lost reply."""
        asked = json.loads(request.body)["input"]
        self.told.append({"detail": {"input": asked, **self._execute(asked)}})
        return _answer({"executionArn": "arn", "startDate": 0})


def _left_at() -> set[str]:
    """Return the ways at which a picture goes from one stage to another."""
    return {following.at for task in tasks_of(plan().start) for following in task.next}


def at_once(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What is to wait need not do so here."""
    return {**params, "DelaySeconds": 0}


def _answer(body: Mapping[str, Any]) -> AWSResponse:
    raw: Any = MockRawResponse(json.dumps(body).encode())
    return AWSResponse("https://states", 200, {"content-type": "application/json"}, raw)
