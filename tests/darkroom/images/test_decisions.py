"""What a command comes to, case by case: given these events, when that comes, then this follows."""

from typing import Any

import pytest

from darkroom.errors import InvalidRequest, NotFound
from darkroom.events import (
    ErrorRecorded,
    Event,
    FactsRecorded,
    ImageDeleted,
    ImageRejected,
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
)
from darkroom.images import (
    Cancel,
    Command,
    Delete,
    Discard,
    Finish,
    RecordError,
    RecordFacts,
    RecordValidation,
    Reprocess,
    TimeOut,
)
from darkroom.images import commands as all_commands
from darkroom.outcome import Outcome
from darkroom.testing import given
from darkroom.testing.samples import (
    PROMISED,
    RUN,
    at,
    completed,
    discarded,
    drop,
    failure,
    found,
    history,
    rendered,
    start,
    started,
    upload,
    uploaded,
    validated,
    variant,
)

VALIDATION = RecordValidation(**validated().model_dump())
FACTS = RecordFacts(run_id=RUN, step="describe", way="describe", facts={"blur": 0.25})
ERROR = RecordError(run_id=RUN, step="hide", way="hide", code="no_room", facts={}, on_error="pass")
DONE = Finish(run_id=RUN, outcome=Outcome(outcome="done"))


def failed(name: str) -> VariantFailed:
    return VariantFailed(**vars(failure(name)))


def dropped(name: str) -> VariantDropped:
    return VariantDropped(**vars(drop(name)))


def finish(outcome: str, **reason: Any) -> Finish:
    return Finish(
        run_id=RUN, outcome=Outcome.model_validate({"outcome": outcome, "step": "check", **reason})
    )


def test_the_first_object_version_is_the_image() -> None:
    """From then on it exists."""
    given().when(upload("v1")).then(uploaded())


def test_another_object_version_is_ignored_once() -> None:
    """A grant used twice is one more fact, and no second image."""
    ignored = ReuploadIgnored(version_id="v2", etag="etag-of-v2", byte_size=4_204_816)

    given(uploaded()).when(upload("v2")).then(ignored)
    given(uploaded(), ignored).when(upload("v2")).then_nothing()


def test_an_upload_announced_again_says_nothing_new() -> None:
    """S3 announces at least once, and in any order."""
    given(*history()).when(upload("v1")).then_nothing()


@pytest.mark.parametrize(
    "command",
    [start(), VALIDATION, FACTS, ERROR, variant("large"), failure("large"), drop("large"), DONE],
)
def test_nothing_can_be_told_of_an_image_that_does_not_exist(command: Command) -> None:
    """The upload's own event comes first; the message is for later."""
    given().when(command).then_raises(NotFound, "not_found")


def test_a_run_starts_once() -> None:
    """However often its message is delivered, and after its ending too."""
    given(uploaded()).when(start()).then(started())
    given(uploaded(), started()).when(start()).then_nothing()
    given(*history()).when(start()).then_nothing()


def test_a_run_of_another_object_version_does_not_start() -> None:
    """Runs are pinned to the original's version; a re-upload is no image."""
    late = type(start())(**{**vars(start()), "version_id": "v2"})

    given(uploaded()).when(late).then_nothing()


def test_a_message_that_comes_again_after_a_deployment_starts_no_second_first_run() -> None:
    """Another pipeline digest, the same number: the upload has had its run."""
    given(*history()).when(start(digest="6f" * 32)).then_nothing()


def test_a_later_run_follows_an_ended_one() -> None:
    """Reprocessing: the same image and pipeline, a greater number."""
    asked = ReprocessingRequested(request_id="r-1")
    given(*history()).when(start(n=8)).then_nothing()
    given(*history(), asked).when(start(n=8)).then(started(n=8))


def test_an_old_message_does_not_start_a_run_behind_a_later_one() -> None:
    """Its run is over, or was never wanted."""
    given(uploaded(), started(n=8)).when(start(n=0)).then_nothing()


def test_each_finding_is_recorded_once() -> None:
    """Validation once a run, facts once a way, and an outcome once a variant."""
    facts = FactsRecorded(**vars(FACTS))
    begun = (uploaded(), started())

    given(*begun).when(VALIDATION).then(validated())
    given(*begun, validated()).when(VALIDATION).then_nothing()
    given(*begun).when(FACTS).then(facts)
    given(*begun, facts).when(FACTS).then_nothing()
    given(*begun).when(variant("large")).then(rendered("large"))
    given(*begun, rendered("large")).when(variant("large")).then_nothing()
    given(*begun).when(failure("large")).then(failed("large"))
    given(*begun, failed("large")).when(failure("large")).then_nothing()
    given(*begun).when(drop("large")).then(dropped("large"))
    given(*begun, dropped("large")).when(drop("large")).then_nothing()
    given(*begun).when(ERROR).then(ErrorRecorded(**vars(ERROR)))
    given(*begun, ErrorRecorded(**vars(ERROR))).when(ERROR).then_nothing()


