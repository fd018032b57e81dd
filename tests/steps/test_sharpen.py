"""sharpen brings edges out, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from steps.picture import Picture
from steps.sharpen import SharpenOptions, sharpen
from steps.testing import options_for, pictures


def soft_edges() -> Picture:
    """A light square on a dark ground, out of focus."""
    image = Image.new("RGB", (120, 80), (90, 80, 70))
    image.paste((160, 150, 140), (30, 20, 80, 60))
    return Picture.from_pillow(image.filter(ImageFilter.GaussianBlur(0.8)))


def contrast(picture: Picture) -> float:
    """How much neighbours differ, on the average."""
    grey = picture.greyscale().images[0][0]
    return float((grey - grey.embed(1, 0, grey.width, grey.height, extend="copy")).abs().avg())


@given(picture=pictures(), options=options_for(SharpenOptions))
def test_size_and_transparency_stay(picture: Picture, options: SharpenOptions) -> None:
    """Every pixel is as opaque as it was."""
    result = sharpen(picture, options)

    assert (result.width, result.height) == (picture.width, picture.height)
    assert result.alpha == picture.alpha
    if picture.alpha:
        assert (result.images[0][3] - picture.images[0][3]).abs().max() == 0


@given(width=st.integers(1, 60), grey=st.integers(0, 255), options=options_for(SharpenOptions))
def test_a_flat_picture_stays_as_it_is(width: int, grey: int, options: SharpenOptions) -> None:
    """Where there is no edge there is nothing to add; one level is left for the way to LAB."""
    flat = Picture.plain(width, 40, (grey, grey, grey, 255))

    assert (sharpen(flat, options).images[0] - flat.images[0]).abs().max() <= 1


@given(amount=st.floats(0.5, 4))
def test_more_brings_edges_out_more(amount: float) -> None:
    """Neighbours differ more than before, and more still with a larger amount."""
    picture = soft_edges()
    some = sharpen(picture, SharpenOptions(amount=amount))
    more = sharpen(picture, SharpenOptions(amount=amount + 1))

    assert contrast(picture) < contrast(some) < contrast(more)


def test_nothing_added_is_the_same_picture() -> None:
    """To the pixel: it does not even go to LAB and back."""
    picture = soft_edges()

    assert sharpen(picture, SharpenOptions(amount=0)) is picture
