"""Concurrency: proof that the runs at one time fit into what the account may run."""

from infra.settings import Settings

# One invocation for a caller of the API, who would see a refusal, and one for `s3_event`, the
# projector, `refold` and `reconcile`, which Lambda calls again when it refused them.
_HEADROOM = 2


def check_concurrency(settings: Settings, *, stages_at_once: int) -> None:
    """Check that full queues leave the account room to start stages, and to answer the API.

    A run occupies an orchestrator, which waits for it, and at most `stages_at_once` stages. If
    orchestrators could take all that the account has, no stage would ever start.

    Raises ValueError, with the arithmetic, if they do not fit into `account_concurrency`.
    """
    runs, account = settings.runs_at_once, settings.account_concurrency
    needed = runs * (1 + stages_at_once) + _HEADROOM
    if needed > account:
        raise ValueError(
            f"{runs} runs at once, of one orchestrator and up to {stages_at_once} stages each, and"
            f" {_HEADROOM} invocations for everything else need {runs} x (1 + {stages_at_once})"
            f" + {_HEADROOM} = {needed} invocations at once, but the account of"
            f" '{settings.environment}' has {account}. Lower `runs_at_once` in"
            f" environments/{settings.environment}.yaml, or raise the quota of Lambda and then"
            " `account_concurrency`."
        )
