"""validate: hold a picture to limits. As the first step it is the opening, and tightens it."""

from steps.contract import Cost, Facts, Picture, Rejected, StepFailed, step
from steps.limits import CODES, OF_THE_ORIGINAL, LimitOptions, check_shape
from steps.opening import Header


class ValidateOptions(LimitOptions):
    """Limits, each as the pipeline's `accept` has it unless given; they may only tighten it.

    `formats`, `max_bytes`, `max_scans` and `max_metadata` tell of the original, so only the first
    step can ask for them.
    `max_pixels` counts width x height x frames.
    """

    def frames_left(self, frames: int) -> int:
        """Return how many of so many frames a picture that passes has at the most."""
        return min(frames, self.max_frames or frames)


class ValidateFacts(Facts):
    """What the picture is: sides in pixels, upright; frames; whether it carries transparency."""

    width: int
    height: int
    frames: int
    alpha: bool


@step(version=1, rejects=CODES, fails=("not_the_original",), cost=Cost(cpu_ms=1, memory_mb=0))
def validate(picture: Picture, options: ValidateOptions) -> ValidateFacts | Rejected:
    """Hold the picture, as it is by now, to the limits.

    In the first step a run does not come here: opening the original with these limits has done
    the same, and more. Fails with "not_the_original" for limits that only an original can meet.
    """
    for option in OF_THE_ORIGINAL:
        if getattr(options, option) is not None:
            raise StepFailed("not_the_original", option=option)
    verdict = check_shape(
        options, width=picture.width, height=picture.height, frames=picture.frames
    )
    return verdict or facts_of(picture)


def facts_of(picture: Picture | Header) -> ValidateFacts:
    """Return the facts that `validate` finds; of an opened original's header they are the same."""
    return ValidateFacts(
        width=picture.width, height=picture.height, frames=picture.frames, alpha=picture.alpha
    )
