"""A stage at work: safe to repeat from any point, and never in the way of a newer run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import NotFound, StreamConflict
from darkroom.events import (
    Context,
    Event,
    ImageValidated,
    LeftoversDiscarded,
    ProcessingCancelled,
    ProcessingStarted,
    ReprocessingRequested,
    Stream,
    VariantFailed,
    VariantRendered,
)
from darkroom.history import AlreadyAppended, Appended
from darkroom.ids import ImageRef
from darkroom.images import Image, fold
from darkroom.objects import Original, Stored
from darkroom.outcome import Outcome
from darkroom.plan import Node, Opening, Plan, Task, Template, ways
from darkroom.plan.expressions import Constant, Else, Reference
from darkroom.runner.stage import Stage, Stores
from darkroom.testing import samples
from darkroom.testing.samples import DIGEST, REF, RUN, appended, at
from steps.limits import Limits
from steps.resize import ResizeOptions
from steps.testing.sources import jpeg

PHOTO = jpeg(120, 80)


class Crashed(Exception):
    """The process ended here."""


@dataclass
class Crashes:
    """Counts calls, and ends the process at one of them: before it has an effect, or after."""

    at_call: int = 0
    after: bool = False
    calls: int = 0

    def __call__(self) -> Iterator[None]:
        self.calls += 1
        if self.calls == self.at_call and not self.after:
            raise Crashed
        yield
        if self.calls == self.at_call:
            raise Crashed


class FakeHistory(MemoryEventStore):
    """A history in memory that may crash as it is read or written."""

    crashes = Crashes()

    def load(self, ref: ImageRef) -> Stream:
        for _ in self.crashes():
            stream = super().load(ref)
        return stream

    def append(
        self, stream: Stream, events: Sequence[Event], context: Context, *, at: datetime
    ) -> Appended | AlreadyAppended:
        for _ in self.crashes():
            answer = super().append(stream, events, context, at=at)
        return answer


@dataclass
class FakeBuckets:
    """One original, and variants each written once; both may crash, or be gone."""

    original: Original | None = field(default_factory=lambda: Original(PHOTO))
    crashes: Crashes = field(default_factory=Crashes)
    written: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    between: dict[str, bytes] = field(default_factory=dict)
    read_as: list[tuple[str, str, str]] = field(default_factory=list)

    def read(self, key: str, version_id: str, etag: str) -> Original:
        for _ in self.crashes():
            self.read_as.append((key, version_id, etag))
            if self.original is None:
                raise NotFound(key=key)
        assert self.original is not None
        return self.original

    def write(self, key: str, content: bytes, media_type: str) -> Stored:
        for _ in self.crashes():
            kept, _ = self.written.setdefault(key, (content, media_type))
        return Stored.of(kept)

    def put(self, key: str, content: bytes) -> None:
        for _ in self.crashes():
            self.between[key] = content

    def get(self, key: str) -> bytes:
        for _ in self.crashes():
            if key not in self.between:
                raise NotFound(key=key)
        return self.between[key]


def node(name: str, width: int, by: Template | None = None) -> Node:
    options = ResizeOptions(width=width).model_dump(mode="json")
    return Node(
        step="sizes",
        variant=name,
        way=f"sizes.{name}",
        uses="resize",
        version=1,
        kind="picture",
        options=options,
        templates={"width": by} if by else {},
        output=name,
    )


# Its width is the owner's name: no width at all, unless the owner's name is there to be refused.
BY_NAME = Template(template=(Else(name="image.owner_name", fallback=Constant(value=90)),))
LOOK = Node(
    step="look",
    way="look",
    uses="validate",
    version=1,
    kind="facts",
    options={"formats": None, "max_bytes": None, "max_pixels": None, "max_frames": None},
)
NODES = (LOOK, node("thumbnail", 30), node("medium", 60), node("large", 90, by=BY_NAME))
PLAN = Plan(
    pipeline="photos",
    digest=DIGEST,
    opening=Opening(step="check", version=1, options=Limits().model_dump(mode="json")),
    nodes=NODES,
    outputs=("thumbnail", "medium", "large"),
    stages=(),
    start=Task(stage="photos", at="", covers=ways(NODES)),
    encoder=1,
    engine="express",
    worst_case_s=60,
)


def running(*more: Event) -> FakeHistory:
    """Return the history of an image of which a run has started, and then `more`."""
    history = FakeHistory()
    appended(history, samples.uploaded(), samples.started(), *more)
    return history


def of_another_pipeline() -> ProcessingStarted:
    """Return the start of the run, as a pipeline with another digest promised it."""
    return samples.started().model_copy(update={"pipeline_digest": "7a" * 32})


def stage(history: FakeHistory, buckets: FakeBuckets, plan: Plan = PLAN) -> Stage:
    stores = Stores(originals=buckets, intermediates=buckets, variants=buckets)
    return Stage("photos", plan, history, stores, clock=lambda: at(9))


def image_of(history: FakeHistory) -> Image:
    image = fold(history.load(REF))
    assert image is not None
    return image


def events(history: FakeHistory) -> list[Event]:
    return [recorded.event for recorded in history.load(REF).events]


def test_a_stage_tells_what_it_found_and_made() -> None:
    """Validated, facts, and each variant with its object; the ending is not a stage's to tell."""
    history, buckets = running(), FakeBuckets()

    outcome = stage(history, buckets).run(REF, RUN)

    assert outcome == Outcome(outcome="done")
    assert [type(event).__name__ for event in events(history)[2:]] == [
        "ImageValidated",
        "FactsRecorded",
        *["VariantRendered"] * 3,
    ]
    run = image_of(history).run
    assert run is not None
    assert run.existing == run.promised
    assert run.validated == ImageValidated(
        run_id=RUN, step="check", format="jpeg", width=120, height=80, frames=1, alpha=False
    )
    assert run.facts["look"].facts["width"] == 120


