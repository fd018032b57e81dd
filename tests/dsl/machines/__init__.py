"""Executes compiled machines in a test: no cloud, no waiting, and the same each time.

    execution = run_machine(state_machine(plan), {"StageFunction_photos": handler}, hand)

Exactly the subset of Amazon States Language that the compiler writes, in JSONata; any other field
is refused, so that nothing is taken for tested that was passed over. What AWS does to machines
and no test can see here: timeouts (let a function raise `LambdaError("States.Timeout")`), the
order of branches (here one after the other, and the first that fails ends them), jitter.
"""

from tests.dsl.machines.execution import Execution, Invocation, LambdaError
from tests.dsl.machines.fields import OutsideSubset
from tests.dsl.machines.interpreter import run_machine

__all__ = ["Execution", "Invocation", "LambdaError", "OutsideSubset", "run_machine"]
