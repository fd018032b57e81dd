"""The image: what can be asked of it (commands), what comes of that (decide), how it stands."""

from darkroom.images.commands import (
    Command,
    Finish,
    RecordError,
    RecordFacts,
    RecordUpload,
    RecordValidation,
    RecordVariant,
    RecordVariantDrop,
    RecordVariantFailure,
    StartProcessing,
    TimeOut,
)
from darkroom.images.decisions import decide
from darkroom.images.state import Image, ImageState, Run, evolve, fold, outcome_of

__all__ = [
    "Command",
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
    "Run",
    "StartProcessing",
    "TimeOut",
    "decide",
    "evolve",
    "fold",
    "outcome_of",
]
