"""What comes of an original's bytes, for tests of what is read: a picture, or why not."""

from steps.contract import Rejected
from steps.formats import ORIGINAL_FORMATS
from steps.limits import Limits
from steps.opening import Opened, open_picture

LIMITS = Limits(formats=ORIGINAL_FORMATS, max_frames=10)


def opened(original: bytes, *keep: str, box: int | None = None) -> Opened:
    boxes = ((box, box),) if box else ()
    result = open_picture(original, LIMITS, keep, boxes)
    assert isinstance(result, Opened), result
    return result


def verdict(original: bytes) -> tuple[str, object]:
    """Return the code of the rejection, and what was found."""
    result = open_picture(original, LIMITS)
    assert isinstance(result, Rejected)
    return result.code, result.facts["actual"]
