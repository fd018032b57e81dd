"""Files: take files through the plan, one here or many on all cores, and write their variants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from darkroom.history import Stream
from darkroom.local import cores
from darkroom.local.inprocess import Processed, process
from darkroom.local.written import replaced
from darkroom.plan import Plan


@dataclass(frozen=True)
class Job:
    """A file, and the folder that its variants are written to."""

    photo: Path
    folder: Path


@dataclass(frozen=True)
class Given:
    """What all files are processed with."""

    plan: Plan
    owner_name: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """The file went through the plan, to whatever ending; `written` are its variants."""

    state: str
    history: Stream
    written: tuple[Path, ...]


@dataclass(frozen=True)
class Undone:
    """The file did not get to its ending; the reason is a sentence."""

    reason: str


def process_file(job: Job, given: Given) -> Done | Undone:
    """Take one file through the plan, in this process, and write its variants.

    They take the place of those that an earlier run wrote there.
    """
    try:
        processed = process(job.photo, given.plan, given.owner_name, tags=given.tags)
    except OSError as error:
        return Undone(f"{job.photo} cannot be read: {error.strerror}.")
    try:
        written = replaced(job.folder, _named(processed))
    except OSError as error:
        return Undone(f"{error.filename} cannot be written: {error.strerror}.")
    return Done(processed.image.state, processed.history, written)


def process_files(jobs: list[Job], given: Given) -> Iterator[tuple[Job, Done | Undone]]:
    """Take each file through the plan, on all cores, and yield what came of it, in order."""
    work = partial(process_file, given=given)
    for job, told in cores.in_order(work, jobs, cores.available()):
        yield job, told or Undone(f"{job.photo} brought its process down.")


def _named(processed: Processed) -> dict[str, bytes]:
    """Return the variants by the names of their files."""
    run = processed.image.run
    endings = (
        {name: each.key.rsplit(".", 1)[-1] for name, each in run.rendered.items()} if run else {}
    )
    return {f"{name}.{endings[name]}": content for name, content in processed.variants.items()}
