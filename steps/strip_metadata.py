"""strip_metadata: remove more metadata on a branch than the pipeline does."""

from dataclasses import replace
from typing import Annotated

from steps.contract import Cost, LetIn, Options, Picture, step
from steps.metadata import Kept, only


class StripMetadataOptions(Options):
    """What is left of the metadata."""

    keep: Annotated[tuple[Kept, ...], LetIn()] = ()
    """What stays, of that which the pipeline's `keep` lets in; nothing if left out."""


@step(version=1, frames="all", cost=Cost(cpu_ms=25, memory_mb=12))
def strip_metadata(picture: Picture, options: StripMetadataOptions) -> Picture:
    """Remove all kept metadata but for what `keep` names.

    Without `icc`, colours are brought to sRGB, as they are where the pipeline keeps no profile.
    """
    plain = picture if "icc" in options.keep else picture.in_srgb()
    carried = plain.carried
    return plain.carrying(replace(carried, tags=only(carried.tags, options.keep)))
