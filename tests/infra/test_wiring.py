"""The construct that the compiler writes, for pipelines of one stage and of several."""

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template

from darkroom.plan.models import Plan, Retry, Stage
from dsl.backends.wiring import render_wiring
from infra.assets import ROOT
from infra.functions import ARCHITECTURE, RUNTIME
from infra.kept import Kept
from infra.pipelines import compiled_pipeline, plan_path
from infra.settings import DEV
from infra.stacks import DataStack

RUFF = Path(sys.executable).with_name("ruff")


def plan(*stages: Stage) -> Plan:
    """The plan of the pipeline that is in the repository, cut into other stages."""
    lock = json.loads((ROOT / plan_path(compiled_pipeline())).read_text("utf-8"))
    return Plan.model_validate(lock["plan"]).model_copy(update={"stages": stages})


def stage(name: str, *steps: str, memory_mb: int = 1024) -> Stage:
    return Stage(id=name, steps=steps, memory_mb=memory_mb, timeout_s=20, retry=Retry())


ONE = plan(stage("photos", "check", "sizes", "brand"))
TWO = plan(stage("first", "check"), stage("second", "moderate", memory_mb=512))
MANY = plan(stage("photos", *(f"a_step_with_quite_a_long_name_{n}" for n in range(12))))


@pytest.mark.parametrize("compiled", [ONE, TWO, MANY])
def test_the_text_is_formatted_and_clean_as_it_is_written(compiled):
    """Nobody has to run a formatter after `make generate`."""
    text = render_wiring(compiled)
    for command in (["format", "--check"], ["check", "--quiet"]):
        done = subprocess.run(
            [str(RUFF), *command, "--stdin-filename", "generated/photos/wiring.py", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_plan_gives_the_same_text():
    """To the byte."""
    assert render_wiring(TWO) == render_wiring(TWO.model_copy())


def test_each_stage_is_a_function_with_a_role_and_a_version_of_its_own(tmp_path):
    """With its memory and its time; and the machine calls those versions, by stage."""
    template = synthesised(TWO, tmp_path)
    functions = template.find_resources("AWS::Lambda::Function").values()
    (machine,) = template.find_resources("AWS::StepFunctions::StateMachine").values()
    versions = template.find_resources("AWS::Lambda::Version")

    told = [found["Properties"] for found in functions]
    by_stage = {
        function["Environment"]["Variables"]["DARKROOM_STAGE"]: function for function in told
    }
    assert {name: found["MemorySize"] for name, found in by_stage.items()} == {
        "first": 1024,
        "second": 512,
    }
    assert {found["Timeout"] for found in told} == {20}
    assert len({str(found["Role"]) for found in told}) == 2
    substitutions = machine["Properties"]["DefinitionSubstitutions"]
    assert substitutions.keys() == {"StageFunction_first", "StageFunction_second"}
    assert {value["Ref"] for value in substitutions.values()} == versions.keys()


def test_the_machine_may_call_its_own_stages_and_nothing_else(tmp_path):
    """Each by its name, in any version."""
    template = synthesised(TWO, tmp_path)
    statements = [
        statement
        for role in template.find_resources("AWS::IAM::Role").values()
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
    ]

    (statement,) = statements
    called = [resource["Fn::Join"][1] for resource in statement["Resource"]]
    functions = template.find_resources("AWS::Lambda::Function").keys()
    assert {name["Fn::GetAtt"][0] for name, _ in called} == functions
    assert {suffix for _, suffix in called} == {":*"}


def synthesised(compiled: Plan, folder: Path) -> Template:
    """The template of a stack that holds nothing but the pipeline."""
    (folder / "wiring.py").write_text(render_wiring(compiled))
    (folder / "state_machine.asl.json").write_text(json.dumps({"StartAt": "x", "States": {}}))
    spec = spec_from_file_location("wiring_of_a_test", folder / "wiring.py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    app = App()
    kept: Kept = DataStack(app, "data", settings=DEV).kept
    stack = Stack(app, "pipeline")
    module.Pipeline(
        stack,
        "Pipeline",
        code=lambda_.Code.from_inline("handler = None"),
        runtime=RUNTIME,
        architecture=ARCHITECTURE,
        environment={},
        log_retention=logs.RetentionDays.ONE_WEEK,
        events=kept.history.events,
        events_key=kept.encryption.history,
        originals=kept.storage.originals,
        originals_key=kept.encryption.originals,
        variants=kept.storage.variants,
        variants_key=kept.encryption.variants,
    )
    return Template.from_stack(stack)
