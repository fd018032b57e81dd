"""Projections: the views, each row a fold of one stream, which can always be made anew."""

from darkroom.projections.generations import (
    CurrentViews,
    Generations,
    GenerationStore,
    opened,
)
from darkroom.projections.paging import MAX_LIMIT, Page
from darkroom.projections.projector import NotProjected, project, refs_in
from darkroom.projections.rebuild import Progress, Rebuilt, rebuild
from darkroom.projections.refolding import Refold
from darkroom.projections.rows import GalleryRow, ImageRow, OriginalRow, Reason, Row, VariantRow
from darkroom.projections.store import ViewStore
from darkroom.projections.usage import Usage, usage
from darkroom.projections.views import image_row, rows

__all__ = [
    "MAX_LIMIT",
    "CurrentViews",
    "GalleryRow",
    "GenerationStore",
    "Generations",
    "ImageRow",
    "NotProjected",
    "OriginalRow",
    "Page",
    "Progress",
    "Reason",
    "Rebuilt",
    "Refold",
    "Row",
    "Usage",
    "VariantRow",
    "ViewStore",
    "image_row",
    "opened",
    "project",
    "rebuild",
    "refs_in",
    "rows",
    "usage",
]
