"""Every call of AWS on the path, and each thing that can happen to it: one history, one ending.

The calls are those that are made; nobody lists them. Below are only the operations of each
function, so that a new one is noticed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path as File
from types import SimpleNamespace
from typing import Any

import pytest

from darkroom.plan import Plan
from dsl.compile import compile_source
from steps.plugins import find
from steps.testing.sources import jpeg
from tests.darkroom.handlers.path import Path
from tests.darkroom.handlers.wire import FAULTS, Fault, Site

# pytest forgets the platform's own filter: what is killed has measured nothing.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

ROOT = File(__file__).parents[3]
SMALL = """
pipeline: photos
steps:
  sizes: { uses: resize, variants: { small: { width: 20 } } }
"""
IN_STAGES = f"{SMALL}  plain: {{ uses: greyscale, alone: true }}\n"
OPENING = {"Query", "PutItem", "GetObject"}
RENDERING = {"Query", "PutItem", "GetObject", "PutObject", "HeadObject"}


@dataclass(frozen=True)
class Form:
    """A pipeline, the engine that runs it, and the functions whose calls fail here."""

    pipeline: str
    engine: str
    failing: Mapping[str, set[str]]  # with what each calls
    replaced: bool = False  # the pipeline, while a run of it is under way


FORMS = {
    "express": Form(
        SMALL,
        "express",
        {
            "s3_event": {"Query", "PutItem", "SendMessage", "DeleteObject", "UpdateItem"},
            "orchestrator": {"Query", "PutItem", "StartSyncExecution", "SendMessage"},
            "stage photos": RENDERING,
            "projector": {"GetItem", "Query", "PutItem", "SendMessage"},
        },
    ),
    "standard": Form(
        SMALL,
        "standard",
        {
            "orchestrator": {"Query", "PutItem", "StartExecution", "SendMessage"},
            "ended": {"Query", "PutItem"},
        },
    ),
    "replaced": Form(
        SMALL,
        "express",
        {
            "orchestrator": {
                *("Query", "PutItem", "TransactWriteItems"),
                *("StartSyncExecution", "SendMessage"),
            },
        },
        replaced=True,
    ),
    "in stages": Form(
        IN_STAGES,
        "express",
        {
            "stage photos": {*OPENING, "PutObject"},
            "stage plain": RENDERING,
        },
    ),
}
# What adapters can do and the path does not: readers of the API, and tools.
ELSEWHERE = {
    "get_queue_attributes": "the reconciler asks whether messages wait",
    "scan": "a tool asks for all images",
    "list_objects_v2": "the reconciler looks for leftovers",
    "generate_presigned_post": "a signature, and no call",
    "generate_presigned_url": "a signature, and no call",
}


@pytest.fixture(params=FORMS.values(), ids=FORMS)
def form(request: pytest.FixtureRequest) -> Form:
    """What the platform runs; the engines share all but who starts a run, and who ends it."""
    form: Form = request.param
    return form


@pytest.fixture
def plan(form: Form) -> Plan:
    """The plan of a small pipeline, so that hundreds of runs take seconds."""
    plan = compile_source(form.pipeline, "pipeline.yaml", find()).plan
    return plan.model_copy(update={"engine": form.engine})


@pytest.fixture
def path(cloud: Any, context: Any, form: Form, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The path; boto does not sleep before it tries again."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    path = Path(cloud, context, replaced=form.replaced)
    yield path
    path.wire.answers = {}  # the clients are those of the next test, too


def test_every_call_may_fail_in_every_way(path: Path, form: Form) -> None:
    """Killed before or after, refused, unanswered, or overtaken: it comes to the same picture."""
    numbers, content = count(1), jpeg(48, 32)
    pending: list[dict[Site, Fault]] = [{}]
    broken: dict[str, list[str]] = {}
    kinds: set[tuple[str, str]] = set()
    while pending:
        faults = pending.pop(0)
        calls = [
            each
            for each in path.take(next(numbers), content, faults)
            if each.function in form.failing
        ]
        if wrong := path.wrong():
            broken[str(faults)] = wrong
        # Calls that only a fault brings about are sites as well: they fail together with it.
        fresh = [each for each in calls if not faults or _kind(each) not in kinds]
        kinds |= set(map(_kind, calls))
        pending += [{**faults, site: fault} for site in dict.fromkeys(fresh) for fault in FAULTS]

    assert broken == {}
    assert kinds == {(name, each) for name, calls in form.failing.items() for each in calls}


def _kind(site: Site) -> tuple[str, str]:
    return site.function, site.operation


def test_no_adapter_of_the_path_calls_what_is_not_here() -> None:
    """A method of boto that an adapter uses is one of the operations above, or told elsewhere."""
    known = {
        re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        for form in FORMS.values()
        for names in form.failing.values()
        for name in names
    }
    adapters = (
        "dynamodb_counters",
        "dynamodb_events",
        "dynamodb_views",
        "s3",
        "sqs",
        "stepfunctions",
    )
    called: set[str] = set()
    for name in adapters:
        text = (ROOT / f"darkroom/adapters/{name}.py").read_text("utf-8")
        called |= set(re.findall(r"client\.(?:get_paginator\(\")?(\w+)[(\"]", text))

    assert called == known | set(ELSEWHERE)