def test_every_event_names_an_object_that_is_there() -> None:
    """By its key, size, type and digest; keys are made of tenant, image and recipe."""
    history, buckets = running(), FakeBuckets()
    stage(history, buckets).run(REF, RUN)

    rendered = [event for event in events(history) if isinstance(event, VariantRendered)]

    assert {event.key for event in rendered} == set(buckets.written)
    for event in rendered:
        content, media_type = buckets.written[event.key]
        assert (event.byte_size, event.media_type) == (len(content), media_type)
        assert event.key.startswith(f"photos/main/{REF.image_id}/")
        assert event.key.endswith(".jpg")


def test_the_original_is_read_at_the_version_that_was_uploaded() -> None:
    """By version and etag: a later object under the key is another picture."""
    buckets = FakeBuckets()
    stage(running(), buckets).run(REF, RUN)

    original = samples.uploaded()
    assert buckets.read_as == [(original.key, "v1", original.etag)]


def _calls_of_a_run() -> int:
    history, buckets = running(), FakeBuckets()
    counter = history.crashes = buckets.crashes = Crashes()
    stage(history, buckets).run(REF, RUN)
    return counter.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, _calls_of_a_run() + 1))
def test_a_crash_at_any_call_is_made_good_by_running_again(call: int, after: bool) -> None:
    """The same objects and the same events as without a crash, at every point there is."""
    whole, kept = running(), FakeBuckets()
    stage(whole, kept).run(REF, RUN)
    history, buckets = running(), FakeBuckets()
    history.crashes = buckets.crashes = Crashes(call, after)

    with pytest.raises(Crashed):
        stage(history, buckets).run(REF, RUN)
    outcome = stage(history, buckets).run(REF, RUN)

    assert outcome == Outcome(outcome="done")
    assert buckets.written == kept.written
    assert [each.id for each in history.load(REF).events] == [
        each.id for each in whole.load(REF).events
    ]
    assert events(history) == events(whole)


def test_a_stage_that_others_keep_from_telling_is_tried_again() -> None:
    """Being busy is no failure of the image: what is raised is the engine's to repeat."""

    class Busy(FakeHistory):
        """A history in which somebody else is always first."""

        def load(self, ref: ImageRef) -> Stream:
            raise StreamConflict(stream=ref.stream, expected=1, actual=2)

    with pytest.raises(StreamConflict):
        stage(Busy(), FakeBuckets()).run(REF, RUN)


