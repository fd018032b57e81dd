"""Release: the state machine as it was deployed, and the name by which runs of it start."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn

from infra.permissions import allow
from infra.settings import Settings

ALIAS = "live"


@dataclass(frozen=True)
class Release:
    """What starts runs of the latest deployment: an ARN, and the permission to start by it."""

    arn: str
    permission: iam.PolicyStatement


def release(machine: sfn.StateMachine, *, starts_by: str, settings: Settings) -> Release:
    """Publish `machine`, so that runs under way finish on the definition they began with.

    Each deployment that changes it makes a version, and points the alias there. Versions stay.
    So does a machine that another engine replaces: deleting it would end its executions at their
    next state. Both belong to the machine, so that those of another engine are others.

    Where `settings.publish_machine` is off, runs start on the machine as it is. `starts_by` is the
    action of Step Functions that starts one. Version and alias are authorised by the machine's
    own ARN, and told apart by a condition.

    Source: Step Functions guide, "Authorization for versions and aliases"; API reference,
    DeleteStateMachine and DeleteStateMachineVersion.
    """
    if not settings.publish_machine:
        return Release(machine.state_machine_arn, allow(starts_by, on=[machine.state_machine_arn]))
    machine.apply_removal_policy(RemovalPolicy.RETAIN)
    alias = _alias(machine, _version(machine))
    through_alias = {"ForAnyValue:StringEquals": {"states:StateMachineQualifier": [ALIAS]}}
    permission = allow(starts_by, on=[machine.state_machine_arn], when=through_alias)
    return Release(alias.attr_arn, permission)


def _version(machine: sfn.StateMachine) -> sfn.CfnStateMachineVersion:
    """A version of this revision: another revision is another version, beside this one."""
    version = sfn.CfnStateMachineVersion(
        machine,
        "Version",
        state_machine_arn=machine.state_machine_arn,
        state_machine_revision_id=machine.state_machine_revision_id,
    )
    version.apply_removal_policy(RemovalPolicy.RETAIN)
    return version


def _alias(
    machine: sfn.StateMachine, version: sfn.CfnStateMachineVersion
) -> sfn.CfnStateMachineAlias:
    route = sfn.CfnStateMachineAlias.RoutingConfigurationVersionProperty(
        state_machine_version_arn=version.attr_arn, weight=100
    )
    return sfn.CfnStateMachineAlias(machine, "Alias", name=ALIAS, routing_configuration=[route])
