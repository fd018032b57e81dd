"""A stage at work: take a picture, carry it through the stage's steps, tell what came of it.

Safe to repeat at any point: objects are named by what they are, events by what they say. An
object is written before its event, so an event never names an object that is not there.
"""

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from darkroom.errors import DarkroomError, NotFound, StreamConflict, Unfinished
from darkroom.history import Clock, Context, EventStore, Stream, handle_on
from darkroom.ids import ImageRef, intermediate_key, variant_key
from darkroom.images import (
    Command,
    Image,
    RecordError,
    RecordFacts,
    RecordValidation,
    RecordVariant,
    RecordVariantDrop,
    RecordVariantFailure,
    Run,
    fold,
    outcome_of,
)
from darkroom.objects import Intermediates, Original, Originals, Variants
from darkroom.outcome import KILLED, Hand, Outcome
from darkroom.plan import Environment, Plan, Task, nodes_of, task_at
from darkroom.runner.calls import Ask, no_calls
from darkroom.runner.handing import hands
from darkroom.runner.journey import pack, unpack
from darkroom.runner.recipe import variant_digest
from darkroom.runner.render import Load, Means, Open, carry, render
from darkroom.runner.results import (
    FactsFound,
    Failed,
    Leaving,
    Rendered,
    Result,
    Validated,
    Verdict,
)
from steps import encoding, plugins
from steps.limits import Limits, check_bytes
from steps.opening import open_picture

logger = logging.getLogger(__name__)


class Gone(DarkroomError):
    """What the stage should work on is not there any more; trying again would not bring it back."""

    code = "gone"


@dataclass(frozen=True)
class Stores:
    """Where a stage reads originals, and reads and writes pictures."""

    originals: Originals
    intermediates: Intermediates
    variants: Variants


