"""Every call of AWS on the path, and each thing that can happen to it: one history, one ending.

The calls are those that are made; nobody lists them. Below are only the operations of each
function, so that a new one is noticed.
"""

import os
import re
from collections.abc import Iterator
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
PIPELINE = """
pipeline: photos
steps:
  sizes:
    uses: resize
    variants:
      small: { width: 20 }
"""
OPERATIONS = {
    "s3_event": {"Query", "PutItem", "SendMessage", "DeleteObject", "UpdateItem"},
    "orchestrator": {"Query", "PutItem", "StartSyncExecution", "SendMessage"},
    "stage": {"Query", "PutItem", "GetObject", "PutObject", "HeadObject"},
    "projector": {"GetItem", "Query", "PutItem", "SendMessage"},
}
STANDARD = {
    **OPERATIONS,
    "stage": OPERATIONS["stage"] - {"HeadObject"},
    "projector": OPERATIONS["projector"] - {"SendMessage"},  # only when it fails
    "orchestrator": {"Query", "PutItem", "StartExecution", "SendMessage"},
    "ended": {"Query", "PutItem"},
}
# What adapters can do and the path does not: readers of the API, and tools.
ELSEWHERE = {
    "get_queue_attributes": "the reconciler asks whether messages wait",
    "scan": "a tool asks for all images",
    "transact_write_items": "several events of one decision",
    "list_objects_v2": "the reconciler looks for leftovers",
    "generate_presigned_post": "a signature, and no call",
    "generate_presigned_url": "a signature, and no call",
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A small pipeline, so that hundreds of runs take seconds."""
    return compile_source(PIPELINE, "pipeline.yaml", find()).plan


@pytest.fixture(params=["express", "standard"])
def path(
    cloud: Any, plan: Plan, context: Any, monkeypatch: pytest.MonkeyPatch, request: Any
) -> Iterator[Path]:
    """The path by either engine; boto does not sleep before it tries again."""
    told = plan.model_copy(update={"engine": request.param}).model_dump_json()
    File(os.environ["DARKROOM_PLAN"]).write_text(f'{{"plan": {told}}}', encoding="utf-8")
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    return Path(cloud, context)


def test_every_call_may_fail_in_every_way(path: Path) -> None:
    """Killed before or after, refused, unanswered: redelivery brings the same picture.

    The engines share all but who starts an execution and who ends its run.
    """
    numbers, content = count(1), jpeg(48, 32)
    pending: list[dict[Site, Fault]] = [{}]
    seen: set[Site] = set()
    broken: dict[str, list[str]] = {}
    kinds: set[tuple[str, str]] = set()
    while pending:
        faults = pending.pop(0)
        calls = path.take(next(numbers), content, faults)
        if wrong := path.wrong():
            broken[str(faults)] = wrong
        # Calls that only a fault brings about are sites as well: they fail together with it.
        fresh = [each for each in calls if not faults or _kind(each) not in kinds]
        seen |= set(calls)
        kinds |= set(map(_kind, calls))
        own = [each for each in fresh if each.function in _own_of(seen)]
        pending += [{**faults, site: fault} for site in dict.fromkeys(own) for fault in FAULTS]

    expected = STANDARD if "ended" in {site.function for site in seen} else OPERATIONS
    assert broken == {}
    assert kinds == {(name, each) for name in expected for each in expected[name]}


def _kind(site: Site) -> tuple[str, str]:
    return site.function, site.operation


def _own_of(seen: set[Site]) -> set[str]:
    """The functions that fail here: by a Standard machine, those that Express has not tried."""
    functions = {site.function for site in seen}
    return {"orchestrator", "ended"} if "ended" in functions else functions


def test_no_adapter_of_the_path_calls_what_is_not_here() -> None:
    """A method of boto that an adapter uses is one of the operations above, or told elsewhere."""
    known = {
        re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        for each in (OPERATIONS, STANDARD)
        for names in each.values()
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
