"""Decide: what a command comes to, given all that has happened to the image. Pure.

One event comes of a command, so that appending it is one conditional write; two where a run has
to make way first: for a run of another pipeline, or for a deletion. None comes of a command that
has nothing new to say: a repeated one, one for a run that has ended, one of a run that was never
started. So every command is safe to repeat, at any time and in any order.
"""

from datetime import datetime

from darkroom.errors import InvalidRequest, NotFound
from darkroom.events import (
    ErrorRecorded,
    Event,
    FactsRecorded,
    ImageDeleted,
    ImageRejected,
    ImageUploaded,
    ImageValidated,
    LeftoversDiscarded,
    ProcessingCancelled,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingStarted,
    ProcessingSuperseded,
    ProcessingTimedOut,
    ReprocessingRequested,
    ReuploadIgnored,
    VariantDropped,
    VariantFailed,
    VariantRendered,
)
from darkroom.images.commands import (
    Cancel,
    Command,
    Delete,
    Discard,
    Finish,
    RecordCommand,
    RecordError,
    RecordFacts,
    RecordUpload,
    RecordValidation,
    RecordVariant,
    RecordVariantDrop,
    RecordVariantFailure,
    Reprocess,
    Request,
    StartProcessing,
    TimeOut,
)
from darkroom.images.state import Image, Run


def decide(image: Image | None, command: Command) -> tuple[Event, ...]:
    """Return the events that follow from `command`: one, two, or none.

    Raises NotFound for anything but an upload of an image that does not exist yet, and for
    reprocessing one that is deleted. Raises InvalidRequest: "not_promised" for a variant that the
    run never promised, since the writer then works from another plan than the run;
    "not_processing" for calling off what was not begun; "still_processing" for another run while
    there is one.
    """
    if isinstance(command, RecordUpload):
        return _upload(image, command)
    if image is None:
        raise NotFound
    if isinstance(command, Cancel | Delete | Reprocess):
        return _requested(image, command)
    if isinstance(command, Discard):
        return _discarded(image, command)
    if isinstance(command, StartProcessing):
        return _start(image, command)
    run = image.runs.get(command.run_id)
    if run is None or run.ended:
        return ()
    return (
        _ended(run, command) if isinstance(command, Finish | TimeOut) else _recorded(run, command)
    )


def _upload(image: Image | None, command: RecordUpload) -> tuple[Event, ...]:
    if image is None:
        return (ImageUploaded(**vars(command)),)
    if command.version_id in {image.original.version_id, *image.ignored}:
        return ()
    return (
        ReuploadIgnored(
            version_id=command.version_id, etag=command.etag, byte_size=command.byte_size
        ),
    )


def _start(image: Image, command: StartProcessing) -> tuple[Event, ...]:
    """Start a run, unless it is of another object version or there was one as late.

    A message that comes again after a deployment has another pipeline digest and so another run
    id, but the same `n`: one upload still has one first run. A run that is under way makes way;
    one that has ended is followed by another only where somebody asked for that.
    """
    run = image.run
    latest = -1 if run is None else run.started.n
    if image.deleted or command.version_id != image.original.version_id or command.n <= latest:
        return ()
    started = ProcessingStarted(**vars(command))
    if run is None or run.ended:
        return (started,) if image.waiting else ()
    return ProcessingSuperseded(run_id=run.run_id, by=started.run_id), started


def _requested(image: Image, command: Request) -> tuple[Event, ...]:
    """Return what follows from what a person wants of the image."""
    run = image.run
    going_on = run is not None and not run.ended
    cancelled = (ProcessingCancelled(run_id=run.run_id),) if run and not run.ended else ()
    match command:
        case Delete():
            return () if image.deleted else (*cancelled, ImageDeleted())
        case Cancel():
            if image.waiting:
                raise InvalidRequest("not_processing")
            return cancelled
        case Reprocess(request_id=request_id):
            if image.deleted:
                raise NotFound(image_id=image.ref.image_id)
            if request_id in image.requests:
                return ()
            if going_on:
                raise InvalidRequest("still_processing")
            return (ReprocessingRequested(request_id=request_id),)


def _discarded(image: Image, command: Discard) -> tuple[Event, ...]:
    """Return what no event names, and none ever will; of a deleted image nothing need be told."""
    spoken_for = image.named | image.discarded
    keys = tuple(key for key in command.keys if key not in spoken_for)
    told = keys and image.at_rest and not image.deleted
    return (LeftoversDiscarded(keys=keys),) if told else ()


def _recorded(run: Run, command: RecordCommand) -> tuple[Event, ...]:
    match command:
        case RecordValidation():
            return () if run.validated else (ImageValidated(**vars(command)),)
        case RecordFacts():
            return () if command.way in run.facts else (FactsRecorded(**vars(command)),)
        case RecordVariant():
            return (VariantRendered(**vars(command)),) if _open(run, command.name) else ()
        case RecordVariantFailure():
            return (VariantFailed(**vars(command)),) if _open(run, command.name) else ()
        case RecordVariantDrop():
            return (VariantDropped(**vars(command)),) if _open(run, command.name) else ()
        case RecordError():
            return () if command.way in run.errors else (ErrorRecorded(**vars(command)),)


def _open(run: Run, name: str) -> bool:
    """Whether the promised variant `name` is neither there nor lost."""
    if name not in run.promised:
        raise InvalidRequest("not_promised", run_id=run.run_id, variant=name)
    return name not in run.known


def _ended(run: Run, command: Finish | TimeOut) -> tuple[Event, ...]:
    """Return the one ending that the outcome, the promise and what exists allow.

    A rejection or a failure stands whatever exists; else what was lost and what exists decide.
    """
    if isinstance(command, TimeOut):
        return _overdue(run, command.at)
    told = command.outcome
    reason = {"step": told.step, "code": told.code or "unspecified", "facts": told.facts}
    match told.outcome:
        case "superseded":
            return ()
        case "rejected":
            return (ImageRejected.model_validate({"run_id": run.run_id, **reason}),)
        case "failed":
            return (ProcessingFailed.model_validate({"run_id": run.run_id, **reason}),)
        case "done":
            return (_done(run),)


def _overdue(run: Run, now: datetime) -> tuple[Event, ...]:
    """Return the ending of a run that nobody tries any more; none while it has time."""
    deadline = run.started.deadline_at
    if now <= deadline:
        return ()
    if run.outcome is not None:
        return (_done(run),)  # all was told but the end
    return (ProcessingTimedOut(run_id=run.run_id, deadline_at=deadline),)


def _done(run: Run) -> ProcessingCompleted | ProcessingFailed:
    """Return how a run ended whose stages all came to their end (rule 17)."""
    if run.failure is None and (run.existing or not run.promised):
        whole = run.existing == run.promised
        return ProcessingCompleted(
            run_id=run.run_id, state="complete" if whole else "partial", variants=run.existing
        )
    why = run.failure or next(iter(run.dropped.values()), None)
    if why is None:
        return ProcessingFailed(run_id=run.run_id, step=None, code="nothing_rendered", facts={})
    return ProcessingFailed(run_id=run.run_id, step=why.step, code=why.code, facts=why.facts)
