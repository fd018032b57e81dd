"""The same execution by moto's interpreter: slower, and another reading of the same guide.

moto parses JSONata but evaluates none, calls a Lambda of its own, and sleeps between attempts
(getmoto/moto#10105). Here it gets jsonata-python, the test's functions, and no sleep.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import pytest
from jsonata import Jsonata
from jsonata.jexception import JException
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.jsonata import jsonata
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from tests.dsl.machines.execution import Execution, Invocation
from tests.dsl.machines.interpreter import Lambdas

_ROLE = "arn:aws:iam::123456789012:role/machine"
_DEADLINE_S = 30


@contextmanager
def step_functions() -> Iterator[Any]:
    """Yield a client of moto's Step Functions that executes machines."""
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield boto3.client(
            "stepfunctions",
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


def run_by_moto(
    definition: Mapping[str, Any],
    lambdas: Lambdas,
    given: Any,
    *,
    client: Any,
    patch: pytest.MonkeyPatch,
) -> Execution:
    """Execute `definition` as `run_machine` does; moto tells neither what was visited nor waited.

    Errors of functions have the name of their class: moto calls functions, not a Lambda service.
    """
    invocations: list[Invocation] = []

    def invoke(parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        function = parameters["FunctionName"].removeprefix("${").removesuffix("}")
        payload = json.loads(parameters["Payload"])
        invocations.append(Invocation(function, payload))
        try:
            answer = lambdas[function](json.loads(parameters["Payload"]))
        except Exception as error:  # noqa: BLE001 - whatever a function raises, AWS reports so
            told = {"errorMessage": str(error), "errorType": type(error).__name__}
            return {"FunctionError": "Unhandled", "Payload": told}
        return {"Payload": answer, "StatusCode": 200}

    patch.setattr(jsonata, "_eval_jsonata", _evaluated)
    patch.setattr(lambda_eval_utils, "_invoke_lambda_function", invoke)
    patch.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda seconds: None))
    # A definition that was refused leaves its language behind in a class attribute.
    Preprocessor._query_language_per_scope.clear()
    ended = _ended(client, json.dumps(definition), json.dumps(given))
    return Execution(
        status=ended["status"],
        output=json.loads(ended["output"]) if "output" in ended else None,
        error=ended.get("error"),
        cause=ended.get("cause"),
        invocations=tuple(invocations),
        visited=(),
        waited_s=0.0,
    )


def _evaluated(expression: str) -> Any:
    try:
        return Jsonata(expression).evaluate(None)
    except JException as error:
        raise jsonata.JSONataException("UNKNOWN", str(error)) from error


def _ended(client: Any, definition: str, given: str) -> dict[str, Any]:
    machine = client.create_state_machine(name=uuid4().hex, definition=definition, roleArn=_ROLE)
    arn = client.start_execution(
        stateMachineArn=machine["stateMachineArn"], name="run", input=given
    )["executionArn"]
    deadline = time.monotonic() + _DEADLINE_S
    while (ended := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "moto does not end"
        time.sleep(0.005)
    return dict(ended)
