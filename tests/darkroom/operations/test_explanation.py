"""`why`: a paragraph for each way that an image can stand."""

import pytest

from darkroom.adapters.memory import MemoryEventStore
from darkroom.errors import NotFound
from darkroom.events import (
    EVENTS,
    ErrorRecorded,
    Event,
    ImageDeleted,
    ImageRejected,
    ProcessingCancelled,
    ProcessingCompleted,
    ProcessingFailed,
    ProcessingSuperseded,
    ProcessingTimedOut,
    ReprocessingRequested,
    ReuploadIgnored,
    Stream,
    VariantDropped,
    VariantFailed,
)
from darkroom.operations.explanation import Waiting, explain
from darkroom.operations.letters import Letter
from darkroom.testing import samples
from darkroom.testing.samples import REF, RUN, appended, at

IMAGE = f"{REF.image_id}, by 'photos',"
BEGUN = samples.history()[:4]
# One event of each type, as it could follow on these.
EACH: tuple[Event, ...] = (
    *samples.history()[:3],
    ReuploadIgnored(version_id="v2", etag="e", byte_size=9),
    samples.rendered("medium"),
    samples.found("a way", "a lake"),
    VariantFailed(**vars(samples.failure("medium"))),
    VariantDropped(**vars(samples.drop("medium"))),
    ErrorRecorded(run_id=RUN, step="s", way="w", code="crashed", facts={}, on_error="pass"),
    ImageRejected(run_id=RUN, step=None, code="corrupt", facts={}),
    samples.completed(),
    ProcessingFailed(run_id=RUN, step=None, code="original_gone", facts={}),
    ProcessingTimedOut(run_id=RUN, deadline_at=at(60)),
    ProcessingCancelled(run_id=RUN),
    ProcessingSuperseded(run_id=RUN, by="another run"),
    ReprocessingRequested(request_id="r1"),
    samples.discarded(),
    ImageDeleted(),
)
REUPLOAD = ReuploadIgnored(version_id="v2", etag="e", byte_size=9)


def why(*events: Event, second: float = 30, waiting: tuple[Waiting, ...] = ()) -> str:
    """Return the paragraph, half a minute after the upload."""
    return explain(appended(MemoryEventStore(), *events), waiting, at(second))


def test_a_complete_image_has_what_was_promised() -> None:
    """When it ended, how long it took, and that nothing is to be done."""
    assert why(*samples.history()) == (
        f"{IMAGE} came to be complete at 2026-11-23 12:00:06 UTC, 5,000 ms after its run began."
        " It has thumbnail, medium and large, as promised. Nothing is to be done."
    )


def test_an_image_that_was_promised_nothing_is_complete_without_pictures() -> None:
    """A pipeline of facts."""
    ending = ProcessingCompleted(run_id=RUN, state="complete", variants=())

    told = why(samples.uploaded(), samples.started(variants=()), ending)

    assert "It has no pictures, as promised." in told


def test_a_partial_image_says_what_was_given_up_and_the_cure_once() -> None:
    """Each variant with its reason."""
    lost = {"medium": "unsupported_text", "large": "unsupported_text"}
    dropped = [
        VariantDropped(run_id=RUN, name=name, step="brand", code=code, facts={"characters": 2})
        for name, code in lost.items()
    ]
    ending = ProcessingCompleted(run_id=RUN, state="partial", variants=("thumbnail",))

    told = why(*BEGUN, *dropped, ending)

    reason = "'unsupported_text' by step 'brand', that is, no font has 2 of the text's characters"
    assert told.endswith(
        " It has thumbnail."
        f" medium was given up, as the step's `on_error: drop` says: {reason}."
        f" large was given up, as the step's `on_error: drop` says: {reason}."
        " Write a text in the fonts' scripts."
    )


def test_a_rejected_image_says_limit_actual_value_and_cure() -> None:
    """Of the verdict."""
    facts = {"limit": 25_000_000, "actual": 31_400_000}
    verdict = ImageRejected(run_id=RUN, step="check", code="too_many_bytes", facts=facts)

    assert why(samples.uploaded(), samples.started(), verdict) == (
        f"{IMAGE} was rejected at 2026-11-23 12:00:02 UTC, 1,000 ms after its run began."
        " The reason is 'too_many_bytes' by step 'check', that is, it has 31.4 MB,"
        " and 25.0 MB are taken. Upload a smaller one, or raise accept.max_bytes in the pipeline."
    )