def test_a_variants_first_outcome_stands() -> None:
    """One of two racing executions may fail where the other succeeded."""
    given(uploaded(), started(), rendered("large")).when(failure("large")).then_nothing()
    given(uploaded(), started(), failed("large")).when(variant("large")).then_nothing()
    given(uploaded(), started(), rendered("large")).when(drop("large")).then_nothing()
    given(uploaded(), started(), dropped("large")).when(failure("large")).then_nothing()


def test_a_variant_that_was_never_promised_is_refused() -> None:
    """The writer works from another plan than the run: better to stop than to lose it."""
    begun = given(uploaded(), started())

    begun.when(variant("huge")).then_raises(InvalidRequest, "not_promised")
    begun.when(failure("huge")).then_raises(InvalidRequest, "not_promised")
    begun.when(drop("huge")).then_raises(InvalidRequest, "not_promised")


@pytest.mark.parametrize(
    "command", [VALIDATION, FACTS, ERROR, variant("large"), drop("large"), DONE]
)
def test_a_run_that_has_ended_or_never_started_hears_nothing(command: Command) -> None:
    """A stale execution cannot change what the image has become."""
    given(uploaded(), started(), completed()).when(command).then_nothing()
    given(uploaded()).when(command).then_nothing()


def test_a_run_is_complete_when_all_that_was_promised_exists() -> None:
    """Whatever order the variants came in, they are told in the order of the promise."""
    backwards = [rendered(name) for name in reversed(PROMISED)]

    given(uploaded(), started(), *backwards).when(DONE).then(completed())


def test_a_run_is_partial_when_some_of_it_exists() -> None:
    """Whether the rest was dropped or never heard of."""
    partial = ProcessingCompleted(run_id=RUN, state="partial", variants=("medium",))
    begun = (uploaded(), started(), rendered("medium"))

    given(*begun).when(DONE).then(partial)
    given(*begun, dropped("thumbnail"), dropped("large")).when(DONE).then(partial)


def test_one_failed_variant_fails_the_run_and_a_dropped_one_does_not() -> None:
    """Rule 17: whatever else exists. A run in which all were dropped has failed as well."""
    reason = ProcessingFailed(
        run_id=RUN, step="brand", code="no_room", facts={"limit": 400, "actual": 12}
    )
    begun = (uploaded(), started(), rendered("medium"), dropped("thumbnail"))

    given(*begun, failed("large")).when(DONE).then(reason)
    given(uploaded(), started(), *map(dropped, PROMISED)).when(DONE).then(reason)


@pytest.mark.parametrize(
    ("on_error", "state"), [("fail", "failed"), ("drop", "ok"), ("pass", "ok")]
)
def test_an_error_that_lost_no_variant_fails_the_run_where_on_error_says_so(
    on_error: Any, state: str
) -> None:
    """A pipeline may have steps that only tell facts."""
    error = ErrorRecorded(**{**vars(ERROR), "on_error": on_error})
    whole = (uploaded(), started(), error, *map(rendered, PROMISED))
    failed = ProcessingFailed(run_id=RUN, step="hide", code="no_room", facts={})

    given(*whole).when(DONE).then(failed if state == "failed" else completed())


def test_a_run_without_any_variant_has_failed_for_the_first_ones_reason() -> None:
    """Nothing promised exists: rule 17."""
    reason = ProcessingFailed(
        run_id=RUN, step="brand", code="no_room", facts={"limit": 400, "actual": 12}
    )
    nothing = ProcessingFailed(run_id=RUN, step=None, code="nothing_rendered", facts={})

    given(uploaded(), started(), failed("large"), failed("medium")).when(DONE).then(reason)
    given(uploaded(), started(), validated()).when(DONE).then(nothing)


def test_a_run_that_promised_nothing_is_complete_at_its_end() -> None:
    """A pipeline of facts only has no outputs to keep it waiting."""
    whole = ProcessingCompleted(run_id=RUN, state="complete", variants=())

    given(uploaded(), started(variants=())).when(DONE).then(whole)


@pytest.mark.parametrize("past", [(), (validated(),), tuple(map(rendered, PROMISED))])
def test_a_verdict_and_a_failure_end_the_run_whatever_exists(past: tuple[Event, ...]) -> None:
    """With the reason in full, for the user to read."""
    reason: dict[str, Any] = {"code": "too_many_pixels", "facts": {"limit": 50, "actual": 51}}
    rejected = ImageRejected(run_id=RUN, step="check", **reason)
    broken = ProcessingFailed(run_id=RUN, step="check", **reason)
    begun = given(uploaded(), started(), *past)

    begun.when(finish("rejected", **reason)).then(rejected)
    begun.when(finish("failed", **reason)).then(broken)
    begun.when(finish("superseded")).then_nothing()


def test_an_ending_without_a_code_says_so() -> None:
    """An event's code is never empty."""
    broken = ProcessingFailed(run_id=RUN, step="check", code="unspecified", facts={})

    given(uploaded(), started()).when(finish("failed")).then(broken)


