"""Amazon States Language: the plan as a state machine, in JSONata throughout.

A stage answers with its outcome as a value, and with a hand for each picture that goes on; what
the infrastructure does to it is caught, and becomes such a value too. So every branch runs to its
end, and where branches meet, the gravest outcome goes on. The machine appends no events: who
started it does, from its output.

    check + sizes --> after check + sizes --> each brand [ brand --> end of brand ] --> Ending
          |                                                                               |
          `--> (caught) Ending                             All stages done, Image rejected, ...

What flows from state to state is an outcome; only the first stage gets the machine's own input.
"""

from dataclasses import dataclass
from typing import Any

from darkroom.plan.models import Plan, Stage
from dsl.backends import outcomes
from dsl.backends.retries import catchers, retriers
from dsl.expressions.jsonata import jsonata
from dsl.passes.engine import START_S
from dsl.passes.names import Names, names
from dsl.passes.shape import shape
from dsl.visits import Fork, Visit

State = dict[str, Any]
States = dict[str, State]

ENDING = "Ending"
DONE = "All stages done"
REJECTED = "Image rejected"
FAILED = "Image failed"
SUPERSEDED = "Upload superseded"
BROKE_OFF = "Stage broke off"
UNKNOWN = "Outcome unknown"


def state_machine(plan: Plan) -> State:
    """Return the definition of `plan`'s machine; its output is the outcome of all its stages."""
    first = shape(plan.nodes, plan.start)
    machine = _Machine({stage.id: stage for stage in plan.stages}, names(first, plan.stages))
    start, states = machine.visited(first, None, ENDING)
    return {
        "Comment": f"{plan.pipeline}: generated from its pipeline file, do not edit",
        "QueryLanguage": "JSONata",
        "StartAt": start,
        "TimeoutSeconds": plan.worst_case_s,
        "States": states | _endings(),
    }


def substitution(stage: Stage) -> str:
    """Return the name by which the definition asks for the stage's published version."""
    return f"StageFunction_{stage.id}"


