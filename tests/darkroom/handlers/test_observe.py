"""What functions print, in a process of their own: JSON lines, and nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from darkroom.handlers import observe

PROGRAM = """
import json, logging, sys
from types import SimpleNamespace
from darkroom.handlers import images, stage

context = SimpleNamespace(
    function_name="f", memory_limit_in_mb=1, aws_request_id="r",
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:f",
)
images.handler(json.load(sys.stdin), context)
logging.getLogger("darkroom.runner.apply").warning("a module says something")
try:
    stage.handler({"image_id": "an image"}, context)
except ValueError:
    pass
"""


def test_a_function_prints_nothing_but_json_lines(
    aws_event: Callable[[str], dict[str, Any]],
) -> None:
    """Also what modules log by the standard library, and where a call broke off."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "POWERTOOLS_SERVICE_NAME": "images",
        "POWERTOOLS_METRICS_NAMESPACE": "Darkroom",
        "DARKROOM_ENVIRONMENT": "test",
        "DARKROOM_ALLOWED_ORIGINS": "",
    }

    shown = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(aws_event("api_request") | {"path": "/nowhere"}),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert shown.stderr == ""
    assert any(line.get("message") == "a module says something" for line in lines)
    assert any(line.get("Answers4xx") == [1.0] for line in lines)
    assert {line["environment"] for line in lines if "_aws" in line} == {"test"}
    assert {line["service"] for line in lines if "service" in line} == {"images"}


def test_no_answer_goes_into_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers hold tokens and signed forms."""
    asked: list[dict[str, Any]] = []

    def capture(handler: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        asked.append(options)
        return handler

    monkeypatch.setattr(observe.tracer, "capture_lambda_handler", capture)
    observe.observed(lambda event, context: {})

    assert asked == [{"capture_response": False}]
