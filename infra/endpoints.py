"""Endpoints: the doors of a private network to the services of AWS, and who passes them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from aws_cdk import Aws, CfnMapping
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

# Of these two a network can have gateway endpoints: routes, which cost nothing. All others are
# reached through interfaces, by the hour. Source: VPC guide, "Gateway endpoints".
GATEWAYS = ("dynamodb", "s3")
PREFIX_LISTS = Path(__file__).with_name("prefix_lists.yaml")

Calls = Sequence[Mapping[str, Any]]
Egress = ec2.CfnSecurityGroup.EgressProperty


class Endpoints(Construct):
    """An endpoint for each service, which lets pass the calls of it that are given, and no other.

    `ways_out` are the rules by which a security group lets out to all of them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.Vpc,
        subnets: Sequence[ec2.ISubnet],
        called: Mapping[str, Calls],
    ) -> None:
        super().__init__(scope, construct_id)
        self._vpc = vpc
        self._subnets = subnets
        self.ways_out: list[Egress] = []
        interfaces = {name: calls for name, calls in called.items() if name not in GATEWAYS}
        for service in called.keys() - interfaces.keys():
            self._add_gateway(service, called[service])
        self.group = self._add_interfaces(interfaces) if interfaces else None

    def let_in(self, group: ec2.CfnSecurityGroup) -> None:
        """Let members of `group` in to the interfaces."""
        if self.group is not None:
            ec2.CfnSecurityGroupIngress(
                self,
                "FromFunctions",
                description="From functions",
                group_id=self.group.attr_group_id,
                source_security_group_id=group.attr_group_id,
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
            )

    def _add_gateway(self, service: str, calls: Calls) -> None:
        ec2.CfnVPCEndpoint(
            self,
            _id(service),
            vpc_id=self._vpc.vpc_id,
            service_name=f"com.amazonaws.{Aws.REGION}.{service}",
            route_table_ids=[subnet.route_table.route_table_id for subnet in self._subnets],
            policy_document=_policy(calls),
        )
        to = f"To the endpoint of {service}"
        addresses = self._prefix_list(service)
        self.ways_out.append(https(to, destination_prefix_list_id=addresses))

    def _prefix_list(self, service: str) -> str:
        """The region's list of the service's addresses; no stack is made where it is not known."""
        known = yaml.safe_load(PREFIX_LISTS.read_text("utf-8"))
        lists = {region: {"Id": each[service]} for region, each in known.items()}
        mapping = CfnMapping(self, f"PrefixLists{service.title()}", mapping=lists)
        return mapping.find_in_map(Aws.REGION, "Id")

    def _add_interfaces(self, called: Mapping[str, Calls]) -> ec2.CfnSecurityGroup:
        """Interfaces of these services in each subnet, which answer by the services' own names."""
        group = ec2.CfnSecurityGroup(
            self,
            "Interfaces",
            vpc_id=self._vpc.vpc_id,
            group_description="Endpoints of AWS: in from functions, nothing out",
            # Without any rule AWS lets everything out: this one is for an address that is nobody's.
            security_group_egress=[https("Nowhere", cidr_ip="255.255.255.255/32")],
        )
        for service, calls in called.items():
            ec2.CfnVPCEndpoint(
                self,
                _id(service),
                vpc_id=self._vpc.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{Aws.REGION}.{service}",
                private_dns_enabled=True,
                subnet_ids=[subnet.subnet_id for subnet in self._subnets],
                security_group_ids=[group.attr_group_id],
                policy_document=_policy(calls),
            )
        to = "To the endpoints of other services"
        self.ways_out.append(https(to, destination_security_group_id=group.attr_group_id))
        return group


def https(description: str, **destination: str) -> Egress:
    """A rule that lets out to port 443 of a destination, and to no other port."""
    return Egress(
        description=description, ip_protocol="tcp", from_port=443, to_port=443, **destination
    )


def _id(service: str) -> str:
    return service.title().replace("-", "")


def _policy(calls: Calls) -> dict[str, Any]:
    """What may pass an endpoint: these calls, of this account's roles and of nobody else."""
    ours = {"StringEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID}}
    common = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Condition": ours}
    return {"Version": "2012-10-17", "Statement": [{**common, **each} for each in calls]}
