"""Network: where functions run, and how they reach AWS from there.

    none      no network of ours: functions run in Lambda's own, and reach AWS through the internet
    isolated  private subnets without any way out; each service that is called has an endpoint
    nat       private subnets, and a gateway to the internet for steps that call somebody else

No construct knows of it: `Network` puts every function of a stack into its subnets, so that none
can be forgotten. Gateway endpoints, for S3 and DynamoDB, cost nothing, and every network has them.
"""

from aws_cdk import Aws, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.calls import FunctionRole, function_roles, services_called
from infra.endpoints import GATEWAYS, Endpoints, https
from infra.permissions import allow, only_lambda_itself
from infra.settings import Settings

ZONES = 2
# 4,096 addresses: a function takes one in each subnet, however many invocations share it.
# Source: Lambda guide, "Giving Lambda functions access to resources in an Amazon VPC".
_ADDRESSES = "10.66.0.0/20"

# For the interfaces of functions in subnets; Lambda asks for them. Source: the same page.
_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


class Network(Construct):
    """The private network of a stack whose profile has one: `isolated`, or `nat`."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._isolated = settings.network == "isolated"
        self.vpc = self._vpc()
        self._subnets = self.vpc.isolated_subnets if self._isolated else self.vpc.private_subnets
        self._log_refusals(settings)

    def admit(self, stack: Stack) -> None:
        """Put every function of `stack` into the private subnets, with a way to what it calls."""
        roles = function_roles(stack)
        called = services_called(roles)
        if not self._isolated:
            called = {service: called[service] for service in GATEWAYS}
        endpoints = Endpoints(self, "Endpoints", vpc=self.vpc, subnets=self._subnets, called=called)
        anywhere = https("To anybody, through the gateways", cidr_ip="0.0.0.0/0")
        functions = ec2.CfnSecurityGroup(
            self,
            "Functions",
            vpc_id=self.vpc.vpc_id,
            group_description="Functions: out to endpoints, nothing in",
            security_group_egress=endpoints.ways_out if self._isolated else [anywhere],
        )
        endpoints.let_in(functions)
        for each in roles:
            self._move(each, functions)

    def _vpc(self) -> ec2.Vpc:
        """Private subnets in two zones, and with `nat` a public one in each for its gateway."""
        kind = ec2.SubnetType.PRIVATE_ISOLATED
        public = []
        if not self._isolated:
            kind = ec2.SubnetType.PRIVATE_WITH_EGRESS
            public = [
                ec2.SubnetConfiguration(
                    name="gateway",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=28,
                    map_public_ip_on_launch=False,
                )
            ]
        private = ec2.SubnetConfiguration(name="processing", subnet_type=kind, cidr_mask=23)
        return ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(_ADDRESSES),
            max_azs=ZONES,
            nat_gateways=0 if self._isolated else ZONES,
            subnet_configuration=[private, *public],
        )

    def _log_refusals(self, settings: Settings) -> None:
        """Log what was refused: of functions that only reach endpoints, that is all of interest."""
        group = logs.LogGroup(
            self,
            "Refusals",
            retention=settings.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=self.vpc.vpc_id,
            resource_type="VPC",
            traffic_type="REJECT",
            log_group_name=group.log_group_name,
            deliver_logs_permission_arn=self._flow_log_role(group).role_arn,
        )

    def _flow_log_role(self, group: logs.ILogGroup) -> iam.Role:
        """A role that only flow logs of this account take: VPC guide, "IAM role for publishing"."""
        flow_logs = f"arn:{Aws.PARTITION}:ec2:{Aws.REGION}:{Aws.ACCOUNT_ID}:vpc-flow-log/*"
        actions = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
        write = allow(*actions, on=[group.log_group_arn])
        return iam.Role(
            self,
            "RefusalsRole",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={
                    "ArnLike": {"aws:SourceArn": flow_logs},
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                },
            ),
            inline_policies={"permissions": iam.PolicyDocument(statements=[write])},
        )

    def _move(self, each: FunctionRole, group: ec2.CfnSecurityGroup) -> None:
        """Put one function into the network, and let Lambda, not its code, make its interfaces."""
        each.function.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
            subnet_ids=[subnet.subnet_id for subnet in self._subnets],
            security_group_ids=[group.attr_group_id],
        )
        each.permit("network", allow(*_INTERFACES, on=["*"]), only_lambda_itself(*_INTERFACES))
