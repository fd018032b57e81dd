"""The image: what can be asked of it (commands), what comes of that (decide), how it stands."""

from darkroom.images.commands import (
    Cancel,
    Command,
    Delete,
    Discard,
    Finish,
    RecordError,
    RecordFacts,
    RecordUpload,
    RecordValidation,
    RecordVariant,
    RecordVariantDrop,
    RecordVariantFailure,
    Reprocess,
    StartProcessing,
    TimeOut,
)
from darkroom.images.decisions import decide
from darkroom.images.state import Image, ImageState, Run, evolve, fold, outcome_of

__all__ = [
    "Cancel",
    "Command",
    "Delete",
    "Discard",
    "Finish",
    "Image",
    "ImageState",
    "RecordError",
    "RecordFacts",
    "RecordUpload",
    "RecordValidation",
    "RecordVariant",
    "RecordVariantDrop",
    "RecordVariantFailure",
    "Reprocess",
    "Run",
    "StartProcessing",
    "TimeOut",
    "decide",
    "evolve",
    "fold",
    "outcome_of",
]
