"""A stage at work: read the original, render, store the variants, tell the history.

Safe to repeat at any point: objects are named by what they are, events by what they say. An
object is written before its event, so an event never names an object that is not there.
"""

import logging
from dataclasses import asdict, dataclass
from typing import Literal

from darkroom.errors import DarkroomError, NotFound, StreamConflict
from darkroom.history import Clock, Context, EventStore, handle
from darkroom.ids import ImageRef, variant_key
from darkroom.images import (
    Command,
    Image,
    RecordFacts,
    RecordValidation,
    RecordVariant,
    RecordVariantFailure,
    Run,
    fold,
)
from darkroom.objects import Original, Originals, Variants
from darkroom.outcome import Outcome
from darkroom.plan import Environment, Plan
from darkroom.runner.recipe import variant_digest
from darkroom.runner.render import (
    FactsFound,
    Failed,
    Rendered,
    Result,
    Validated,
    Verdict,
    render,
)
from steps import encoding
from steps.limits import Limits, check_bytes

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """What a stage works with: its name in the plan, the plan, the history and the two stores."""

    name: str
    plan: Plan
    history: EventStore
    originals: Originals
    variants: Variants
    clock: Clock

    def run(self, ref: ImageRef, run_id: str) -> Outcome:
        """Do the stage's part of the run `run_id` on the image, and say how it ended.

        Raises StreamConflict where others are busy with the image, and what the stores raise
        when they cannot be reached: the engine tries again. Any other error of ours would be the
        same on every try, and is the outcome.
        """
        try:
            return self._run(ref, run_id)
        except StreamConflict:
            raise
        except DarkroomError as error:
            logger.warning("stage %s failed", self.name, exc_info=True)
            return Outcome(outcome="failed", code=error.code, facts=dict(error.facts))

    def _run(self, ref: ImageRef, run_id: str) -> Outcome:
        image = fold(self.history.load(ref))
        if image is None or image.run is None or not self._is_ours(image.run, run_id):
            return Outcome(outcome="superseded")
        if image.run.outcome is not None:
            return image.run.outcome
        limits = Limits.read(self.plan.opening.options)
        refused = check_bytes(limits, image.original.byte_size)
        if refused is not None:
            return _ended("rejected", Verdict(self.plan.opening.step, refused.code, refused.facts))
        original = image.original
        try:
            read = self.originals.read(original.key, original.version_id, original.etag)
        except NotFound:
            return Outcome(outcome="failed", code="original_gone")
        outcome = Outcome(outcome="done")
        for result in render(self.plan, read.content, _environment(image, read)):
            if isinstance(result, Verdict):
                return _ended("rejected", result)
            if isinstance(result, Failed) and outcome.outcome == "done":
                outcome = _ended("failed", result)
            self._record(image, run_id, result)
        return outcome

    def _is_ours(self, run: Run, run_id: str) -> bool:
        """Whether `run` is the one asked for, open, and of the pipeline that this stage runs."""
        of_this_pipeline = run.started.pipeline_digest == self.plan.digest
        return run.run_id == run_id and not run.ended and of_this_pipeline

    def _record(self, image: Image, run_id: str, result: Result) -> None:
        """Append what `result` says; a rendered variant is stored first."""
        match result:
            case Rendered():
                command: Command = self._stored(image, run_id, result)
                self._tell(image.ref, command)
            case Failed(names=names, step=step, code=code, facts=facts):
                for name in names:
                    failure = RecordVariantFailure(
                        run_id=run_id, name=name, step=step, code=code, facts=dict(facts)
                    )
                    self._tell(image.ref, failure)
            case FactsFound(step=step, way=way, facts=facts):
                found = RecordFacts(run_id=run_id, step=step, way=way, facts=dict(facts))
                self._tell(image.ref, found)
            case Validated(step=step, header=header):
                validation = RecordValidation(run_id=run_id, step=step, **asdict(header))
                self._tell(image.ref, validation)

    def _stored(self, image: Image, run_id: str, rendered: Rendered) -> RecordVariant:
        digest = variant_digest(image.original.version_id, rendered.recipe)
        extension = encoding.extension(rendered.format)
        key = variant_key(self.plan.pipeline, image.ref, digest, extension)
        media_type = encoding.media_type(rendered.format)
        stored = self.variants.write(key, rendered.encoded, media_type)
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

    def _tell(self, ref: ImageRef, command: Command) -> None:
        context = Context(writer=f"stage:{self.name}", correlation_id=ref.image_id)
        handle(self.history, ref, command, context, self.clock)


def _ended(how: Literal["rejected", "failed"], why: Verdict | Failed) -> Outcome:
    return Outcome(outcome=how, step=why.step, code=why.code, facts=dict(why.facts))


def _environment(image: Image, original: Original) -> Environment:
    """Return what expressions may read of an image before it is opened (rule 11)."""
    known: dict[str, str | int] = {
        "image.id": image.ref.image_id,
        "image.tenant": image.ref.tenant,
        "image.owner": image.owner,
        "image.bytes": len(original.content),
    }
    optional = {"image.owner_name": original.owner_name, "image.file_name": original.file_name}
    return known | {name: value for name, value in optional.items() if value is not None}
