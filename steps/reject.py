"""reject: refuse the image, on what facts say of it."""

from typing import Annotated

from annotated_types import Len

from steps.contract import Cost, Facts, Options, Picture, Rejected, step


class RejectOptions(Options):
    """What whoever uploaded the image is told."""

    reason: Annotated[str, Len(1, 60)]
    """The reason, in a word or two."""


class RejectFacts(Facts):
    """Nothing to tell: a picture that comes here goes no further."""


@step(version=1, rejects=("refused",), frames="all", cost=Cost(cpu_ms=0, memory_mb=0))
def reject(picture: Picture, options: RejectOptions) -> RejectFacts | Rejected:
    """Refuse the image, for the reason given; `when` says which images.

    It stands above every fork, as all steps that may reject.
    """
    return Rejected("refused", {"reason": options.reason})
