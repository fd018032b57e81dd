"""strip_metadata removes more on a branch than the pipeline does."""

import pytest
from hypothesis import given

from steps.encoding import encode
from steps.formats import Encoding
from steps.metadata import KEPT, Kept
from steps.picture import Picture
from steps.strip_metadata import StripMetadataOptions, strip_metadata
from steps.testing import options_for, pictures
from tests.steps.telltale import SUBSETS, opened, telltale, told


@pytest.mark.parametrize("left", SUBSETS, ids=lambda keep: "+".join(keep) or "nothing")
def test_a_branch_can_be_stripped_of_more(left: tuple[Kept, ...]) -> None:
    """What is left there is what would have been there, had the pipeline kept no more."""
    whole, less = opened(telltale(), *KEPT), opened(telltale(), *left)

    stripped = strip_metadata(whole, StripMetadataOptions(keep=left))

    assert stripped.carried == less.carried
    assert (stripped.images[0] - less.images[0]).abs().max() <= 1
    assert set(told(encode(stripped, "jpeg"))) == set(left)


def test_stripping_never_adds() -> None:
    """What the pipeline does not keep is not there to be kept."""
    stripped = strip_metadata(opened(telltale()), StripMetadataOptions(keep=KEPT))

    assert told(encode(stripped, "jpeg")) == {}


@given(picture=pictures(), options=options_for(StripMetadataOptions))
def test_a_picture_without_metadata_stays_as_it_is(
    picture: Picture, options: StripMetadataOptions
) -> None:
    """There is nothing to remove, and no pixel changes."""
    result = strip_metadata(picture, options)

    assert result.carried == picture.carried
    assert result.pixels() == picture.pixels()


def test_what_was_chosen_for_the_output_stays() -> None:
    """Only metadata goes: not the format, nor the times of frames."""
    picture = opened(telltale(), *KEPT).encoded_as(Encoding("webp", quality=30))

    stripped = strip_metadata(picture, StripMetadataOptions())

    assert stripped.carried.encoding == picture.carried.encoding
    assert (stripped.carried.tags, stripped.carried.profile) == ((), b"")
