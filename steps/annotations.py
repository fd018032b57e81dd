"""Annotations: what an option's annotation says beside its type, and files that options choose."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class FileIn:
    """The option names a file in a folder beside the plugin: `Annotated[str, FileIn("marks")]`.

    The file is an asset of the steps that choose it: the compiler wants it to be there and pins
    it by its digest. So `${…}` cannot choose one, and no address of one can be written.
    """

    folder: str


@dataclass(frozen=True)
class LetIn:
    """The option lists metadata: `Annotated[tuple[Kept, ...], LetIn()]`.

    The compiler refuses what the pipeline's `keep` does not let in: no step could find it.
    """


def notes(field: FieldInfo) -> Iterator[Any]:
    """Yield what `Annotated` says of an option, also within its type, as in `Bytes | None`."""
    yield from field.metadata
    yield from _within(field.annotation)


def folders(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the folder that each option chooses a file of, by the option's name."""
    found = {
        name: next((each.folder for each in notes(field) if isinstance(each, FileIn)), None)
        for name, field in model.model_fields.items()
    }
    return {name: folder for name, folder in found.items() if folder is not None}


def of_metadata(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the options that list metadata."""
    fields = model.model_fields.items()
    return tuple(
        name for name, field in fields if any(isinstance(each, LetIn) for each in notes(field))
    )


def _within(annotation: Any) -> Iterator[Any]:
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from inner[1:]
        inner = inner[:1]
    for each in inner:
        if not isinstance(each, str):
            yield from _within(each)
