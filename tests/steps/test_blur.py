"""blur hides what is in a box, and touches nothing else."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageStat
from pydantic import ValidationError

from steps.areas import Area, within
from steps.blur import BlurOptions, blur
from steps.picture import Picture
from steps.testing import options_for, pictures, sources
from tests.steps.likeness import apart

shares = st.floats(0, 1)
boxes = st.tuples(shares, shares, shares, shares)


def soft(picture: Picture, **options: object) -> Picture:
    return blur(picture, BlurOptions.read(options))


def checked(size: tuple[int, int] = (120, 90), square: int = 3) -> Picture:
    """A board of black and white squares."""
    board = Image.new("L", size)
    for left in range(0, size[0], 2 * square):
        board.paste(255, (left, 0, left + square, size[1]))
    turned = board.transpose(Image.Transpose.ROTATE_90).resize(size, Image.Resampling.NEAREST)
    return Picture.from_pillow(Image.composite(board, board.point(lambda x: 255 - x), turned))


@settings(max_examples=min(50, settings().max_examples))
@given(picture=pictures(), options=options_for(BlurOptions))
def test_size_and_kind_stay(picture: Picture, options: BlurOptions) -> None:
    """Whatever is blurred, the picture is as large, and has alpha if it had."""
    result = blur(picture, options)

    assert (result.width, result.height) == (picture.width, picture.height)
    assert result.alpha == picture.alpha


@given(picture=pictures(), box=boxes, radius=st.floats(0.01, 0.5))
def test_nothing_outside_of_a_box_changes(picture: Picture, box: Area, radius: float) -> None:
    """To the pixel: put back what was in the box, and it is the picture."""
    result = soft(picture, boxes=[box], radius=radius)

    left, top, width, height = within(box, picture.width, picture.height)
    restored = result.replaced(picture.cropped(left, top, width, height), left, top)
    assert restored.pixels() == picture.pixels()


@given(inside=st.integers(0, 255), around=st.integers(0, 255))
def test_nothing_from_outside_gets_into_a_box(inside: int, around: int) -> None:
    """A grey box stays that grey up to its edges, whatever lies around it."""
    ground = Picture.plain(60, 60, (around, around, around, 255))
    picture = ground.replaced(Picture.plain(30, 30, (inside,) * 3 + (255,)), 15, 15)

    result = soft(picture, boxes=[[0.25, 0.25, 0.5, 0.5]], radius=0.2)

    assert apart(result, picture)[1] <= 1


@given(level=st.integers(0, 255), alpha=st.integers(9, 255), radius=st.floats(0.001, 0.5))
def test_a_flat_picture_stays_as_it_is(level: int, alpha: int, radius: float) -> None:
    """There is nothing to spread; a level or two is left for what alpha is rounded to."""
    flat = Picture.plain(50, 40, (level, level, level, alpha))

    assert apart(soft(flat, radius=radius), flat)[1] <= 1 + 255 / alpha / 2


@pytest.mark.parametrize("alpha", [False, True])
def test_more_radius_leaves_less_detail(alpha: bool) -> None:
    """Also where the way of computing it changes, at three pixels."""
    picture = checked(square=8)
    if alpha:
        picture = picture.padded(0, 0, 120, 90, (0, 0, 0, 0))

    left = [
        soft(picture, radius=radius).images[0][1].deviate()
        for radius in (0.005, 0.01, 0.02, 0.03, 0.034, 0.04, 0.08, 0.2)
    ]

    assert all(more > less for more, less in pairwise(left))


@pytest.mark.parametrize("radius", [1.0, 2.5, 3.5, 6.0, 12.0])
def test_the_radius_is_that_of_pillows_gaussian(radius: float) -> None:
    """Within a level or two on the average, and never far: Pillow's own is three box blurs."""
    image = sources.scene(200, 200)
    image.paste("white", (60, 50, 140, 150))
    picture = Picture.from_pillow(image)

    result = soft(picture, radius=radius / 200)

    expected = Picture.from_pillow(image.filter(ImageFilter.GaussianBlur(radius)))
    mean, most = apart(result, expected)
    assert mean <= 1.5
    assert most <= 12


def test_what_a_face_is_made_of_is_gone_at_ten_percent() -> None:
    """A pattern of 12 squares across the box, finer than eyes are, leaves no more than noise."""
    picture = checked((240, 240), square=10)

    result = soft(picture, boxes=[[0.25, 0.25, 0.5, 0.5]], radius=0.1)

    inside = result.cropped(60, 60, 120, 120).images[0][0]
    assert inside.max() - inside.min() <= 12


@pytest.mark.parametrize("radius", [None, 0.1, 0.15])
@pytest.mark.parametrize("upright", [False, True])
def test_a_number_plate_cannot_be_read(radius: float | None, upright: bool) -> None:
    """Of black letters in a box much wider than high, or higher, a few levels of grey are left."""
    plate = Image.new("RGB", (260, 56), "white")
    ImageDraw.Draw(plate).text((8, 0), "AB 123 XYZ", "black", ImageFont.load_default(44))
    street = Image.new("RGB", (640, 480), (90, 110, 90))
    street.paste(plate, (100, 100))
    box = [100 / 640, 100 / 480, 260 / 640, 56 / 480]
    if upright:
        street, box = street.transpose(Image.Transpose.TRANSPOSE), [box[at] for at in (1, 0, 3, 2)]
    options = {} if radius is None else {"radius": radius}

    result = soft(Picture.from_pillow(street), boxes=[box], **options).to_pillow()

    found = result.transpose(Image.Transpose.TRANSPOSE) if upright else result
    left = found.crop((100, 100, 360, 156)).convert("L")
    # What letters are known by is finer than a sixth of the plate; a slope of light may be left.
    coarse = left.resize((6, 1), Image.Resampling.BOX).resize(left.size, Image.Resampling.BICUBIC)
    darkest, brightest = ImageChops.subtract(left, coarse, offset=128).getextrema()
    assert brightest - darkest <= 14
    assert ImageStat.Stat(left).stddev[0] <= 6


