"""The contact sheet shows every variant, true to each other in scale."""

import io

import pytest
from PIL import Image

from darkroom.local.contact_sheet import contact_sheet

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def png(size: tuple[int, int], colour: tuple[int, ...]) -> bytes:
    written = io.BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour).save(written, "PNG")
    return written.getvalue()


def extent(sheet: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int] | None:
    """Return the box that holds all pixels of that colour."""
    bands = zip(sheet.split(), colour, strict=True)
    masks = [band.point([255 * (v == level) for v in range(256)]) for band, level in bands]
    return (
        Image.merge("RGB", masks)
        .convert("L")
        .point([255 * (v == 255) for v in range(256)])
        .getbbox()
    )


def test_every_variant_is_there_side_by_side_at_one_scale() -> None:
    """The largest fills its cell; another of half its width is half as wide."""
    sheet = Image.open(
        io.BytesIO(
            contact_sheet(
                {"s": png((240, 120), RED), "m": png((480, 480), GREEN), "l": png((960, 640), BLUE)}
            )
        )
    )

    boxes = [extent(sheet, colour) for colour in (RED, GREEN, BLUE)]

    assert sheet.format == "PNG"
    sizes = [(box[2] - box[0], box[3] - box[1]) for box in boxes if box]
    assert sizes == [(120, 60), (240, 240), (480, 320)]
    edges = [edge for box in boxes if box for edge in (box[0], box[2])]
    assert edges == sorted(edges)
    assert len({box[3] for box in boxes if box}) == 1


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (1, 1)])
def test_a_picture_of_any_shape_has_a_place(size: tuple[int, int]) -> None:
    """Thin ones keep a pixel."""
    sheet = Image.open(io.BytesIO(contact_sheet({"thin": png(size, RED)})))

    assert extent(sheet, RED) is not None


def test_what_is_transparent_shows_the_paper() -> None:
    """It is a sheet, not a checkerboard."""
    sheet = Image.open(io.BytesIO(contact_sheet({"glass": png((10, 10), (255, 0, 0, 0))})))

    assert extent(sheet, RED) is None


def test_a_sheet_of_nothing_is_refused() -> None:
    """An image without variants has none to show."""
    with pytest.raises(ValueError, match="empty"):
        contact_sheet({})
