"""How alike two pictures look, and how far their levels are apart."""

from steps.picture import Picture
from steps.raster import Frame

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: Picture, other: Picture) -> float:
    """Return the structural similarity of their first frames, 1 for the same: of the worst band.

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment" (2004), with their
    Gaussian window of 1.5 pixels and their constants.
    """
    x, y = (each.images[0].cast("float") for each in (one, other))
    mean_x, mean_y = _mean(x), _mean(y)
    spread = _mean(x * x) - mean_x * mean_x + _mean(y * y) - mean_y * mean_y
    shared = _mean(x * y) - mean_x * mean_y
    light = (2 * mean_x * mean_y + _C1) / (mean_x * mean_x + mean_y * mean_y + _C1)
    structure = (2 * shared + _C2) / (spread + _C2)
    return min(float(band.avg()) for band in (light * structure).bandsplit())


def apart(one: Picture, other: Picture) -> tuple[float, float]:
    """Return by how many levels they differ on the average, and at most."""
    difference = (one.images[0] - other.images[0]).abs()
    return float(difference.avg()), float(difference.max())


def _mean(image: Frame) -> Frame:
    return image.gaussblur(1.5, precision="float")