def test_a_failed_image_says_what_failed_and_where_to_look() -> None:
    """The cure of an infrastructure's failure is in the logs."""
    failed = ProcessingFailed(
        run_id=RUN, step=None, code="execution_broke_off", facts={"error": "States.Timeout"}
    )

    told = why(*BEGUN, failed)

    assert "the execution broke off on every try (States.Timeout). The functions' logs" in told


def test_an_image_that_timed_out_says_what_never_came() -> None:
    """Of what was promised."""
    told = why(*BEGUN, ProcessingTimedOut(run_id=RUN, deadline_at=at(60)))

    assert "timed out at" in told
    assert "Its deadline passed before medium and large came." in told


def test_an_image_under_way_says_since_when_and_how_long_it_may_take() -> None:
    """Before the deadline there is nothing to do but to wait."""
    assert why(*BEGUN) == (
        f"{IMAGE} is being processed since 2026-11-23 12:00:01 UTC (29.0 s);"
        " it has thumbnail of thumbnail, medium and large."
        " It may be tried until 2026-11-23 12:01:00 UTC, for 30.0 s more: wait."
    )


def test_an_image_past_its_deadline_says_who_ends_it() -> None:
    """Nobody tries the run any more."""
    told = why(*BEGUN, second=60 + 600)

    assert "Its deadline passed 10 min ago, and nobody ended it." in told
    assert told.endswith(f"`python -m darkroom reconcile {REF.image_id}` does.")


def test_an_image_without_a_run_waits_for_one() -> None:
    """Its message is in the queue, unless it was lost."""
    assert why(samples.uploaded()) == (
        f"{REF.image_id} has been there since 2026-11-23 12:00:00 UTC (30.0 s),"
        " and no run of 'photos' has begun."
        " Its message waits in the intake queue; a burst may take minutes."
        f" Should it have been lost, `python -m darkroom reconcile {REF.image_id}` sends it once"
        " more."
    )


def test_a_dead_letter_about_the_image_is_named_with_the_command_that_sends_it_again() -> None:
    """Since when it waits, and how often it was received."""
    letter = Letter("802d6895-6372", "{}", at(10), 6, "receipt")

    told = why(*BEGUN, waiting=(Waiting("dead", letter),))

    assert told.endswith(
        "A message about it is a dead letter in 'dead', since 2026-11-23 12:00:10 UTC (20.0 s),"
        " received 6 times: `python -m darkroom dlq redrive dead --message 802d6895`"
        " sends it again."
    )


def test_a_second_upload_is_mentioned() -> None:
    """Whoever sent it may wonder where it is."""
    assert why(*samples.history(), REUPLOAD).endswith(
        "A second upload under its key was ignored 1 time."
    )


def test_a_run_that_was_called_off_offers_nothing() -> None:
    """It was asked for."""
    told = why(*BEGUN, ProcessingCancelled(run_id=RUN))

    assert f"{IMAGE} was called off at 2026-11-23 12:00:04 UTC" in told
    assert "Somebody asked for that" in told


def test_a_run_that_was_replaced_is_followed_by_another() -> None:
    """Until that has begun there is nothing to do."""
    told = why(*BEGUN, ProcessingSuperseded(run_id=RUN, by="another run"))

    assert "was replaced by another pipeline at" in told
    assert told.endswith("A run of the new pipeline follows at once. Nothing is to be done.")


def test_an_image_that_was_deleted_is_no_more() -> None:
    """Whatever its runs came to."""
    assert why(*samples.history(), ImageDeleted()) == (
        f"{REF.image_id} was deleted: it offers nothing any more. Nothing is to be done."
    )


def test_another_run_that_was_asked_for_is_mentioned() -> None:
    """The image stands as its latest run does until it begins."""
    told = why(*samples.history(), ReprocessingRequested(request_id="r1"))

    assert f"{IMAGE} came to be complete" in told
    assert "Another run was asked for since, and has not begun: its message waits in" in told
    assert told.endswith(f"`python -m darkroom reconcile {REF.image_id}` sends it once more.")


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.type)
def test_no_event_at_the_end_of_a_history_leaves_why_without_words(kind: type[Event]) -> None:
    """A new ending needs its words: a run that was begun, and then the event."""
    (last,) = (event for event in EACH if type(event) is kind)

    assert why(*BEGUN, last).endswith(".")


def test_a_stream_that_nobody_has_begun_is_no_image() -> None:
    """There is nothing to explain."""
    with pytest.raises(NotFound):
        explain(Stream(REF), (), at(0))