@pytest.mark.parametrize("side", [2, 4, 8, 12, 18])
def test_a_box_of_few_pixels_is_hidden_too(side: int) -> None:
    """A radius that rounds to nothing would leave a face in the distance as it was."""
    picture = checked((300, 300), square=1)

    result = soft(picture, boxes=[[0.1, 0.1, side / 300, side / 300]])

    inside = result.cropped(30, 30, side, side).images[0][0]
    assert inside.max() - inside.min() <= 24


def test_boxes_that_overlap_do_not_depend_on_their_order() -> None:
    """The wider spread is seen: an eye's box lets no more through than the face's around it."""
    picture, face, eye = checked(), [0.1, 0.1, 0.8, 0.8], [0.3, 0.3, 0.1, 0.1]

    result = soft(picture, boxes=[face, eye])

    assert result.pixels() == soft(picture, boxes=[eye, face]).pixels()
    assert result.pixels() == soft(picture, boxes=[face]).pixels()


def test_boxes_cover_the_picture_twice_at_the_most() -> None:
    """What a hundred whole pictures take could not be planned; what lies beyond does not count."""
    with pytest.raises(ValidationError, match=r"cover the picture 3\.0 times over, 2 times is"):
        BlurOptions.read({"boxes": [[0, 0, 1, 1]] * 3})
    assert BlurOptions.read({"boxes": [[0.8, 0, 1, 1]] * 9})


@given(options=options_for(BlurOptions))
def test_no_boxes_cost_more_than_boxes_that_are_not_known_yet(options: BlurOptions) -> None:
    """A stage is planned by the usual cost if boxes come from a fact, so that is the most."""
    usual = blur.cost

    assert options.costs(usual).cpu_ms <= usual.cpu_ms
    assert options.costs(usual).memory_mb <= usual.memory_mb
    assert BlurOptions.model_construct(boxes="${faces.boxes}").costs(usual) == usual


def test_more_boxes_cost_more() -> None:
    """By their area, and by their number."""
    usual, box = blur.cost, (0.0, 0.0, 0.1, 0.1)

    costs = [BlurOptions(boxes=(box,) * many).costs(usual).cpu_ms for many in (1, 10, 90)]

    assert all(less < more for less, more in pairwise(costs))
    assert BlurOptions(boxes=((0.0, 0.0, 1.0, 1.0),)).costs(usual).cpu_ms > costs[0]


@settings(max_examples=min(50, settings().max_examples))
@given(left=st.integers(0, 108), top=st.integers(0, 108), radius=st.floats(0.08, 0.5))
def test_what_lies_at_the_edge_of_a_box_is_hidden_as_well(
    left: int, top: int, radius: float
) -> None:
    """A spot leaves no more of a trace in a corner than in the middle, but for a few levels."""

    def trace(left: int, top: int) -> float:
        spot = Picture.plain(12, 12, (255, 255, 255, 255))
        picture = Picture.plain(240, 240, (0, 0, 0, 255)).replaced(spot, 60 + left, 60 + top)
        result = soft(picture, boxes=[[0.25, 0.25, 0.5, 0.5]], radius=radius)
        shown: float = result.cropped(60, 60, 120, 120).images[0][0].max()
        return shown

    assert trace(left, top) <= trace(54, 54) + 16


def test_what_no_pixel_could_show_is_left_out() -> None:
    """A radius of less than a fifth of a pixel changes nothing, and libvips need not warn of it."""
    picture = Picture.from_pillow(sources.scene(9, 9))

    assert soft(picture, radius=0.001).pixels() == picture.pixels()
    assert soft(picture, radius=0.02).pixels() == picture.pixels()
    assert soft(picture, radius=0.1).pixels() != picture.pixels()


def test_the_box_counts_not_its_size_in_pixels() -> None:
    """At twice the size it looks the same: shares make it so."""
    small, large = (Picture.from_pillow(sources.scene(side, side)) for side in (100, 200))
    options = {"boxes": [[0.2, 0.2, 0.5, 0.5]], "radius": 0.1}

    difference = apart(soft(large, **options).scaled(100, 100), soft(small, **options))

    assert difference[0] <= 1


def test_no_boxes_blur_nothing() -> None:
    """An empty list of faces hides none; only leaving it out blurs all."""
    picture = checked()

    assert soft(picture, boxes=[]).pixels() == picture.pixels()
    assert soft(picture).pixels() != picture.pixels()


def test_invisible_colours_do_not_bleed() -> None:
    """Red under full transparency lends nothing to the grey beside it."""
    half = b"\xff\x00\x00\x00" * 50 + b"\x64\x64\x64\xff" * 50
    picture = Picture.from_pixels(half * 100, 100, 100, alpha=True)

    result = soft(picture, radius=0.1)

    red, green, _, opacity = result.images[0].bandsplit()
    assert ((opacity > 20) & ((red - green).abs() > 2)).max() == 0