def test_a_run_times_out_after_its_deadline_and_not_at_it() -> None:
    """The deadline is the run's own promise; once it has ended there is none."""
    overdue = ProcessingTimedOut(run_id=RUN, deadline_at=at(60))

    given(uploaded(), started()).when(TimeOut(run_id=RUN, at=at(60))).then_nothing()
    given(uploaded(), started()).when(TimeOut(run_id=RUN, at=at(61))).then(overdue)
    given(*history()).when(TimeOut(run_id=RUN, at=at(61))).then_nothing()


def test_a_run_of_which_all_was_told_ends_by_that_when_it_is_overdue() -> None:
    """It lost no more than its end; what promised facts that nobody told has timed out."""
    late = TimeOut(run_id=RUN, at=at(61))
    begun = ProcessingStarted(**vars(start(variants=("large",), ways=("describe",))))
    before = (uploaded(), begun, rendered("large"))
    complete = ProcessingCompleted(run_id=RUN, state="complete", variants=("large",))

    given(*before, found("describe", "x")).when(late).then(complete)
    given(*before).when(late).then(ProcessingTimedOut(run_id=RUN, deadline_at=at(60)))


CANCELLED = ProcessingCancelled(run_id=RUN)
ASK = Reprocess(request_id="r-1")
ASKED = ReprocessingRequested(request_id="r-1")


def test_a_run_under_way_makes_way_for_a_later_one_in_one_decision() -> None:
    """The pipeline was replaced: the image has no ending in between."""
    later = start(n=1, digest="6f" * 32)
    begun = ProcessingStarted(**vars(later))
    way = ProcessingSuperseded(run_id=RUN, by=later.run_id)

    given(uploaded(), started()).when(later).then(way, begun)
    given(uploaded(), started(), way, begun).when(later).then_nothing()
    given(uploaded(), started(), way, begun).when(DONE).then_nothing()


def test_a_run_is_called_off_while_it_is_under_way() -> None:
    """Not before there is one; what has ended stays as it ended."""
    given(uploaded(), started()).when(Cancel()).then(CANCELLED)
    given(uploaded(), started(), CANCELLED).when(Cancel()).then_nothing()
    given(*history()).when(Cancel()).then_nothing()
    given(uploaded()).when(Cancel()).then_raises(InvalidRequest, "not_processing")
    given(*history(), ASKED).when(Cancel()).then_raises(InvalidRequest, "not_processing")


def test_a_deletion_ends_what_is_under_way() -> None:
    """At any time, and once."""
    given(uploaded()).when(Delete()).then(ImageDeleted())
    given(*history()).when(Delete()).then(ImageDeleted())
    given(uploaded(), started()).when(Delete()).then(CANCELLED, ImageDeleted())
    given(*history(), ImageDeleted()).when(Delete()).then_nothing()


def test_nothing_is_done_with_an_image_that_is_deleted() -> None:
    """Messages that are late find nothing to do; a person is told that it does not exist."""
    gone = given(uploaded(), ImageDeleted())

    gone.when(start()).then_nothing()
    gone.when(Cancel()).then_nothing()
    gone.when(ASK).then_raises(NotFound, "not_found")


def test_leftovers_are_discarded_once_and_while_nobody_is_at_work() -> None:
    """What a run has named is none, and a run that is to come could still name it."""
    (left,) = discarded().keys
    found = Discard(keys=(rendered("large").key, left))

    given(*history()).when(found).then(discarded())
    given(*history(), discarded()).when(found).then_nothing()
    given(uploaded(), started()).when(found).then_nothing()
    given(uploaded()).when(found).then_nothing()
    given(*history(), ASKED).when(found).then_nothing()
    given(*history(), ImageDeleted()).when(found).then_nothing()


def test_another_run_is_asked_for_once() -> None:
    """By each request: one run serves all that wait for it, and none of them makes another."""
    other, also = Reprocess(request_id="r-2"), ReprocessingRequested(request_id="r-2")
    both = (*history(), ASKED, started(n=1), ProcessingCancelled(run_id=start(n=1).run_id))

    given(*history()).when(ASK).then(ASKED)
    given(*history(), ASKED).when(other).then(also)
    given(*history(), ASKED).when(ASK).then_nothing()
    given(*history(), ASKED, also, *both[-2:]).when(other).then_nothing()
    given(*both).when(ASK).then_nothing()
    given(*both).when(other).then(also)
    given(uploaded(), started()).when(ASK).then_raises(InvalidRequest, "still_processing")
    given(uploaded()).when(ASK).then(ASKED)


def test_every_command_is_a_value() -> None:
    """Frozen, so that a retry decides on what was asked."""
    kinds = [kind for kind in vars(all_commands).values() if hasattr(kind, "__dataclass_params__")]

    assert kinds
    assert all(kind.__dataclass_params__.frozen for kind in kinds)
