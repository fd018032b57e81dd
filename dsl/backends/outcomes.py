"""The values that flow through a machine: outcomes, and the hands of pictures that go on."""

from typing import Any

from dsl.visits import Visit, branches, label

Value = dict[str, Any]

CAUSE_CHARACTERS = 200
"""What is kept of an error's cause: a hundred of them meet in one payload."""

FIRST = "$states.input.onward[0]"
"""The hand of the only picture that goes on."""

BROKE_OFF = "broke_off"
"""The outcome of a stage that never answered; only machines know it."""

NOTHING: Value = {"outcome": "done", "onward": [], "killed": []}
"""The outcome where there is nothing to do."""

GRAVEST_FIRST = ("superseded", BROKE_OFF, "rejected", "failed")


def hand_for(place: int) -> str:
    """Return the path of the hand that goes to one of several next tasks, there or not."""
    return f"$states.input.onward[to = {place}]"


def hands_for(places: tuple[int, ...]) -> str:
    """Return the list of the hands that go to these of the next tasks."""
    listed = ", ".join(map(str, places))
    return f"{{% [$states.input.onward[to in [{listed}]]] %}}"


def request(hand: str | None, *, by: bool = False) -> Value | str:
    """Return what a stage is asked: with the machine's own input, or to take the picture `hand`."""
    if hand is None:
        return "{% $states.input %}"
    asked = {name: f"{{% {hand}.{name} %}}" for name in ("tenant", "image_id", "run_id")}
    return {**asked, "hand": f"{{% {hand} %}}"} | ({"by": "{% $states.input.by %}"} if by else {})


def broke_off() -> Value:
    """Return the outcome of a stage that is to be tried again, with the error as it was caught."""
    cause = "$states.errorOutput.Cause"
    return {
        "outcome": BROKE_OFF,
        "error": "{% $states.errorOutput.Error %}",
        "cause": f"{{% $exists({cause}) ? $substring({cause}, 0, {CAUSE_CHARACTERS}) : '' %}}",
        "onward": [],
        "killed": [],
    }


def given_up(hand: str) -> Value:
    """Return the outcome of a stage that was killed, and may be done without."""
    killed = {
        "at": f"{{% {hand}.at %}}",
        "to": f"{{% {hand}.to %}}",
        "error": "{% $states.errorOutput.Error %}",
    }
    return {**NOTHING, "killed": [killed]}


def gone_by(visit: Visit, hand: str) -> Value:
    """Return the outcome of a visit that its picture goes by: the same picture, further on."""
    at = f"({hand}.at = '' ? '' : {hand}.at & ' > ') & '{label(visit.task)}'"
    places = [place for each in branches(visit.behind) for place in each.to]
    onward = [
        f"{{% $merge([{hand}, {{'to': {place}, 'at': {at}}}]) %}}" for place in sorted(places)
    ]
    return {**NOTHING, "onward": onward}


def gravest() -> str:
    """Return the outcome of branches that met: the gravest of theirs, and all that was killed."""
    chosen = "{'outcome': 'done'}"
    for outcome in reversed(GRAVEST_FIRST):
        of_this = f"$states.input[outcome = '{outcome}']"
        chosen = f"$exists({of_this}) ? ({of_this})[0] : {chosen}"
    together = "{'onward': [], 'killed': [$states.input.killed]}"
    return f"{{% $merge([{chosen}, {together}]) %}}"