def test_a_stage_that_has_told_everything_does_nothing_more() -> None:
    """A repeated invocation reads no original and renders nothing."""
    history, buckets = running(), FakeBuckets()
    ours = stage(history, buckets)
    ours.run(REF, RUN)
    before = history.load(REF)

    again = ours.run(REF, RUN)

    assert again == Outcome(outcome="done")
    assert len(buckets.read_as) == 1
    assert history.load(REF) == before


@pytest.mark.parametrize(
    "past",
    [
        (),
        (samples.uploaded(),),
        (samples.uploaded(), samples.started(), samples.started(n=3)),
        samples.history(),
        (samples.uploaded(), of_another_pipeline()),
    ],
    ids=["unknown", "never started", "a later run", "ended", "another pipeline's"],
)
def test_a_run_that_is_not_ours_to_work_on_is_superseded(
    past: tuple[Event, ...],
) -> None:
    """Not the latest, ended, or promised by another pipeline: nothing is read, written or told."""
    history, buckets = FakeHistory(), FakeBuckets()
    before = appended(history, *past)

    assert stage(history, buckets).run(REF, RUN) == Outcome(outcome="superseded")
    assert (buckets.read_as, buckets.written) == ([], {})
    assert history.load(REF) == before


def test_an_original_that_is_gone_fails_the_run() -> None:
    """Trying again would not bring it back."""
    history = running()

    outcome = stage(history, FakeBuckets(original=None)).run(REF, RUN)

    assert outcome == Outcome(outcome="failed", code="original_gone")
    assert history.load(REF).version == 2


def test_too_many_bytes_are_refused_without_reading_them() -> None:
    """The announcement told the size; somebody may have gone around the grant."""
    history, buckets = running(), FakeBuckets()
    limits = Limits(max_bytes=1_000_000).model_dump(mode="json")
    strict = PLAN.model_copy(update={"opening": Opening(step="check", version=1, options=limits)})

    outcome = stage(history, buckets, strict).run(REF, RUN)

    assert (outcome.outcome, outcome.step, outcome.code) == ("rejected", "check", "too_many_bytes")
    assert outcome.facts == {"limit": 1_000_000, "actual": samples.uploaded().byte_size}
    assert buckets.read_as == []


def test_a_verdict_is_the_outcome_and_no_event_of_the_stage() -> None:
    """`finish` tells it, once, for all stages."""
    history, buckets = running(), FakeBuckets(Original(PHOTO[:-100]))

    outcome = stage(history, buckets).run(REF, RUN)

    assert (outcome.outcome, outcome.step, outcome.code) == ("rejected", "check", "truncated")
    assert history.load(REF).version == 2
    assert buckets.written == {}


@pytest.mark.parametrize("told", ["0" * 64, sha256(PHOTO[:-1]).hexdigest()])
def test_other_bytes_than_the_uploader_announced_are_refused(told: str) -> None:
    """By their digest, before anything is decoded; both digests are told."""
    history, buckets = running(), FakeBuckets(Original(PHOTO, sha256=told))

    outcome = stage(history, buckets).run(REF, RUN)

    assert (outcome.outcome, outcome.code) == ("rejected", "digest_mismatch")
    assert outcome.facts == {"limit": told, "actual": sha256(PHOTO).hexdigest()}
    assert (history.load(REF).version, buckets.written) == (2, {})


def test_the_bytes_that_the_uploader_announced_are_taken() -> None:
    """As those are of which nobody announced a digest."""
    announced = Original(PHOTO, sha256=sha256(PHOTO).hexdigest())

    assert stage(running(), FakeBuckets(announced)).run(REF, RUN).outcome == "done"