@dataclass(frozen=True)
class Stage:
    """What a stage works with: its name in the plan, the plan, the history and the stores."""

    name: str
    plan: Plan
    history: EventStore
    stores: Stores
    clock: Clock
    ask: Ask = no_calls
    load: Load = plugins.load
    open: Open = open_picture

    def run(
        self, ref: ImageRef, run_id: str, hand: Hand | None = None, by: str | None = None
    ) -> Outcome:
        """Do the stage's part of the run `run_id` on the image, and say how it ended.

        `hand` is the picture to take; None for the stage that opens the original. With `by`, the
        error that killed it on every try, its step is not tried again: the picture goes by it.

        Raises StreamConflict where others are busy with the image, Unfinished where AWS does not
        answer a step's call, and what the stores raise when they cannot be reached: the engine
        tries again. Any other error of ours would be the same on every try, and is the outcome.
        """
        try:
            return self._run(ref, run_id, hand, by)
        except (StreamConflict, Unfinished):
            raise
        except DarkroomError as error:
            logger.warning("stage %s failed", self.name, exc_info=True)
            return Outcome(outcome="failed", code=error.code, facts=dict(error.facts))

    def _run(self, ref: ImageRef, run_id: str, hand: Hand | None, by: str | None) -> Outcome:
        stream = self.history.load(ref)
        image = fold(stream)
        if image is None or image.run is None or not self._is_ours(image.run, run_id):
            return Outcome(outcome="superseded")
        if image.run.outcome is not None:
            return image.run.outcome
        task = self.plan.start if hand is None else task_at(self.plan, hand.at, hand.to)
        onward: list[Hand] = []
        for result in self._results(image, task, hand, by):
            if isinstance(result, Verdict):
                facts = dict(result.facts)
                return Outcome(outcome="rejected", step=result.step, code=result.code, facts=facts)
            if isinstance(result, Leaving):
                key = intermediate_key(ref, run_id, result.at)
                self.stores.intermediates.put(key, pack(result.journey))
                onward += hands(self.plan, task, result, ref, run_id)
            for command in self._commands(image, run_id, result):
                stream = self._tell(stream, command)
        if onward:
            return Outcome(outcome="done", onward=tuple(onward))
        now = fold(stream)
        return outcome_of(now.runs[run_id].failure if now else None)

    def _is_ours(self, run: Run, run_id: str) -> bool:
        """Whether `run` is the one asked for, open, and of the pipeline that this stage runs."""
        of_this_pipeline = run.started.pipeline_digest == self.plan.digest
        return run.run_id == run_id and not run.ended and of_this_pipeline

    def _results(
        self, image: Image, task: Task, hand: Hand | None, by: str | None
    ) -> Iterator[Result]:
        """Yield what comes of the picture that is handed over, or of the original."""
        found = image.run.facts if image.run else {}
        recorded = {way: dict(each.facts) for way, each in found.items()}
        means = Means(load=self.load, open=self.open, ask=self.ask, found=recorded)
        if hand is None:
            yield from self._opened(image, means)
            return
        try:
            stored = self.stores.intermediates.get(
                intermediate_key(image.ref, hand.run_id, hand.stored)
            )
        except NotFound as gone:
            raise Gone("intermediate_gone") from gone
        error = None if by is None else _killed(self.plan, task, by)
        yield from carry(self.plan, task, unpack(stored), means, by=error)

    def _opened(self, image: Image, means: Means) -> Iterator[Result]:
        limits = Limits.read(self.plan.opening.options)
        original = image.original
        refused = check_bytes(limits, original.byte_size)
        if refused is not None:
            yield Verdict(self.plan.opening.step, refused.code, refused.facts)
            return
        try:
            read = self.stores.originals.read(original.key, original.version_id, original.etag)
        except NotFound as gone:
            raise Gone("original_gone") from gone
        if read.sha256 is not None and read.sha256 != read.actual_sha256:
            told = {"limit": read.sha256, "actual": read.actual_sha256}
            yield Verdict(self.plan.opening.step, "digest_mismatch", told)
            return
        environment = _environment(image, read, self.plan.opening.tags)
        yield from render(self.plan, read.content, environment, means)

    def _commands(self, image: Image, run_id: str, result: Result) -> Iterator[Command]:
        """Yield what is to be recorded of `result`; a rendered variant is stored first."""
        match result:
            case Rendered():
                yield self._stored(image, run_id, result)
            case Failed():
                yield from _lost(run_id, result)
            case FactsFound(step=step, way=way, facts=facts):
                yield RecordFacts(run_id=run_id, step=step, way=way, facts=dict(facts))
            case Validated(step=step, header=header):
                yield RecordValidation(run_id=run_id, step=step, **asdict(header))

    def _stored(self, image: Image, run_id: str, rendered: Rendered) -> RecordVariant:
        key = self._key(image, run_id, rendered)
        media_type = encoding.media_type(rendered.format)
        stored = self.stores.variants.write(key, rendered.encoded, media_type)
        return RecordVariant(
            run_id=run_id,
            name=rendered.name,
            key=key,
            digest=stored.digest,
            byte_size=stored.byte_size,
            width=rendered.width,
            height=rendered.height,
            format=rendered.format,
            media_type=media_type,
            recipe=rendered.recipe,
        )

    def _key(self, image: Image, run_id: str, rendered: Rendered) -> str:
        """Return the variant's key: by what decides its pixels, unless that one was discarded.

        Somebody may be about to remove what lies there; then it is a key of this run alone.
        """
        extension = encoding.extension(rendered.format)

        def key(*salt: int) -> str:
            digest = variant_digest(image.original.version_id, rendered.recipe, *salt)
            return variant_key(self.plan.pipeline, image.ref, digest, extension)

        return key(image.runs[run_id].started.n) if key() in image.discarded else key()

    def _tell(self, stream: Stream, command: Command) -> Stream:
        context = Context(writer=f"stage:{self.name}", correlation_id=stream.ref.image_id)
        return handle_on(self.history, stream, command, context, self.clock)


def _lost(run_id: str, failed: Failed) -> Iterator[Command]:
    """Yield what is to be recorded of a step's error: each variant it lost, or itself."""
    record = RecordVariantDrop if failed.on_error == "drop" else RecordVariantFailure
    facts = dict(failed.facts)
    for name in failed.names:
        yield record(run_id=run_id, name=name, step=failed.step, code=failed.code, facts=facts)
    if not failed.names:
        yield RecordError(
            run_id=run_id,
            step=failed.step,
            way=failed.way,
            code=failed.code,
            facts=facts,
            on_error=failed.on_error,
        )


def _killed(plan: Plan, task: Task, error: str) -> Failed:
    """Return the error of a step that was killed in a stage of its own."""
    (node,) = (node for node in nodes_of(plan.nodes) if node.way in task.covers)
    return Failed((), node.step, node.way, KILLED, {"error": error}, "pass")


def _environment(image: Image, original: Original, tags: tuple[str, ...]) -> Environment:
    """Return what expressions may read of an image before it is opened (rule 11)."""
    known: dict[str, str | int] = {
        "image.id": image.ref.image_id,
        "image.tenant": image.ref.tenant,
        "image.owner": image.owner,
        "image.bytes": len(original.content),
    }
    optional = {"image.owner_name": original.owner_name, "image.file_name": original.file_name}
    optional |= {f"image.tags.{name}": original.tags.get(name) for name in tags}
    return known | {name: value for name, value in optional.items() if value is not None}
