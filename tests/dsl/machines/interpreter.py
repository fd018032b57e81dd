"""The interpreter: one state after the other, branches and items in order."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.dsl.machines.execution import Execution, Invocation, LambdaError
from tests.dsl.machines.failures import NO_CHOICE, QUERY, Retries, StateFailed, catcher
from tests.dsl.machines.fields import check
from tests.dsl.machines.query import resolve, sized, weight

Lambdas = Mapping[str, Callable[[Any], Any]]
State = Mapping[str, Any]
Exit = tuple[Any, str | None]  # a state's output, and the state that comes next

_MOST_STATES = 25_000  # a machine that enters more would fill AWS's history, or never end


def run_machine(definition: Mapping[str, Any], lambdas: Lambdas, given: Any) -> Execution:
    """Execute `definition` with the input `given`; `lambdas` are called by their substitution.

    A function named `${StageFunction_x}` in the definition is `lambdas["StageFunction_x"]`. What
    it raises becomes an error of the machine, by the name of its class as on AWS, or as
    LambdaError says; an AssertionError is a complaint of the test's, and goes through.

    Raises OutsideSubset for a field that would not be executed.
    """
    check(definition)
    run = _Run(lambdas, given)
    try:
        output, failed = run.states_of(definition, given, {}), None
    except StateFailed as error:
        output, failed = None, error
    return Execution(
        status="FAILED" if failed else "SUCCEEDED",
        output=output,
        error=failed.error if failed else None,
        cause=failed.cause if failed else None,
        invocations=tuple(run.invocations),
        visited=tuple(run.visited),
        waited_s=run.waited_s,
        events=run.events,
        largest_bytes=run.largest_bytes,
        answered_bytes=run.answered_bytes,
        joined_bytes=run.joined_bytes,
    )


class _Run:
    """What happens during one execution."""

    def __init__(self, lambdas: Lambdas, given: Any) -> None:
        self._lambdas = lambdas
        self._execution = {"Id": "arn:run", "Name": "run", "Input": given}
        self.invocations: list[Invocation] = []
        self.visited: list[str] = []
        self.waited_s = 0.0
        self.events = 2  # the execution started, and ended
        self.largest_bytes = 0
        self.answered_bytes = 0
        self.joined_bytes = 0
        self._entrances: Mapping[str, Callable[[State, dict[str, Any]], Exit]] = {
            "Choice": self._choice,
            "Fail": self._fail,
            "Map": self._map,
            "Parallel": self._parallel,
            "Pass": self._pass,
            "Succeed": self._pass,
            "Task": self._task,
        }

    def states_of(self, part: State, given: Any, item: Mapping[str, Any]) -> Any:
        """Run the machine, branch or item processor `part`; `item` is the map's part of context."""
        name: str | None = part["StartAt"]
        given = self._sized(given)
        while name is not None:
            self.visited.append(name)
            assert len(self.visited) <= _MOST_STATES, "the machine does not end"
            state = part["States"][name]
            context = {"Execution": self._execution, "State": {"Name": name}, **item}
            enter = self._entrances[state["Type"]]
            self.events += 1  # entered
            output, name = enter(state, {"input": given, "context": context})
            self.events += 1  # exited
            given = self._sized(output)
        return given

    def _sized(self, value: Any) -> Any:
        """Return a copy of `value` as it travels, and remember how large it was."""
        self.largest_bytes = max(self.largest_bytes, weight(value))
        return sized(value)

    def _joined(self, ends: list[Any]) -> list[Any]:
        self.joined_bytes = max(self.joined_bytes, weight(ends))
        return ends

    def _pass(self, state: State, states: dict[str, Any]) -> Exit:
        return resolve(state.get("Output", states["input"]), states), state.get("Next")

    def _fail(self, state: State, states: dict[str, Any]) -> Exit:
        raise StateFailed(
            resolve(state.get("Error", ""), states), resolve(state.get("Cause", ""), states)
        )

    def _choice(self, state: State, states: dict[str, Any]) -> Exit:
        for rule in state["Choices"]:
            holds = resolve(rule["Condition"], states)
            if not isinstance(holds, bool):
                raise StateFailed(QUERY, f"{rule['Condition']} yields {holds!r}")
            if holds:
                return resolve(rule.get("Output", states["input"]), states), rule["Next"]
        if "Default" not in state:
            raise StateFailed(NO_CHOICE)
        return resolve(state.get("Output", states["input"]), states), state["Default"]

    def _task(self, state: State, states: dict[str, Any]) -> Exit:
        def invoke() -> Any:
            arguments = resolve(state["Arguments"], states)
            return self._invoked(
                arguments["FunctionName"], self._sized(arguments.get("Payload", {}))
            )

        return self._tried(state, states, invoke)

    def _parallel(self, state: State, states: dict[str, Any]) -> Exit:
        def branches() -> Any:
            given = resolve(state.get("Arguments", states["input"]), states)
            item = _item_of(states)
            self.events += 2  # started, and ended
            ends = [self.states_of(branch, given, item) for branch in state["Branches"]]
            return self._joined(ends)

        return self._tried(state, states, branches)

    def _map(self, state: State, states: dict[str, Any]) -> Exit:
        def iterations() -> Any:
            items = resolve(state.get("Items", states["input"]), states)
            if not isinstance(items, list):
                raise StateFailed(QUERY, f"the items of a map are a list, not {items!r}")
            self.events += 2 + 2 * len(items)  # each started, and ended
            return self._joined([self._iterated(state, states, *each) for each in enumerate(items)])

        return self._tried(state, states, iterations)

    def _iterated(self, state: State, states: dict[str, Any], index: int, value: Any) -> Any:
        item = {"Map": {"Item": {"Index": index, "Value": value}}}
        context = {**states["context"], **item}
        given = resolve(state.get("ItemSelector", value), {**states, "context": context})
        return self.states_of(state["ItemProcessor"], given, item)

    def _tried(self, state: State, states: dict[str, Any], work: Callable[[], Any]) -> Exit:
        """Do `work` until it is done, caught, or out of attempts.

        An Output that cannot be evaluated is not caught: the guide does not say, moto does not,
        and no machine should need it.
        """
        retries = Retries(state.get("Retry", ()))
        while True:
            states["context"]["State"]["RetryCount"] = retries.used
            try:
                result = self._sized(work())
                break
            except StateFailed as failed:
                wait = retries.wait_before_next(failed.error)
                if wait is None:
                    return self._caught(state, states, failed)
                self.waited_s += wait
        output = state.get("Output", result)
        return resolve(output, {**states, "result": result}), state.get("Next")

    def _caught(self, state: State, states: dict[str, Any], failed: StateFailed) -> Exit:
        route = catcher(state, failed.error)
        if route is None:
            raise failed
        output = route.get("Output", failed.output)
        return resolve(output, {**states, "errorOutput": failed.output}), route["Next"]

    def _invoked(self, name: str, payload: Any) -> dict[str, Any]:
        function = re.sub(r"\$\{(\w+)\}", r"\1", name)
        handler = self._lambdas[function]
        self.events += 3  # scheduled, started, and ended in one way or another
        self.invocations.append(Invocation(function, payload))
        try:
            answer = handler(json.loads(json.dumps(payload)))
        except AssertionError:
            raise
        except LambdaError as error:
            raise StateFailed(error.error, error.cause) from error
        except Exception as error:
            name = type(error).__name__
            told = {"errorMessage": str(error), "errorType": name}
            raise StateFailed(name, json.dumps(told, separators=(",", ":"))) from error
        self.answered_bytes = max(self.answered_bytes, weight(answer))
        return {"ExecutedVersion": "1", "Payload": answer, "StatusCode": 200}


def _item_of(states: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a branch inherits of the context: the item that it works on, if any."""
    return {"Map": states["context"]["Map"]} if "Map" in states["context"] else {}
