"""Independent judges: they accept what the compiler writes, and still notice what is broken."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.dsl.judges import JUDGES, OWN, Verdicts, judged, versions
from tests.dsl.judges.corpus import HERE, altered, committed, valid

# Each is wrong by AWS's documentation, and only our own lint says so.
GAPS = (
    "variable-that-nobody-assigned",
    "result-before-there-is-one",
    "variable-read-in-a-distributed-map",
    "context-at-the-top",
    "retry-of-all-before-others",
    "invoke-without-function",
)


class Waiver(NamedTuple):
    """A complaint that is no reason to change a machine, by a judge in one version of it."""

    judge: str
    version: str
    rule: str
    reason: str


WAIVERS = tuple(
    Waiver(**each) for each in yaml.safe_load((HERE / "waivers.yaml").read_text("utf-8"))
)
Judged = Mapping[str, Verdicts]


class Docket(NamedTuple):
    """All verdicts: judged together, since Node's judges take a second to start."""

    committed: Judged
    sound: Judged
    broken: Judged


@pytest.fixture(scope="module")
def docket() -> Docket:
    kinds = (committed(), {"valid": valid()} | altered("sound.yaml"), altered("broken.yaml"))
    verdicts = judged({name: machine for kind in kinds for name, machine in kind.items()})
    return Docket(*({name: verdicts[name] for name in kind} for kind in kinds))


def complaints(verdicts: Judged) -> list[tuple[str, str, str]]:
    """All complaints with their machine and judge."""
    return [
        (machine, judge, complaint)
        for machine, by in verdicts.items()
        for judge, found in by.items()
        for complaint in found
    ]


def waived(judge: str, complaint: str, waivers: Iterable[Waiver] = WAIVERS) -> bool:
    return any(each.judge == judge and each.rule in complaint for each in waivers)


def stale(found: Judged, now: Mapping[str, str], waivers: Iterable[Waiver]) -> list[Waiver]:
    """The waivers that are for another version of their judge, or for nothing any more."""
    said = [(judge, complaint) for _, judge, complaint in complaints(found)]
    return [
        each
        for each in waivers
        if now.get(each.judge) != each.version
        or not any(waived(judge, complaint, (each,)) for judge, complaint in said)
    ]


def test_no_judge_complains_of_a_committed_machine(docket: Docket) -> None:
    """Of none that deploys, nor of any other that the good pipelines and examples give."""
    left = [each for each in complaints(docket.committed) if not waived(*each[1:])]

    assert left == []
    assert "generated/photos/state_machine.asl.json" in docket.committed


def test_every_judge_accepts_the_valid_machine(docket: Docket) -> None:
    """So that what is broken in its variations is what was changed."""
    assert docket.sound["valid"] == dict.fromkeys(JUDGES, ())


def test_sound_machines_are_refused_only_where_waived(docket: Docket) -> None:
    """Each of them is refused by somebody, or it would not be here; never by us."""
    left = [each for each in complaints(docket.sound) if not waived(*each[1:])]

    assert left == []
    assert not [each for each in complaints(docket.sound) if each[1] == OWN]
    for name in docket.sound.keys() - {"valid"}:
        assert any(docket.sound[name].values()), name


def test_every_waiver_is_needed_by_its_judge_as_it_is_now(docket: Docket) -> None:
    """One that matches nothing, or was written for another version, has to go."""
    assert stale({**docket.committed, **docket.sound}, versions(), WAIVERS) == []
    assert all(each.reason for each in WAIVERS)


def test_a_waiver_dies_with_its_complaint_and_with_its_judges_version() -> None:
    """Waivers for a complaint that nobody makes, and for a judge that has moved on."""
    found = {"m": {"statelint": ("Label is odd",)}}
    good = Waiver("statelint", "3.1.0", "Label", "why")
    fixed, moved = good._replace(rule="Batch"), good._replace(version="3.0.0")

    assert stale(found, {"statelint": "3.1.0"}, (good, fixed, moved)) == [fixed, moved]


def test_each_broken_machine_is_caught_by_those_who_caught_it(
    docket: Docket, expect: Callable[[Path, str], None]
) -> None:
    """Losing a catch fails, and so does a new one that was not written down."""
    expect(HERE / "caught.txt", table(docket.broken))


def table(broken: Judged) -> str:
    """Who catches what, and what our own lint says of it."""
    rows = [
        (name, {judge: "x" if by[judge] else "-" for judge in by}) for name, by in broken.items()
    ]
    caught = {judge: str(sum(bool(by[judge]) for by in broken.values())) for judge in JUDGES}
    width = max(map(len, broken))
    lines = []
    for name, marks in [
        ("", {judge: judge for judge in JUDGES}),
        *rows,
        (f"{len(broken)} machines", caught),
    ]:
        cells = "  ".join(f"{marks[judge]:{len(judge)}}" for judge in JUDGES)
        lines.append(f"{name:{width}}  {cells}".rstrip())
        lines += [f"    {said}" for said in broken.get(name, {}).get(OWN, ())]
    return "\n".join(lines) + "\n"


def test_every_broken_machine_is_caught(docket: Docket) -> None:
    """By one judge at least, and there are enough of them to prove something."""
    assert [name for name, by in docket.broken.items() if not any(by.values())] == []
    assert len(docket.broken) >= 110


def test_every_judge_catches_what_no_other_does_or_is_missed(docket: Docket) -> None:
    """Without the lint six gaps would be open; without moto and asl-validator others."""
    alone = {
        judge: {
            name
            for name, by in docket.broken.items()
            if [each for each in JUDGES if by[each]] == [judge]
        }
        for judge in JUDGES
    }

    assert set(GAPS) <= alone[OWN]
    assert alone["moto"]
    assert alone["asl-validator"]
