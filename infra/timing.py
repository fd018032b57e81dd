"""Timing: how long the orchestrator may take, its message stays hidden, and a run is tried.

What does not fit is refused when the app is synthesised, with the arithmetic.
"""

from dataclasses import dataclass

from infra.settings import Settings

# Lambda's longest timeout, and the longest that SQS hides a message: their quotas pages.
_LONGEST_FUNCTION_S = 900
_LONGEST_VISIBILITY_S = 43_200

# What the orchestrator does besides waiting for the run: a cold start, the history, the ending.
_OVERHEAD_S = 20

# Lambda guide, "Using Lambda with Amazon SQS": a message stays hidden for at least six times the
# timeout of the function, so that Lambda can try again what was throttled before it comes back.
_VISIBILITY_FACTOR = 6

# How long a queue keeps a message that is waiting, and one that nobody could work on. The first
# must outlast all tries of a message: its age is counted from when it was sent, in any queue.
KEPT_DAYS = 4
DEAD_KEPT_DAYS = 14
_DAY_S = 86_400


@dataclass(frozen=True)
class Timing:
    """Seconds.

    `orchestrator_s` outlasts the longest run, and `visibility_s` outlasts that function's own
    retries, unless the settings say another. `patience_s` is from the first try of a run to the
    end of the last, if it finds an orchestrator free each time.
    """

    orchestrator_s: int
    visibility_s: int
    patience_s: int


def timing(settings: Settings, *, worst_case_s: int, awaited: bool = True) -> Timing:
    """The times for a pipeline whose run takes at most `worst_case_s`.

    A run that is not `awaited` goes on without the orchestrator, which only starts it.

    Raises ValueError, with the arithmetic, for a pipeline too slow to be waited for.
    """
    orchestrator_s = _OVERHEAD_S + (worst_case_s if awaited else 0)
    if orchestrator_s > _LONGEST_FUNCTION_S:
        raise ValueError(
            f"A run takes up to {worst_case_s} s. The orchestrator, which waits for it, would need"
            f" {worst_case_s} + {_OVERHEAD_S} = {orchestrator_s} s, but a function has at most"
            f" {_LONGEST_FUNCTION_S} s. Lower `timeout` or `retry` in the pipeline."
        )
    hidden_s = visibility_s(settings, queue="intake", consumer_s=orchestrator_s)
    waits_s = (settings.max_receives - 1) * hidden_s
    patience_s = waits_s + worst_case_s + _OVERHEAD_S
    return Timing(orchestrator_s, hidden_s, patience_s=patience_s)


def visibility_s(settings: Settings, *, queue: str, consumer_s: int) -> int:
    """How long a message of `queue` is hidden while its consumer, of `consumer_s` at most, works.

    Raises ValueError, with the arithmetic, where the settings say less than six times that, but
    for the embedded cloud (docs/decisions/006); where SQS cannot hide one for so long; and where
    it would be dropped for its age before it was tried as often as it should.
    """
    least_s = _VISIBILITY_FACTOR * consumer_s
    hidden_s = settings.visibility_s or least_s
    where = f"environments/{settings.environment}.yaml"
    sum_of_least = f"{_VISIBILITY_FACTOR} x {consumer_s} = {least_s} s"
    if hidden_s < least_s and settings.environment != "local":
        raise ValueError(
            f"A message of the queue '{queue}' would be hidden for {hidden_s} s, but its consumer"
            f" may take {consumer_s} s, and Lambda asks for {sum_of_least}. Take `visibility_s` out"
            f" of {where}."
        )
    if hidden_s > _LONGEST_VISIBILITY_S:
        raise ValueError(
            f"A message of the queue '{queue}' would be hidden for {hidden_s} s, but SQS takes at"
            f" most {_LONGEST_VISIBILITY_S} s. Lower `visibility_s` in {where}."
        )
    tried_s, kept_s = settings.max_receives * hidden_s, KEPT_DAYS * _DAY_S
    if tried_s > kept_s:
        raise ValueError(
            f"A message of the queue '{queue}' is tried {settings.max_receives} times, hidden for"
            f" {hidden_s} s each time: {settings.max_receives} x {hidden_s} = {tried_s} s, but it"
            f" is kept for {KEPT_DAYS} x {_DAY_S} = {kept_s} s. Lower `max_receives` in {where}."
        )
    return hidden_s
