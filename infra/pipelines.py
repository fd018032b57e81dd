"""Pipelines: finding what the compiler wrote, and the shape that is relied on."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Literal, Protocol, cast

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

GENERATED = Path(__file__).parent.parent / "generated"


class DeployedPipeline(Protocol):
    """What the rest of the app uses of a pipeline in a stack."""

    @property
    def state_machine(self) -> sfn.StateMachine:
        """The machine that runs the pipeline on one image."""

    @property
    def functions(self) -> Mapping[str, lambda_.Function]:
        """The function of each stage, by the stage's id."""


class CompiledPipeline(Protocol):
    """The class `Pipeline` of a generated/<name>/wiring.py."""

    NAME: str
    ENGINE: Literal["express", "standard"]
    DIGEST: str
    WORST_CASE_S: int
    STAGES_AT_ONCE: int
    MILLION_USD: float
    PACKAGES: tuple[tuple[str, ...], ...]

    def __call__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        code: Mapping[tuple[str, ...], lambda_.Code],
        runtime: lambda_.Runtime,
        architecture: lambda_.Architecture,
        environment: Mapping[str, str],
        log_retention: logs.RetentionDays,
        events: dynamodb.ITable,
        events_key: kms.IKey,
        originals: s3.IBucket,
        originals_key: kms.IKey,
        variants: s3.IBucket,
        variants_key: kms.IKey,
    ) -> DeployedPipeline:
        """Put the pipeline's functions and state machine into `scope`."""


def compiled_pipeline(name: str | None = None, environment: str = "") -> CompiledPipeline:
    """The pipeline `name`, as `environment` has it where an overlay changes it for that.

    Without a name, it is the only one there is.

    Raises LookupError, with the cure, if there is none, or more than one to choose from.
    """
    found = sorted(wiring.parent.name for wiring in GENERATED.glob("*/wiring.py"))
    if name is None and len(found) != 1:
        cure = "run `make generate`" if not found else "choose: --context pipeline=NAME"
        raise LookupError(f"generated/ holds {', '.join(found) or 'no pipeline'}; {cure}.")
    chosen = name or found[0]
    if chosen not in found:
        raise LookupError(f"generated/ holds no pipeline '{chosen}'; run `make generate`.")
    changed = environment and (GENERATED / chosen / environment / "wiring.py").exists()
    package = f"generated.{chosen}.{environment}" if changed else f"generated.{chosen}"
    return cast("CompiledPipeline", import_module(f"{package}.wiring").Pipeline)


def plan_path(compiled: CompiledPipeline) -> str:
    """Where the plan lies, in the repository and in every asset."""
    return f"{compiled.__module__.rpartition('.')[0].replace('.', '/')}/plan.json"
