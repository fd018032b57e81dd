"""The sample picture is always the same one, and fit for the pipeline."""

import io

from PIL import Image

from darkroom.local.sample import sample_picture
from steps.limits import Limits
from steps.opening import Opened, open_picture


def test_the_sample_is_drawn_the_same_to_the_byte_each_time() -> None:
    """So whoever runs the demo twice sees the same recipes and sizes."""
    first, second = sample_picture(), sample_picture()

    assert first == second
    with Image.open(io.BytesIO(first)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (2400, 1600))


def test_the_sample_is_a_picture_and_passes_the_usual_limits() -> None:
    """It has something to look at: light, dark, and much between."""
    content = sample_picture()

    assert isinstance(open_picture(content, Limits()), Opened)
    with Image.open(io.BytesIO(content)) as opened:
        levels = opened.convert("L").resize((60, 40)).histogram()
    assert sum(count > 0 for count in levels) > 100