@dataclass(frozen=True)
class _Machine:
    """Writes states. Each method returns the name of the first, and all of them by name."""

    stages: dict[str, Stage]
    names: Names

    def visited(self, visit: Visit, hand: str | None, end: str) -> tuple[str, States]:
        """Invoke the stage on the picture at the path `hand`; all that follows leads to `end`."""
        name = self.names[visit.task.covers]
        following, states = self._behind(visit, end)
        after = end
        if visit.behind is not None:
            after = f"after {name}"
            states = {after: _if("$count($states.input.onward) > 0", following, end)} | states
        states = {name: self._task(visit, hand, after)} | states
        if visit.on_error == "pass" and hand is not None:
            states[_past_killed(name)] = self._past_killed(visit, hand, after)
        if visit.task.when is None or hand is None:
            return name, states
        asked, past = f"{name}?", f"past {name}"
        choice = _if(jsonata(visit.task.when, hand), name, past)
        goes_by = {"Type": "Pass", "Output": outcomes.gone_by(visit, hand), "Next": following}
        return asked, {asked: choice, past: goes_by} | states

    def _behind(self, visit: Visit, end: str) -> tuple[str, States]:
        match visit.behind:
            case None:
                return end, {}
            case Visit(to=(_,)) as only:
                return self.visited(only, outcomes.FIRST, end)
            case Visit() as equal:
                return self._map(equal, {"Next": end})
            case Fork(branches=branches):
                name = f"fork behind {self.names[visit.task.covers]}"
                parallel = {"Type": "Parallel", "Branches": [*map(self._branch, branches)]}
                return name, _joined(name, parallel, {"Next": end})

    def _branch(self, visit: Visit) -> State:
        if len(visit.to) > 1:
            name, states = self._map(visit, {"End": True})
            return {"StartAt": name, "States": states}
        name = self.names[visit.task.covers]
        hand = outcomes.hand_for(visit.to[0])
        begin, without, end = f"begin {name}", f"without {name}", f"end of {name}"
        start, states = self.visited(visit, hand, end)
        nothing = {"Type": "Pass", "Output": outcomes.NOTHING, "Next": end}
        choice = _if(f"$exists({hand})", start, without)
        return {
            "StartAt": begin,
            "States": {begin: choice, without: nothing} | states | {end: {"Type": "Succeed"}},
        }

    def _map(self, visit: Visit, onward: State) -> tuple[str, States]:
        name = self.names[visit.task.covers]
        end = f"end of {name}"
        start, states = self.visited(visit, outcomes.FIRST, end)
        each = {
            "Type": "Map",
            "Items": outcomes.hands_for(visit.to),
            "ItemSelector": {"onward": ["{% $states.context.Map.Item.Value %}"]},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": start,
                "States": states | {end: {"Type": "Succeed"}},
            },
        }
        return f"each {name}", _joined(f"each {name}", each, onward)

    def _task(self, visit: Visit, hand: str | None, after: str) -> State:
        """Return the task; what kills it on every try ends as the step's `on_error` says."""
        broke_off = {"Output": outcomes.broke_off(), "Next": after}
        killed = broke_off
        if visit.on_error == "drop" and hand is not None:
            killed = {"Output": outcomes.given_up(hand), "Next": after}
        elif visit.on_error == "pass" and hand is not None:
            error = "{% $merge([$states.input, {'by': $states.errorOutput.Error}]) %}"
            killed = {"Output": error, "Next": _past_killed(self.names[visit.task.covers])}
        return self._invoked(visit, outcomes.request(hand), after) | {
            "Catch": catchers(broke_off, killed)
        }

    def _past_killed(self, visit: Visit, hand: str, after: str) -> State:
        """Return the task that lets the picture of a killed step go by."""
        broke_off = {"Output": outcomes.broke_off(), "Next": after}
        return self._invoked(visit, outcomes.request(hand, by=True), after) | {
            "Catch": catchers(broke_off, broke_off)
        }

    def _invoked(self, visit: Visit, payload: State | str, after: str) -> State:
        stage = self.stages[visit.task.stage]
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": f"${{{substitution(stage)}}}", "Payload": payload},
            "Output": "{% $states.result.Payload %}",
            "TimeoutSeconds": stage.timeout_s + START_S,
            "Retry": retriers(stage.retry),
            "Next": after,
        }


def _past_killed(name: str) -> str:
    return f"past killed {name}"


def _joined(name: str, state: State, onward: State) -> States:
    """Return the state of several branches, and one behind it that goes on with the gravest end.

    A state of its own, since the embedded cloud gives no heed to the `Output` of a Parallel.
    """
    join = f"after {name}"
    gravest = {"Type": "Pass", "Output": outcomes.gravest(), **onward}
    return {name: state | {"Next": join}, join: gravest}


def _if(condition: str, then: str, otherwise: str) -> State:
    return {
        "Type": "Choice",
        "Choices": [{"Condition": f"{{% {condition} %}}", "Next": then}],
        "Default": otherwise,
    }


def _endings() -> States:
    """Return the states in which a machine ends. An outcome is a success of the machine's."""
    reached: States = {name: {"Type": "Succeed"} for name in (DONE, REJECTED, FAILED, SUPERSEDED)}
    broke_off = _fail("{% $states.input.error %}", "{% $states.input.cause %}")
    unknown = _fail(
        "Darkroom.UnknownOutcome",
        "A stage answered with an outcome that the machine does not know.",
    )
    return {ENDING: _routed(), **reached, BROKE_OFF: broke_off, UNKNOWN: unknown}


def _routed() -> State:
    """Return the choice of the state in which an outcome ends."""
    routes = {
        "done": DONE,
        "rejected": REJECTED,
        "failed": FAILED,
        "superseded": SUPERSEDED,
        outcomes.BROKE_OFF: BROKE_OFF,
    }
    choices = [
        {"Condition": f"{{% $states.input.outcome = '{outcome}' %}}", "Next": target}
        for outcome, target in routes.items()
    ]
    return {"Type": "Choice", "Choices": choices, "Default": UNKNOWN}


def _fail(error: str, cause: str) -> State:
    return {"Type": "Fail", "Error": error, "Cause": cause}
