"""The decoder of a stage: the process that opens its originals, with bounds that fit them."""

from darkroom.plan import Plan
from steps.isolation import Bounds, Decoder
from steps.limits import Limits

__all__ = ["Decoder", "decoder_of"]


def decoder_of(plan: Plan, stage: str) -> Decoder:
    """Return the decoder of the stage; it starts at once where the stage opens originals."""
    (own,) = (each for each in plan.stages if each.id == stage)
    limits = Limits.read(plan.opening.options)
    # Half of the function's time: what hangs is then a verdict, and not a function that was killed.
    decoder = Decoder(Bounds.of(limits, seconds=own.timeout_s / 2))
    if plan.start.stage == stage:
        decoder.start()
    return decoder
