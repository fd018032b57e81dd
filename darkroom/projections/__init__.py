"""Projections: the views, each row a fold of one stream, which can always be made anew."""

from darkroom.projections.paging import MAX_LIMIT, Page
from darkroom.projections.projector import NotProjected, project, refs_in
from darkroom.projections.rows import GalleryRow, ImageRow, OriginalRow, Reason, Row, VariantRow
from darkroom.projections.store import ViewStore
from darkroom.projections.views import image_row, rows

__all__ = [
    "MAX_LIMIT",
    "GalleryRow",
    "ImageRow",
    "NotProjected",
    "OriginalRow",
    "Page",
    "Reason",
    "Row",
    "VariantRow",
    "ViewStore",
    "image_row",
    "project",
    "refs_in",
    "rows",
]
