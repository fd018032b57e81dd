"""`process`: run pipeline.yaml on pictures, in this process. No cloud, no Node."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from darkroom.cli.failure import CommandFailed
from darkroom.cli.naming import shown
from darkroom.cli.photos import chosen
from darkroom.local import timeline
from darkroom.local.files import Done, Given, Job, Undone, process_file, process_files
from darkroom.plan import Plan


def run(options: argparse.Namespace, console: Console) -> int:
    """Process each picture; 1 if any of them did not come to be complete."""
    plan = compiled(options.pipeline, options.env)
    given = Given(plan, options.owner_name, _tags(options.tag, plan))
    photos = chosen(options.photos, options.out)
    jobs = [Job(photo, folder) for folder, photo in photos.pictures.items()]
    states = [_alone(jobs[0], given, console)] if len(jobs) == 1 else _all(jobs, given, console)
    if told := photos.passed_over:
        console.print(shown(told), style="dim", soft_wrap=True)
    return 0 if all(state == "complete" for state in states) else 1


def _alone(job: Job, given: Given, console: Console) -> str:
    """Process one picture, tell its whole timeline, and return its state."""
    told = process_file(job, given)
    if isinstance(told, Undone):
        raise CommandFailed(told.reason)
    _report(console, job.photo, told, whole=True)
    for cure in _cures(told):
        console.print(cure, soft_wrap=True)
    return told.state


def _all(jobs: list[Job], given: Given, console: Console) -> list[str]:
    """Process the pictures on all cores, tell the ending of each, and return their states."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    states: list[str] = []
    cures: dict[str, None] = {}
    try:
        with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
            task = bar.add_task(given.plan.pipeline, total=len(jobs))
            for job, told in process_files(jobs, given):
                if isinstance(told, Undone):
                    console.print(shown(told.reason), style="red", soft_wrap=True)
                    states.append("not processed")
                else:
                    _report(console, job.photo, told, whole=False)
                    states.append(told.state)
                    cures |= dict.fromkeys(_cures(told))
                bar.advance(task)
    finally:
        counted = [f"{count} {state}" for state, count in Counter(states).most_common()]
        if len(states) < len(jobs):
            counted.append(f"{len(jobs) - len(states)} left")
        for cure in cures:
            console.print(cure, soft_wrap=True)
        console.print(", ".join(counted), style="bold")
    return states


def compiled(pipeline: Path, environment: str = "") -> Plan:
    """Return the plan of a pipeline file, with the overlay of `environment`.

    What is wrong with plugins that it does not use goes to standard error. Raises CommandFailed
    with all mistakes in it.
    """
    # The compiler is a developer's tool: nothing that runs in the cloud reaches it.
    from dsl.diagnostics import PipelineRefused
    from dsl.files import compile_file
    from steps.plugins import BrokenPlugin, survey

    found = survey()
    try:
        plan = compile_file(pipeline, found, environment).plan
    except PipelineRefused as refused:
        raise CommandFailed(refused.render().rstrip()) from refused
    except BrokenPlugin as broken:
        raise CommandFailed(f"A step plugin is broken: {broken}") from broken
    except OSError as error:
        raise CommandFailed(f"{error.filename} cannot be read: {error.strerror}.") from error
    sys.stderr.writelines(f"{note}\n" for note in found.notes)
    return plan


def _cures(done: Done) -> list[str]:
    """Return what can be done, where there is something to be done."""
    facts = done.history.events[-1].event.model_dump(mode="json")
    return [timeline.cure(facts)] if "code" in facts else []


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
    console.print(shown(photo.name), style="bold", end=name_end, soft_wrap=True)
    for recorded in events if whole else events[-1:]:
        elapsed = round((recorded.recorded_at - events[0].recorded_at).total_seconds() * 1000)
        facts = recorded.event.model_dump(mode="json")
        line = timeline.line(recorded.version, recorded.type, elapsed, facts)
        console.print(line, soft_wrap=True)
    for path in done.written if whole else ():
        console.print(f"wrote {shown(str(path))}", style="dim", soft_wrap=True)