def test_a_variant_that_cannot_be_made_fails_the_run_and_the_others_are_made() -> None:
    """The owner's name is no width; it is not told either. A second run says the same."""
    history, buckets = running(), FakeBuckets(Original(PHOTO, owner_name="Ada"))

    outcome = stage(history, buckets).run(REF, RUN)
    again = stage(history, buckets).run(REF, RUN)

    assert (outcome.outcome, outcome.step, outcome.code) == ("failed", "sizes", "bad_option")
    assert again == outcome
    assert len(buckets.written) == 2
    (failed,) = (event for event in events(history) if isinstance(event, VariantFailed))
    assert (failed.name, failed.step, failed.code) == ("large", "sizes", "bad_option")
    assert "Ada" not in failed.data()


def test_a_step_may_read_what_came_with_the_upload() -> None:
    """`image.file_name` and the rest of rule 11 are there for expressions."""
    names = ("image.id", "image.tenant", "image.owner", "image.file_name", "image.tags.plan")
    text = Template(template=tuple(Reference(name=name) for name in names))
    brand = Node(
        step="brand",
        way="brand",
        uses="watermark",
        version=1,
        kind="picture",
        options={},
        templates={"text": text},
        output="thumbnail",
    )
    brought = Original(PHOTO, file_name="lake.jpg", tags={"plan": "free", "other": "x"})
    history, buckets = running(), FakeBuckets(brought)
    start = Task(stage="photos", at="", covers=("brand",))
    opening = PLAN.opening.model_copy(update={"tags": ("plan",)})
    plan = PLAN.model_copy(update={"opening": opening, "nodes": (brand,), "start": start})

    stage(history, buckets, plan).run(REF, RUN)

    told = events(history)[-1]
    assert isinstance(told, VariantRendered | VariantFailed)
    assert not isinstance(told, VariantFailed) or told.code != "bad_option"


def test_a_renamed_step_renders_the_same_object() -> None:
    """Its name is in the event, not in the key."""
    first, second = FakeBuckets(), FakeBuckets()
    renamed = tuple(each.model_copy(update={"step": "scaled"}) for each in PLAN.nodes)

    stage(running(), first).run(REF, RUN)
    stage(running(), second, PLAN.model_copy(update={"nodes": renamed})).run(REF, RUN)

    assert first.written == second.written


def test_a_key_that_was_discarded_is_not_used_again() -> None:
    """Whoever discarded it may be about to remove what lies there: the run takes another key."""
    buckets, history, again = FakeBuckets(), running(), samples.started(n=1)
    stage(running(), buckets).run(REF, RUN)
    before = sorted(buckets.written)
    discarded = LeftoversDiscarded(keys=(before[0],))
    asked = ReprocessingRequested(request_id="r-1")
    appended(history, ProcessingCancelled(run_id=RUN), discarded, asked, again)

    stage(history, buckets).run(REF, again.run_id)

    named = {event.key for event in events(history) if isinstance(event, VariantRendered)}
    assert len(named) == 3
    assert named & set(before) == set(before[1:])
    assert named <= set(buckets.written)


def test_an_object_that_another_build_wrote_is_told_as_it_lies_there() -> None:
    """Its encoder may write other bytes of the same picture; whoever wrote first wins."""
    history, buckets = running(), FakeBuckets()
    stage(running(), buckets).run(REF, RUN)
    for key in buckets.written:
        buckets.written[key] = b"the bytes of another build", "image/jpeg"

    stage(history, buckets).run(REF, RUN)

    told = [event for event in events(history) if isinstance(event, VariantRendered)]
    assert {(event.digest, event.byte_size) for event in told} == {
        (sha256(b"the bytes of another build").hexdigest(), 26)
    }


def test_two_runs_at_once_tell_one_story() -> None:
    """The second meets the objects and events of the first, one by one."""
    history, buckets = running(), FakeBuckets()
    ours = stage(history, buckets)

    class Racing(FakeBuckets):
        """Where the rival runs to its end while we have the original in our hands."""

        def read(self, key: str, version_id: str, etag: str) -> Original:
            ours.run(REF, RUN)
            return super().read(key, version_id, etag)

    racing = Racing(written=buckets.written)
    assert stage(history, racing).run(REF, RUN) == Outcome(outcome="done")

    assert history.load(REF).version == 2 + 2 + 3
    assert len(buckets.written) == 3
