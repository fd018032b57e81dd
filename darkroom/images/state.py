"""The state of an image: what its events amount to, folded one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from darkroom.errors import BrokenStream
from darkroom.events import (
    Ending,
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
    Stream,
    VariantDropped,
    VariantFailed,
    VariantRendered,
)
from darkroom.ids import ImageRef
from darkroom.outcome import Outcome

_Ended = Literal["complete", "partial", "rejected", "failed", "timed_out", "cancelled"]
RunState = Literal["processing", "superseded"] | _Ended
ImageState = Literal["uploaded", "deleted"] | RunState

_STATES: Mapping[type[Event], RunState] = {
    ImageRejected: "rejected",
    ProcessingFailed: "failed",
    ProcessingTimedOut: "timed_out",
    ProcessingCancelled: "cancelled",
    ProcessingSuperseded: "superseded",
}
_WITH_PICTURES = frozenset({"processing", "complete", "partial"})
_GIVES_WAY = frozenset({"processing", "superseded", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a pipeline over the image, as far as it has come."""

    started: ProcessingStarted
    validated: ImageValidated | None = None
    facts: Mapping[str, FactsRecorded] = field(default_factory=dict)  # by way
    rendered: Mapping[str, VariantRendered] = field(default_factory=dict)  # by name
    failed: Mapping[str, VariantFailed] = field(default_factory=dict)  # by name
    dropped: Mapping[str, VariantDropped] = field(default_factory=dict)  # by name
    errors: Mapping[str, ErrorRecorded] = field(default_factory=dict)  # by way
    ending: Ending | ProcessingSuperseded | None = None

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.started.run_id

    @property
    def promised(self) -> tuple[str, ...]:
        """The names of the promised variants, in the pipeline's order."""
        return self.started.variants

    @property
    def existing(self) -> tuple[str, ...]:
        """The promised variants that exist, in the order of the promise."""
        return tuple(name for name in self.promised if name in self.rendered)

    @property
    def offered(self) -> tuple[str, ...]:
        """The variants that can be fetched: none once a run has ended without success."""
        return self.existing if self.state in _WITH_PICTURES else ()

    @property
    def ended(self) -> bool:
        """Whether the run has its ending, or made way; nothing is recorded of it afterwards."""
        return self.ending is not None

    @property
    def known(self) -> frozenset[str]:
        """The variants of which is known what came of them: rendered, failed or dropped."""
        return frozenset((*self.rendered, *self.failed, *self.dropped))

    @property
    def failure(self) -> VariantFailed | ErrorRecorded | None:
        """What fails the run (rule 17): the first failed variant in the order of the promise."""
        fatal = (error for error in self.errors.values() if error.on_error == "fail")
        lost = (self.failed[name] for name in self.promised if name in self.failed)
        return next(lost, None) or next(fatal, None)

    @property
    def outcome(self) -> Outcome | None:
        """What the run amounts to once all that it could tell is told; None before that.

        Of a picture that goes by a facts step nothing is told: that such a run came to its end is
        known to its stage alone. So it is where nothing was promised.
        """
        variants, facts = frozenset(self.promised), frozenset(self.started.ways)
        settled = self.known >= variants and facts <= {*self.facts, *self.errors}
        return outcome_of(self.failure) if settled and (variants or facts) else None

    @property
    def state(self) -> RunState:
        """How the run stands."""
        if isinstance(self.ending, ProcessingCompleted):
            return self.ending.state
        return "processing" if self.ending is None else _STATES[type(self.ending)]


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image: its original, and its runs from the first to the latest."""

    ref: ImageRef
    original: ImageUploaded
    ignored: frozenset[str] = frozenset()  # the object versions that came after the original
    runs: Mapping[str, Run] = field(default_factory=dict)  # by id, in the order they started
    requests: tuple[str, ...] = ()  # the ids of those for another run, in their order
    requested: bool = False  # one of them came after the latest run
    discarded: frozenset[str] = frozenset()  # keys of objects that no variant will have
    deleted: bool = False

    @property
    def owner(self) -> str:
        """The user whose image it is, as a Cognito sub."""
        return self.original.owner

    @property
    def run(self) -> Run | None:
        """The latest run; None before the first."""
        return tuple(self.runs.values())[-1] if self.runs else None

    @property
    def shown(self) -> Run | None:
        """The run whose variants can be fetched: the latest.

        Until that has ended, or if it was called off, it is the one before that made pictures.
        """
        if self.run is None or self.run.state not in _GIVES_WAY:
            return self.run
        before = (each for each in self.runs.values() if each.state in ("complete", "partial"))
        return next(reversed(tuple(before)), self.run)

    @property
    def state(self) -> ImageState:
        """How the image stands: as its latest run does."""
        if self.deleted:
            return "deleted"
        return "uploaded" if self.run is None else self.run.state

    @property
    def waiting(self) -> bool:
        """Whether a run is wanted that nobody has begun yet."""
        return not self.deleted and (self.run is None or self.requested)

    @property
    def at_rest(self) -> bool:
        """Whether nobody works on it, or will before somebody asks for that."""
        return self.deleted or (self.run is not None and self.run.ended and not self.waiting)

    @property
    def named(self) -> frozenset[str]:
        """The keys of all variants that any of its runs has told of."""
        return frozenset(each.key for run in self.runs.values() for each in run.rendered.values())


def outcome_of(failure: VariantFailed | ErrorRecorded | None) -> Outcome:
    """Return the outcome of a stage that came to its end, given what fails the run, if anything."""
    if failure is None:
        return Outcome(outcome="done")
    facts = dict(failure.facts)
    return Outcome(outcome="failed", step=failure.step, code=failure.code, facts=facts)


def fold(stream: Stream) -> Image | None:
    """Return the image that the stream tells of; None for a stream that nobody has begun."""
    image = None
    for recorded in stream.events:
        image = evolve(image, recorded.event, stream.ref)
    return image


def evolve(image: Image | None, event: Event, ref: ImageRef) -> Image:
    """Return the image after `event`. Total: what does not fit the state leaves it as it is.

    A run's first ending wins, and nothing changes a run that has ended. Raises BrokenStream for a
    stream that does not begin with an upload.
    """
    if image is None:
        if not isinstance(event, ImageUploaded):
            raise BrokenStream("begins_without_upload", stream=ref.stream, version=1)
        return Image(ref=ref, original=event)
    change: dict[str, Any] = {}
    match event:
        case ReuploadIgnored(version_id=version_id):
            change = {"ignored": image.ignored | {version_id}}
        case ProcessingStarted(run_id=run_id) if run_id not in image.runs:
            change = {"runs": {**image.runs, run_id: Run(started=event)}, "requested": False}
        case ReprocessingRequested(request_id=request_id) if request_id not in image.requests:
            change = {"requests": (*image.requests, request_id), "requested": True}
        case LeftoversDiscarded(keys=keys):
            change = {"discarded": image.discarded.union(keys)}
        case ImageDeleted():
            change = {"deleted": True}
        case _:
            run = image.runs.get(getattr(event, "run_id", ""))
            if run is not None and not run.ended:
                change = {"runs": {**image.runs, run.run_id: _evolve_run(run, event)}}
    return replace(image, **change) if change else image


def _evolve_run(run: Run, event: Event) -> Run:
    change: dict[str, Any] = {}
    match event:
        case ImageValidated() if run.validated is None:
            change = {"validated": event}
        case FactsRecorded(way=way) if way not in run.facts:
            change = {"facts": {**run.facts, way: event}}
        case ErrorRecorded(way=way) if way not in run.errors:
            change = {"errors": {**run.errors, way: event}}
        case VariantRendered(name=name) if name not in run.known:
            change = {"rendered": {**run.rendered, name: event}}
        case VariantFailed(name=name) if name not in run.known:
            change = {"failed": {**run.failed, name: event}}
        case VariantDropped(name=name) if name not in run.known:
            change = {"dropped": {**run.dropped, name: event}}
        case (
            ImageRejected()
            | ProcessingCompleted()
            | ProcessingFailed()
            | ProcessingTimedOut()
            | ProcessingCancelled()
            | ProcessingSuperseded()
        ):
            change = {"ending": event}
    return replace(run, **change) if change else run
