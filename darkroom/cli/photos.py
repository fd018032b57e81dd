"""Photos: which files a command line means, and the folder that each one's variants go to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from mimetypes import MimeTypes
from pathlib import Path

from darkroom.cli.failure import CommandFailed
from steps.headers import sniff

_KINDS = MimeTypes()  # what Python itself knows: not what this machine's files add
_MAGIC_BYTES = 200
_NO_PICTURES = ("unknown", "pdf", "xml")
_NAMED = 3


@dataclass(frozen=True)
class Chosen:
    """Each picture by the folder for its variants, and the other files of the folders given."""

    pictures: Mapping[Path, Path]
    others: tuple[Path, ...] = ()

    @property
    def passed_over(self) -> str:
        """How many other files there are, and the first of their names; "" for none."""
        names = [path.name for path in self.others[:_NAMED]]
        more = ", …" if len(self.others) > _NAMED else ""
        told = f"{len(self.others)} passed over, as no pictures: {', '.join(names)}{more}"
        return told if self.others else ""


def chosen(given: Sequence[Path], out: Path) -> Chosen:
    """Return the pictures that are named, and those in folders that are; `out` holds none.

    What is named by itself counts for a picture: what it is, its verdict says. Raises CommandFailed
    for what is not there, and for variants that would get in each other's way.
    """
    pictures: dict[Path, Path] = {}
    others: list[Path] = []
    for path in given:
        if not path.exists():
            raise CommandFailed(f"{path} does not exist.")
        for photo in _files(path, out) if path.is_dir() else [path]:
            if path.is_dir() and not _is_picture(photo):
                others.append(photo)
                continue
            folder = out / (photo.relative_to(path) if path.is_dir() else photo.name)
            _check(folder, photo, pictures.get(folder))
            pictures[folder] = photo
    if not pictures:
        raise CommandFailed(f"There are no pictures in {given[0]}.")
    return Chosen(pictures, tuple(others))


def _check(folder: Path, photo: Path, other: Path | None) -> None:
    """Raise CommandFailed where the variants of a picture cannot go to that folder."""
    if folder.is_file():
        raise CommandFailed(
            f"{folder} is a file, and the variants need a folder of that name. Give another --out."
        )
    if other is not None:
        raise CommandFailed(f"{other} and {photo} would both be written to {folder}.")


def _files(folder: Path, out: Path) -> Iterator[Path]:
    """Yield the files in `folder` and below, in order; not hidden ones, nor what `out` holds."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and not path.resolve().is_relative_to(out.resolve()):
            yield path


def _is_picture(path: Path) -> bool:
    """Whether its name or its first bytes say that it is one; what cannot be read may be."""
    kind, _ = _KINDS.guess_type(path.name)
    if kind is not None and kind.startswith("image/"):
        return True
    try:
        with path.open("rb") as file:
            return sniff(file.read(_MAGIC_BYTES)) not in _NO_PICTURES
    except OSError:
        return True
