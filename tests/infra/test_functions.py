"""What every function has, and what it is told."""

import re
from pathlib import Path

import pytest

from generated.photos.wiring import STAGES
from infra.pipelines import GENERATED, compiled_pipeline

HANDLERS = Path(GENERATED).parent / "darkroom" / "handlers"


def test_every_function_logs_for_a_limited_time(stacks):
    """Each to a log group of its own, with retention."""
    groups = stacks.all("AWS::Logs::LogGroup")
    used = [
        function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        for function in stacks.all("AWS::Lambda::Function").values()
    ]

    assert len(set(used)) == len(used)
    assert set(used) <= groups.keys()
    assert all(group["Properties"]["RetentionInDays"] for group in groups.values())


def test_every_function_of_ours_is_traced_and_runs_on_arm(stacks):
    """Python 3.13 on arm64; the one function of CDK's own only runs on deployment."""
    functions = stacks.all("AWS::Lambda::Function")
    ours = [found["Properties"] for name, found in functions.items() if "Notifications" not in name]

    assert len(ours) == len(functions) - 1 == 8
    for function in ours:
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == "Darkroom"


def together(name, seen):
    """The module of handlers and all that it is made of, but for what reads for everybody."""
    if name in {*seen, "settings", "clients", "observe"}:
        return seen
    text = (HANDLERS / f"{name}.py").read_text("utf-8")
    seen.add(name)
    for part in re.findall(r"(?:darkroom\.handlers\.(\w+) import|include_router\((\w+)\.)", text):
        together("".join(part), seen)
    return seen


@pytest.mark.parametrize(
    "handler",
    ["auth", "images", "s3_event", "orchestrator", "projector", "reconcile", "refold", "stage"],
)
def test_a_function_is_told_exactly_what_its_handler_reads(dev, handler):
    """A setting that is missing would be found at night, one too many never."""
    (function,) = (
        found["Properties"]
        for found in dev.all("AWS::Lambda::Function").values()
        if found["Properties"]["Handler"] == f"darkroom.handlers.{handler}.handler"
    )
    told = {name for name in function["Environment"]["Variables"] if name.startswith("DARKROOM_")}
    text = "".join(
        (HANDLERS / f"{name}.py").read_text("utf-8") for name in together(handler, set())
    )
    reads = set(re.findall(r'setting\("(\w+)"\)', text))
    reads |= {"ENVIRONMENT"}  # by handlers/observe.py, for every function's metrics
    reads |= {"PLAN"} if re.search(r"\bplan\(\)", text) else set()
    reads |= {"USER_POOL_CLIENT_ID"} if re.search(r"\buser_id\(", text) else set()

    assert told == {f"DARKROOM_{name}" for name in reads}


def test_the_function_that_ends_runs_is_told_what_its_handler_reads(standard):
    """As the others; only a pipeline on a Standard machine has it."""
    function = standard.properties("AWS::Lambda::Function", "ProcessingEndingsEnded")
    told = {name for name in function["Environment"]["Variables"] if name.startswith("DARKROOM_")}

    assert function["Handler"] == "darkroom.handlers.ended.handler"
    reads = ("ENVIRONMENT", "PLAN", "EVENTS_TABLE", "QUEUE_URL")
    assert told == {f"DARKROOM_{name}" for name in reads}


def test_functions_have_the_memory_and_the_time_that_they_are_meant_to_have(dev):
    """In MB and seconds. A stage has those of its plan, an orchestrator outlasts the run."""
    found = {
        function["Properties"]["Handler"].split(".")[-2]: (
            function["Properties"]["MemorySize"],
            function["Properties"]["Timeout"],
        )
        for name, function in dev.all("AWS::Lambda::Function").items()
        if "Notifications" not in name
    }
    (stage,) = STAGES

    assert found == {
        "auth": (512, 10),
        "images": (512, 10),
        "s3_event": (512, 30),
        "orchestrator": (256, compiled_pipeline().WORST_CASE_S + 20),
        "stage": (stage.memory_mb, stage.timeout_s),
        "projector": (512, 30),
        "refold": (512, 30),
        "reconcile": (512, 60),
    }


def test_no_function_is_told_a_secret(stacks):
    """The one there is, the client's, is read from Cognito by the function that needs it."""
    for function in stacks.all("AWS::Lambda::Function").values():
        told = function["Properties"].get("Environment", {}).get("Variables", {})
        assert not any(re.search("SECRET|PASSWORD|TOKEN", name) for name in told)
