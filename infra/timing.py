"""Timing: how long the orchestrator may take, its message stays hidden, and a run is tried."""

from dataclasses import dataclass

from infra.settings import Settings

# Lambda's longest timeout, and the longest that SQS hides a message: their quotas pages.
_LONGEST_FUNCTION_S = 900
_LONGEST_VISIBILITY_S = 43_200

# What the orchestrator does besides waiting for the run: a cold start, the history, the ending.
_OVERHEAD_S = 20
_VISIBILITY_FACTOR = 6


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
    visibility_s = settings.visibility_s or _VISIBILITY_FACTOR * orchestrator_s
    if orchestrator_s > _LONGEST_FUNCTION_S or visibility_s > _LONGEST_VISIBILITY_S:
        raise ValueError(
            f"A run takes up to {worst_case_s} s. The orchestrator, which waits for it, would need"
            f" {worst_case_s} + {_OVERHEAD_S} = {orchestrator_s} s, but a function has at most"
            f" {_LONGEST_FUNCTION_S} s. Lower `timeout` or `retry` in the pipeline."
        )
    waits_s = (settings.max_receives - 1) * visibility_s
    patience_s = waits_s + worst_case_s + _OVERHEAD_S
    return Timing(orchestrator_s, visibility_s, patience_s=patience_s)
