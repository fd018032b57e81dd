"""The construct that the compiler writes, for pipelines of one stage and of several."""

import json
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template

from darkroom.plan.models import Plan, Retry, Stage, Task
from dsl.backends.wiring import render_wiring, stages_at_once
from infra.assets import ROOT
from infra.functions import ARCHITECTURE, RUNTIME
from infra.kept import Kept
from infra.pipelines import compiled_pipeline, plan_path
from infra.stacks import DataStack
from steps.allocator import KEEPS_MEMORY
from tests.infra.environments import DEV

RUFF = Path(sys.executable).with_name("ruff")


THUMBNAIL, MEDIUM, LARGE = "sizes.thumbnail", "sizes.medium", "sizes.large"
BRANDED = (f"{MEDIUM} > brand", f"{LARGE} > brand")


def plan(start: Task, *stages: Stage) -> Plan:
    """The plan of the pipeline that is in the repository, cut into other stages."""
    lock = json.loads((ROOT / plan_path(compiled_pipeline())).read_text("utf-8"))
    return Plan.model_validate(lock["plan"]).model_copy(update={"stages": stages, "start": start})


def stage(name: str, *steps: str, **declared: Any) -> Stage:
    return Stage(
        **{"id": name, "steps": steps, "memory_mb": 1024, "timeout_s": 20, "retry": Retry()}
        | declared
    )


def task(name: str, at: str, *covers: str, following: tuple[Task, ...] = ()) -> Task:
    return Task(stage=name, at=at, covers=covers, next=following)


ONE = plan(
    task("photos", "", THUMBNAIL, MEDIUM, LARGE, *BRANDED),
    stage("photos", "check", "sizes", "brand"),
)
CUT = plan(
    task(
        "first",
        "",
        THUMBNAIL,
        MEDIUM,
        LARGE,
        following=tuple(
            task("brand", at, way) for at, way in zip((MEDIUM, LARGE), BRANDED, strict=True)
        ),
    ),
    stage("first", "check", "sizes"),
    stage("brand", "brand", memory_mb=512, calls=("rekognition:DetectFaces",)),
)
OPENED = plan(
    task("open", "", following=(task("rest", "", THUMBNAIL, MEDIUM, LARGE, *BRANDED),)),
    stage("open", "check"),
    stage("rest", "sizes", "brand"),
)
MANY = plan(ONE.start, stage("photos", *(f"a_step_with_quite_a_long_name_{n}" for n in range(12))))


@pytest.mark.parametrize("compiled", [ONE, CUT, OPENED, MANY])
def test_the_text_is_formatted_and_clean_as_it_is_written(compiled):
    """Nobody has to run a formatter after `make generate`."""
    text = render_wiring(compiled, million_usd=95.28)
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
    assert render_wiring(CUT, million_usd=1) == render_wiring(CUT.model_copy(), million_usd=1)


def test_each_stage_is_a_function_with_a_role_and_a_version_of_its_own(tmp_path):
    """With its memory, kept for the next picture, and its time; the machine calls the versions."""
    template = synthesised(CUT, tmp_path)
    functions = template.find_resources("AWS::Lambda::Function").values()
    (machine,) = template.find_resources("AWS::StepFunctions::StateMachine").values()
    versions = template.find_resources("AWS::Lambda::Version")

    told = [found["Properties"] for found in functions]
    by_stage = {
        function["Environment"]["Variables"]["DARKROOM_STAGE"]: function for function in told
    }
    assert {name: found["MemorySize"] for name, found in by_stage.items()} == {
        "first": 1024,
        "brand": 512,
    }
    assert {found["Timeout"] for found in told} == {20}
    assert all(KEEPS_MEMORY.items() <= found["Environment"]["Variables"].items() for found in told)
    assert len({str(found["Role"]) for found in told}) == 2
    substitutions = machine["Properties"]["DefinitionSubstitutions"]
    assert substitutions.keys() == {"StageFunction_first", "StageFunction_brand"}
    assert {value["Ref"] for value in substitutions.values()} == versions.keys()


def test_a_stage_holds_the_packages_that_its_steps_require(tmp_path):
    """And no others: each function has the code of its own set of them."""
    packed = plan(
        CUT.start,
        stage("first", "check", "sizes"),
        stage("brand", "brand", required_by=("tint", "watermark")),
    )
    template = synthesised(packed, tmp_path)

    functions = template.find_resources("AWS::Lambda::Function").values()
    code = {
        found["Properties"]["Environment"]["Variables"]["DARKROOM_STAGE"]: found["Properties"][
            "Code"
        ]["ZipFile"]
        for found in functions
    }
    assert code == {"first": "handler = ()", "brand": "handler = ('tint', 'watermark')"}


