"""docs/events.md: every event has its place there, as its class says. `make docs` writes it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from darkroom.events import EVENTS, Applied, Recorded
from darkroom.history.items import to_item
from darkroom.local.inprocess import process
from darkroom.plan import Plan
from darkroom.testing.samples import REF
from dsl.compile import compile_source
from steps.plugins import find
from steps.testing.sources import jpeg
from tests.docs.event_page import ATTRIBUTES, MEANINGS, WRITERS, fields, page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "events.md"


def test_the_page_says_what_the_classes_say(expect: Callable[[Path, str], None]) -> None:
    """Every type with its version, its writers, its fields and what they mean."""
    expect(PAGE, page())


def test_every_event_has_its_writers() -> None:
    """And nobody else is named: WRITERS in tests/docs/event_page.py is where."""
    assert set(WRITERS) == {event.__name__ for event in EVENTS}


def test_no_meaning_is_left_of_a_field_that_is_gone() -> None:
    """Or that its classes explain themselves."""
    kinds = (*EVENTS, Applied, Recorded)
    told = {(name.strip("`"), meaning) for kind in kinds for name, _, meaning in fields(kind)}

    assert set(MEANINGS.items()) <= told


@pytest.mark.parametrize("content", [jpeg(900, 600), b"a text"])
def test_writers_are_those_that_histories_name(content: bytes, plan: Plan, tmp_path: Path) -> None:
    """Of a picture that is complete, and one that is rejected; NAME stands for a stage's."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(content)

    for recorded in process(photo, plan).history.events:
        said = re.findall(r"`([^`]+)`", WRITERS[type(recorded.event).__name__])
        assert re.sub(":.*", ":NAME", recorded.writer) in said


def test_attributes_are_those_of_the_stored_item(plan: Plan, tmp_path: Path) -> None:
    """By name and content; `pk` is the stream's, and not in the envelope."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"a text")
    recorded = process(photo, plan).history.events[1]

    item = to_item(REF, recorded)

    told = {ATTRIBUTES[name]: getattr(recorded, name) for name in ATTRIBUTES}
    there = {name: value for name, value in told.items() if value is not None}
    assert item.keys() == {"pk", *there}
    assert {name: item[name] for name in there if name != "at"} == {
        name: value for name, value in there.items() if name != "at"
    }


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The plan of the pipeline that the README shows."""
    text = (ROOT / "tests" / "photos.yaml").read_text("utf-8")
    return compile_source(text, "pipeline.yaml", find()).plan
