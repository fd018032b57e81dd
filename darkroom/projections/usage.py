"""Usage: what the images of one owner amount to. It is no row: it is summed when it is asked for.

A counter would be the one view that is no fold of one stream, and wrong after any delivery that
came twice; docs/decisions/016 has the price of one that is right.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from darkroom.projections.rows import GalleryRow


@dataclass(frozen=True)
class Usage:
    """Counts and bytes of an owner's images, and of the variants that can be fetched of them."""

    images: int = 0
    image_bytes: int = 0
    variants: int = 0
    variant_bytes: int = 0


def usage(rows: Iterable[GalleryRow]) -> Usage:
    """Return what the rows of one owner's gallery amount to; tombstones count nothing."""
    images = image_bytes = variants = variant_bytes = 0
    for row in rows:
        if not row.gone:
            images += 1
            image_bytes += row.byte_size
            variants += len(row.variants)
            variant_bytes += row.variant_bytes
    return Usage(images, image_bytes, variants, variant_bytes)
