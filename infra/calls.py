"""Calls: which services the functions of a stack call, read from what their roles are allowed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

# Allowed to the roles, but called by Lambda in their name, from where it is and not from our
# network: infra/indirect_grants.yaml has the pages.
_BY_LAMBDA = {"ec2", "logs", "xray"}
_POLLED = {
    *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    *("dynamodb:ListStreams", "sqs:DeleteMessage", "sqs:ReceiveMessage"),
}

# What is reached at another address than its service's: Step Functions guide, "Amazon VPC
# endpoints for synchronous Express workflows".
_ELSEWHERE = {"states:StartSyncExecution": "sync-states"}


@dataclass(frozen=True)
class FunctionRole:
    """A function of ours, and the role with whose rights it calls."""

    function: lambda_.CfnFunction
    role: iam.CfnRole

    def statements(self) -> Iterator[Mapping[str, Any]]:
        """Yield what the role is allowed or denied, as JSON in which references are tokens."""
        for policy in self._policies():
            if isinstance(policy.policy_document, iam.PolicyDocument):
                yield from policy.policy_document.to_json()["Statement"]

    def permit(self, name: str, *statements: iam.PolicyStatement) -> None:
        """Add a policy, by this name, to the role."""
        document = iam.PolicyDocument(statements=list(statements))
        policy = iam.CfnRole.PolicyProperty(policy_name=name, policy_document=document)
        self.role.policies = [*self._policies(), policy]

    def _policies(self) -> Iterator[iam.CfnRole.PolicyProperty]:
        policies = self.role.policies
        for policy in policies if isinstance(policies, list) else ():
            if isinstance(policy, iam.CfnRole.PolicyProperty):
                yield policy


def function_roles(stack: Stack) -> tuple[FunctionRole, ...]:
    """Return every function of ours in `stack`, in order.

    The one of CDK's own, which sets the notification of a bucket while the stack is deployed and
    has to answer CloudFormation, is no construct of that kind.
    """
    found = stack.node.find_all()
    roles = {stack.get_logical_id(each): each for each in found if isinstance(each, iam.CfnRole)}
    functions = [each for each in found if isinstance(each, lambda_.CfnFunction)]
    return tuple(
        FunctionRole(function, roles[stack.resolve(function.role)["Fn::GetAtt"][0]])
        for function in functions
    )


def services_called(roles: tuple[FunctionRole, ...]) -> Mapping[str, tuple[dict[str, Any], ...]]:
    """Return the services that functions call, by the name of their endpoint, and what of them.

    That is what their roles are allowed, each statement cut down to the service. Keys of KMS are
    used only by services that act for them (`kms:ViaService`), so that nobody calls KMS.
    """
    called: dict[str, dict[str, dict[str, Any]]] = {}
    for each in roles:
        for statement in each.statements():
            if statement["Effect"] == "Allow" and "kms:ViaService" not in str(statement):
                for service, actions in _by_service(statement["Action"]).items():
                    cut = {"Action": actions, "Resource": statement["Resource"]}
                    called.setdefault(service, {})[str(cut)] = cut
    return {service: tuple(cuts.values()) for service, cuts in sorted(called.items())}


def _by_service(actions: str | list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for action in [actions] if isinstance(actions, str) else actions:
        service = _ELSEWHERE.get(action, action.partition(":")[0])
        if service not in _BY_LAMBDA and action not in _POLLED:
            found.setdefault(service, []).append(action)
    return found
