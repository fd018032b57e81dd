"""`process`: run pipeline.yaml on pictures, in this process. No cloud, no Node."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from darkroom.cli.failure import CommandFailed
from darkroom.local import timeline
from darkroom.local.files import Done, Given, Job, Undone, process_file, process_files
from darkroom.plan import Plan


def run(options: argparse.Namespace, console: Console) -> int:
    """Process each picture; 1 if any of them did not come to be complete."""
    plan = compiled(options.pipeline, options.env)
    given = Given(plan, options.owner_name, _tags(options.tag, plan))
    photos = _photos(options.photos, options.out)
    if not photos:
        raise CommandFailed(f"There are no files to process in {options.photos[0]}.")
    jobs = [Job(photo, folder) for folder, photo in photos.items()]
    states = [_alone(jobs[0], given, console)] if len(jobs) == 1 else _all(jobs, given, console)
    return 0 if all(state == "complete" for state in states) else 1


def _alone(job: Job, given: Given, console: Console) -> str:
    """Process one picture, tell its whole timeline, and return its state."""
    told = process_file(job, given)
    if isinstance(told, Undone):
        raise CommandFailed(told.reason)
    _report(console, job.photo, told, whole=True)
    return told.state


def _all(jobs: list[Job], given: Given, console: Console) -> list[str]:
    """Process the pictures on all cores, tell the ending of each, and return their states."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    states: list[str] = []
    try:
        with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
            task = bar.add_task(given.plan.pipeline, total=len(jobs))
            for job, told in process_files(jobs, given):
                if isinstance(told, Undone):
                    console.print(told.reason, style="red", markup=False, soft_wrap=True)
                    states.append("not processed")
                else:
                    _report(console, job.photo, told, whole=False)
                    states.append(told.state)
                bar.advance(task)
    finally:
        counted = [f"{count} {state}" for state, count in Counter(states).most_common()]
        if len(states) < len(jobs):
            counted.append(f"{len(jobs) - len(states)} left")
        console.print(", ".join(counted), style="bold")
    return states


def compiled(pipeline: Path, environment: str = "") -> Plan:
    """Return the plan of a pipeline file, with the overlay of `environment`.

    Raises CommandFailed with all mistakes in it.
    """
    # The compiler is a developer's tool: nothing that runs in the cloud reaches it.
    from dsl.diagnostics import PipelineRefused
    from dsl.files import compile_file
    from steps.plugins import BrokenPlugin, find

    try:
        return compile_file(pipeline, find(), environment).plan
    except PipelineRefused as refused:
        raise CommandFailed(refused.render().rstrip()) from refused
    except BrokenPlugin as broken:
        raise CommandFailed(f"A step plugin is broken: {broken}") from broken
    except OSError as error:
        raise CommandFailed(f"{error.filename} cannot be read: {error.strerror}.") from error


def _photos(given: Sequence[Path], out: Path) -> dict[Path, Path]:
    """Return each picture by the folder for its variants; `out` itself holds none to process."""
    photos: dict[Path, Path] = {}
    for path in given:
        if not path.exists():
            raise CommandFailed(f"{path} does not exist.")
        for photo in _files(path, out) if path.is_dir() else [path]:
            folder = out / (photo.relative_to(path) if path.is_dir() else photo.name)
            if folder.is_file():
                raise CommandFailed(
                    f"{folder} is a file, and the variants need a folder of that"
                    f" name. Give another --out."
                )
            if folder in photos:
                both = f"{photos[folder]} and {photo}"
                raise CommandFailed(f"{both} would both be written to {folder}.")
            photos[folder] = photo
    return photos


def _files(folder: Path, out: Path) -> list[Path]:
    """The files in `folder` and below it, but for hidden ones and what lies in `out`."""
    shown = (
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and not path.resolve().is_relative_to(out.resolve())
    )
    return sorted(shown)


def _tags(words: list[str], plan: Plan) -> dict[str, str]:
    """Return what each NAME=TEXT says; raises CommandFailed for what the pipeline does not list."""
    found = dict(word.partition("=")[::2] for word in words)
    for name, text in found.items():
        if name not in plan.opening.tags:
            listed = ", ".join(plan.opening.tags) or "none"
            raise CommandFailed(f"The pipeline lists no tag {name}; accept.tags has: {listed}.")
        if not text:
            raise CommandFailed(f"The tag {name} has no text: write --tag {name}=TEXT.")
    return found


def _report(console: Console, photo: Path, done: Done, *, whole: bool) -> None:
    """Print the whole timeline of a picture that is alone, else its ending."""
    events = done.history.events
    # Names are of any text: nothing in them is markup.
    name_end = "\n" if whole else " "
    console.print(photo.name, style="bold", end=name_end, markup=False, soft_wrap=True)
    for recorded in events if whole else events[-1:]:
        elapsed = round((recorded.recorded_at - events[0].recorded_at).total_seconds() * 1000)
        facts = recorded.event.model_dump(mode="json")
        line = timeline.line(recorded.version, recorded.type, elapsed, facts)
        console.print(line, soft_wrap=True)
    for path in done.written if whole else ():
        console.print(f"wrote {path}", style="dim", markup=False, soft_wrap=True)