def test_the_machine_may_call_its_own_stages_and_nothing_else(tmp_path):
    """Each by its name, in any version."""
    template = synthesised(CUT, tmp_path)
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


EVERY_STAGE = {
    ("dynamodb:PutItem", "events"),
    ("dynamodb:Query", "events"),
    ("xray:PutTelemetryRecords", "*"),
    ("xray:PutTraceSegments", "*"),
}
OPENS = {
    ("s3:GetObjectVersion", "originals/*"),
    ("s3:ListBucket", "originals"),
    ("kms:Decrypt", "key of originals"),
}
PUBLISHES = {
    ("s3:GetObject", "variants/photos/*"),
    ("s3:PutObject", "variants/photos/*"),
    ("kms:Decrypt", "key of variants"),
    ("kms:GenerateDataKey", "key of variants"),
}
LEAVES = {
    ("s3:PutObject", "variants/intermediates/*"),
    ("kms:GenerateDataKey", "key of variants"),
}
TAKES = {
    ("s3:GetObject", "variants/intermediates/*"),
    ("s3:ListBucket", "variants"),
    ("kms:Decrypt", "key of variants"),
}
CALLS = {("rekognition:DetectFaces", "*")}


@pytest.mark.parametrize(
    ("compiled", "allowed"),
    [
        (ONE, {"photos": OPENS | PUBLISHES}),
        (CUT, {"first": OPENS | PUBLISHES | LEAVES, "brand": TAKES | PUBLISHES | CALLS}),
        (OPENED, {"open": OPENS | LEAVES, "rest": TAKES | PUBLISHES}),
    ],
    ids=["one stage", "a stage that fans out", "a stage that only opens"],
)
def test_a_stage_may_do_what_its_part_of_the_plan_does_and_no_more(compiled, allowed, tmp_path):
    """Only who opens reads originals; who takes reads, and who leaves writes, intermediates."""
    template = synthesised(compiled, tmp_path)

    assert granted(template) == {name: EVERY_STAGE | more for name, more in allowed.items()}


@pytest.mark.parametrize(
    ("start", "width"),
    [
        (task("a", ""), 1),
        (task("a", "", following=(task("b", ""),)), 1),
        (task("a", "", following=(task("b", "x"), task("b", "y"))), 2),
        (
            task(
                "a",
                "",
                following=(
                    task("b", "x", following=(task("c", "z"),)),
                    task("b", "y", following=tuple(task("c", f"y{n}") for n in range(3))),
                ),
            ),
            4,
        ),
    ],
    ids=["one", "one behind another", "two at once", "wider further on"],
)
def test_a_run_keeps_as_many_functions_busy_as_its_widest_row_of_tasks(start, width):
    """Branches go on without waiting for each other, so a wide row counts beside any other."""
    assert stages_at_once(start) == width
    assert f"STAGES_AT_ONCE = {width}" in render_wiring(plan(start, *ONE.stages), million_usd=1)


def test_a_function_of_many_steps_is_described_as_far_as_there_is_room(tmp_path):
    """Lambda takes 256 characters."""
    (function,) = synthesised(MANY, tmp_path).find_resources("AWS::Lambda::Function").values()

    assert len(function["Properties"]["Description"]) == 256


def granted(template: Template) -> dict[str, set[tuple[str, str]]]:
    """What the role of each stage allows, its own logs and the key of the history left out."""
    roles = template.find_resources("AWS::IAM::Role")
    return {
        found["Properties"]["Environment"]["Variables"]["DARKROOM_STAGE"]: {
            (action, told)
            for policy in roles[found["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"][
                "Policies"
            ]
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Allow"
            for action in as_list(statement["Action"])
            for told in map(in_words, as_list(statement["Resource"]))
            if told not in {"logs", "key of history"}
        }
        for found in template.find_resources("AWS::Lambda::Function").values()
    }


def as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def in_words(resource: object) -> str:
    """`variants/photos/*` for the objects below that prefix of the bucket of variants."""
    text = json.dumps(resource)
    if text == '"*"':
        return "*"
    if "PipelineStage" in text and "Logs" in text:
        return "logs"
    if key := re.search("Encryption(Originals|Variants|History)", text):
        return f"key of {key[1].lower()}"
    (kind,) = set(re.findall("StorageOriginals|StorageVariants|HistoryEvents", text))
    below = re.search(r'"(/[^"]*)"', text)
    return kind.removeprefix("Storage").removeprefix("History").lower() + (
        below[1] if below else ""
    )


def synthesised(compiled: Plan, folder: Path) -> Template:
    """The template of a stack that holds nothing but the pipeline."""
    (folder / "wiring.py").write_text(render_wiring(compiled, million_usd=95.28))
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
        code={
            packages: lambda_.Code.from_inline(f"handler = {packages}")
            for packages in module.Pipeline.PACKAGES
        },
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
