"""Release: one version of everything that a run goes through, and the name by which it is live.

    live -> version of the orchestrator -> version of the state machine -> versions of the stages

Each names the next, so whoever moves `live` moves all of it at once. An orchestrator of one
release with a machine of another would only find that the stages are of another pipeline.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from infra.assets import Assets
from infra.permissions import allow
from infra.pipelines import CompiledPipeline
from infra.settings import Settings

LIVE = "live"


@dataclass(frozen=True)
class Published:
    """What starts runs of this deployment: an ARN, and the permission to start by it."""

    arn: str
    permission: iam.PolicyStatement


def published(machine: sfn.StateMachine, *, starts_by: str, settings: Settings) -> Published:
    """Publish `machine`, so that runs under way finish on the definition they began with.

    Each deployment that changes it makes a version. Versions stay. So does a machine that another
    engine replaces: deleting it would end its executions at their next state.

    Where `settings.publish_machine` is off, runs start on the machine as it is. `starts_by` is the
    action of Step Functions that starts one. A version is authorised by the machine's own ARN, and
    told apart by a condition: any version may be started, what was not published may not.

    Source: Step Functions guide, "Authorization for versions and aliases"; API reference,
    DeleteStateMachine and DeleteStateMachineVersion.
    """
    if not settings.publish_machine:
        permission = allow(starts_by, on=[machine.state_machine_arn])
        return Published(machine.state_machine_arn, permission)
    machine.apply_removal_policy(RemovalPolicy.RETAIN)
    version = sfn.CfnStateMachineVersion(
        machine,
        "Version",
        state_machine_arn=machine.state_machine_arn,
        state_machine_revision_id=machine.state_machine_revision_id,
    )
    # Another revision is another version, beside this one.
    version.apply_removal_policy(RemovalPolicy.RETAIN)
    of_a_version = {"Null": {"states:StateMachineQualifier": "false"}}
    permission = allow(starts_by, on=[machine.state_machine_arn], when=of_a_version)
    return Published(version.attr_arn, permission)


def live(orchestrator: lambda_.Function, *, made_of: str) -> lambda_.Alias:
    """Publish `orchestrator` as it is now, and have `live` lead there.

    Another `made_of` is another version, also where the function's own properties are the same:
    its environment has the ARN of the machine's version, of which the template knows the name only.
    """
    orchestrator.invalidate_version_based_on(made_of)
    return lambda_.Alias(
        orchestrator, "Live", alias_name=LIVE, version=orchestrator.current_version
    )


def made_of(settings: Settings, compiled: CompiledPipeline, assets: Assets) -> str:
    """A digest of all that decides how a run goes: code, plan, definition, wiring and settings."""
    digest = hashlib.sha256(repr((settings, compiled.DIGEST)).encode())
    for asset in (assets.api, *assets.stages.values()):
        digest.update(f"\0{asset.name}".encode())  # the name has a digest of what is in it
    wiring = Path(sys.modules[compiled.__module__].__file__ or "")
    for path in (wiring, wiring.with_name("state_machine.asl.json")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
