"""The network: who is in it, where it leads, and who may pass."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from darkroom.plan import Plan
from dsl.costs import idle
from dsl.costs.pricing import REGIONS
from infra.calls import services_called
from infra.endpoints import PREFIX_LISTS
from infra.network import ZONES
from infra.pipelines import GENERATED, compiled_pipeline, plan_path
from infra.settings import Settings
from tests.infra.conftest import Synthesised, synthesised
from tests.infra.environments import PROD

CLIENTS = Path(GENERATED).parent / "darkroom" / "handlers" / "clients.py"
# What boto3 calls otherwise than its endpoint is called, on Express and on Standard.
MACHINES = {"express": "sync-states", "standard": "states"}

# Whatever could lead out of a network.
DOORS = {
    "AWS::EC2::CarrierGateway",
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::VPCPeeringConnection",
    "AWS::EC2::VPNGateway",
}


@pytest.fixture(scope="module")
def nat(assets, tmp_path_factory):
    """The templates of prod, with the profile `nat`."""
    folder = tmp_path_factory.mktemp("nat")
    settings = replace(PROD, network="nat")
    return synthesised(folder, assets, (settings,), compiled_pipeline())["prod"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def ours(stacks: Synthesised) -> list[dict[str, Any]]:
    """The properties of all functions but CDK's own, which sets a notification on deployment."""
    functions = stacks.all("AWS::Lambda::Function").items()
    return [found["Properties"] for name, found in functions if "Notifications" not in name]


def endpoints(stacks: Synthesised) -> dict[str, dict[str, Any]]:
    """The properties of each endpoint, by its service."""
    found = (each["Properties"] for each in stacks.all("AWS::EC2::VPCEndpoint").values())
    return {str(each["ServiceName"]["Fn::Join"][1][-1]).lstrip("."): each for each in found}


def routes(stacks: Synthesised, subnet: str) -> list[dict[str, Any]]:
    """The routes of a subnet's table, but for those to endpoints."""
    (table,) = (
        each["Properties"]["RouteTableId"]["Ref"]
        for each in stacks.all("AWS::EC2::SubnetRouteTableAssociation").values()
        if each["Properties"]["SubnetId"]["Ref"] == subnet
    )
    found = (each["Properties"] for each in stacks.all("AWS::EC2::Route").values())
    return [each for each in found if each["RouteTableId"]["Ref"] == table]


def test_every_function_is_in_the_private_subnets_of_two_zones(prod, nat):
    """None can be forgotten; the one of CDK's own has to answer CloudFormation."""
    for stacks in (prod, nat):
        subnets = stacks.all("AWS::EC2::Subnet")
        functions = ours(stacks)
        used = {str(each["VpcConfig"]["SubnetIds"]) for each in functions}

        (one,) = used
        names = [each["Ref"] for each in functions[0]["VpcConfig"]["SubnetIds"]]
        zones = {str(subnets[name]["Properties"]["AvailabilityZone"]) for name in names}
        assert len(zones) == len(names) == ZONES >= 2
        assert one
        assert all(subnets[name]["Properties"]["MapPublicIpOnLaunch"] is False for name in names)


def test_nothing_leads_out_of_an_isolated_network(prod):
    """No gateway, no peer, and not one route but those to endpoints."""
    assert [kind for kind in DOORS if prod.all(kind)] == []
    assert not prod.all("AWS::EC2::Route")


def test_with_nat_functions_reach_the_internet_by_the_gateway_of_their_zone_only(nat):
    """They have no address of their own: only the gateways' subnets lead to the internet."""
    private = {each["Ref"] for each in ours(nat)[0]["VpcConfig"]["SubnetIds"]}
    public = nat.all("AWS::EC2::Subnet").keys() - private
    targets = {
        subnet: [set(each) & {"GatewayId", "NatGatewayId"} for each in routes(nat, subnet)]
        for subnet in private | public
    }

    assert {str(targets[subnet]) for subnet in private} == {str([{"NatGatewayId"}])}
    assert {str(targets[subnet]) for subnet in public} == {str([{"GatewayId"}])}
    assert len({str(routes(nat, subnet)[0]["NatGatewayId"]) for subnet in private}) == ZONES


def test_each_service_that_is_called_has_an_endpoint_and_no_other(prod, standard):
    """Those for which handlers make clients. Endpoints are derived from what roles are allowed."""
    made = set(re.findall(r'boto3\.client\("([\w-]+)"', CLIENTS.read_text("utf-8")))

    for stacks, engine in ((prod, "express"), (standard, "standard")):
        # Secrets are read only where CloudFront delivers.
        called = made - {"stepfunctions", "secretsmanager"} | {MACHINES[engine]}
        assert endpoints(stacks).keys() == called


def test_make_explain_prices_the_endpoints_that_there_are(prod, standard):
    """And takes as many zones for granted as there are."""
    lock = json.loads((GENERATED.parent / plan_path(compiled_pipeline())).read_text("utf-8"))
    plan = Plan.model_validate(lock["plan"])

    for stacks, engine in ((prod, "express"), (standard, "standard")):
        interfaces = {
            name
            for name, found in endpoints(stacks).items()
            if found.get("VpcEndpointType") == "Interface"
        }
        assert interfaces == set(idle.endpoints(plan.model_copy(update={"engine": engine})))
    assert idle.ZONES == ZONES
    assert set(idle.PROFILES) == set(Settings.__annotations__["network"].__args__)


def test_endpoints_let_pass_named_calls_on_our_resources_by_our_roles(prod, nat):
    """Whoever gets in cannot carry data to an account of their own."""
    for stacks in (prod, nat):
        assert {"s3", "dynamodb"} <= endpoints(stacks).keys()
        for service, endpoint in endpoints(stacks).items():
            for statement in endpoint["PolicyDocument"]["Statement"]:
                assert not any("*" in action for action in listed(statement["Action"]))
                assert "*" not in listed(statement["Resource"]), service
                assert statement["Condition"] == {
                    "StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}
                }
            # VPC guide, "Control access using endpoint policies": 20,480 characters.
            assert len(json.dumps(endpoint["PolicyDocument"])) < 20_480


def test_interfaces_answer_by_the_services_own_names_and_gateways_are_in_every_table(prod):
    """So no address has to be configured anywhere."""
    subnets = ours(prod)[0]["VpcConfig"]["SubnetIds"]

    for service, endpoint in endpoints(prod).items():
        if service in ("s3", "dynamodb"):
            tables = prod.all("AWS::EC2::RouteTable").keys()
            assert {each["Ref"] for each in endpoint["RouteTableIds"]} == tables
        else:
            assert endpoint["PrivateDnsEnabled"] is True
            assert endpoint["SubnetIds"] == subnets


def groups(stacks: Synthesised) -> tuple[dict[str, Any], dict[str, Any], str, str]:
    """The security groups of functions and of interfaces, and their logical ids."""
    found = stacks.all("AWS::EC2::SecurityGroup")
    ((functions, first),) = ((n, g["Properties"]) for n, g in found.items() if "Functions" in n)
    ((interfaces, other),) = ((n, g["Properties"]) for n, g in found.items() if "Endpoints" in n)
    return first, other, functions, interfaces


def test_functions_are_let_out_to_endpoints_only_and_nothing_is_let_in(prod):
    """Two lists of addresses for the gateways, one group for the interfaces, HTTPS alone."""
    first, _, functions, interfaces = groups(prod)
    out = first["SecurityGroupEgress"]
    listed_, grouped = (
        [each[name] for each in out if name in each]
        for name in ("DestinationPrefixListId", "DestinationSecurityGroupId")
    )

    assert len(out) == len(listed_) + len(grouped)
    assert all(each["Fn::FindInMap"] for each in listed_)
    assert grouped == [{"Fn::GetAtt": [interfaces, "GroupId"]}]
    assert {(each["IpProtocol"], each["FromPort"], each["ToPort"]) for each in out} == {
        ("tcp", 443, 443)
    }
    assert "SecurityGroupIngress" not in first
    assert not prod.all("AWS::EC2::SecurityGroupEgress")
    assert {str(each["VpcConfig"]["SecurityGroupIds"]) for each in ours(prod)} == {
        str([{"Fn::GetAtt": [functions, "GroupId"]}])
    }


def test_interfaces_let_functions_in_and_nothing_out(prod):
    """Without a rule AWS would let everything out: ours is for an address that is nobody's."""
    _, other, functions, interfaces = groups(prod)
    ((_, into),) = prod.all("AWS::EC2::SecurityGroupIngress").items()
    (out,) = other["SecurityGroupEgress"]

    assert out["CidrIp"] == "255.255.255.255/32"
    assert "SecurityGroupIngress" not in other
    assert into["Properties"]["GroupId"] == {"Fn::GetAtt": [interfaces, "GroupId"]}
    assert into["Properties"]["SourceSecurityGroupId"] == {"Fn::GetAtt": [functions, "GroupId"]}
    assert (into["Properties"]["FromPort"], into["Properties"]["ToPort"]) == (443, 443)


def test_gateways_addresses_are_known_for_every_region_with_prices():
    """Each region has lists of its own."""
    known = yaml.safe_load(PREFIX_LISTS.read_text("utf-8"))

    assert set(REGIONS) <= known.keys()
    ids = [name for each in known.values() for name in each.values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"pl-[0-9a-f]{8,17}", name) for name in ids)


def test_only_lambda_makes_interfaces_never_the_code_of_a_function(prod):
    """What Lambda needs the role for is denied to whoever runs in it."""
    for role, statements in of_functions(prod).items():
        allowed, denied = (
            {
                action
                for each in statements
                if each["Effect"] == effect
                for action in listed(each["Action"])
                if action.startswith("ec2:")
            }
            for effect in ("Allow", "Deny")
        )
        (denial,) = (each for each in statements if "lambda:SourceFunctionArn" in str(each))

        assert allowed == denied, role
        assert "ec2:CreateNetworkInterface" in allowed
        assert ":function:*" in str(denial["Condition"]["ArnLike"])


def test_what_the_network_refuses_is_logged_for_a_limited_time(prod, nat):
    """By a role that only the flow logs of this account take."""
    for stacks in (prod, nat):
        flow = stacks.properties("AWS::EC2::FlowLog", "Network")
        (trust,) = stacks.properties("AWS::IAM::Role", "NetworkRefusals")[
            "AssumeRolePolicyDocument"
        ]["Statement"]

        assert (flow["TrafficType"], flow["ResourceType"]) == ("REJECT", "VPC")
        assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
        assert "aws:SourceAccount" in trust["Condition"]["StringEquals"]
        assert ":vpc-flow-log/*" in str(trust["Condition"]["ArnLike"]["aws:SourceArn"])


@pytest.mark.parametrize("environment", ["local", "dev"])
def test_without_a_network_nothing_of_one_is_there(templates, environment):
    """It costs nothing, and the embedded cloud has none."""
    both = {**templates[environment].data["Resources"], **templates[environment].app["Resources"]}

    assert [name for name, each in both.items() if each["Type"].startswith("AWS::EC2::")] == []
    assert not any("VpcConfig" in each for each in ours(templates[environment]))


@dataclass(frozen=True)
class Allowed:
    """A role that is allowed this."""

    allowed: tuple[Mapping[str, Any], ...]

    def statements(self) -> Iterator[Mapping[str, Any]]:
        yield from self.allowed


def test_what_a_step_calls_is_called_and_what_aws_does_in_its_name_is_not():
    """Recognition by a step; not logs, traces, messages that Lambda takes, keys that S3 uses."""
    role = Allowed(
        (
            {"Effect": "Allow", "Action": "rekognition:DetectFaces", "Resource": "*"},
            {"Effect": "Allow", "Action": ["s3:GetObject", "logs:PutLogEvents"], "Resource": "a"},
            {"Effect": "Allow", "Action": ["sqs:ReceiveMessage"], "Resource": "b"},
            {"Effect": "Deny", "Action": "dynamodb:DeleteItem", "Resource": "c"},
            {
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": "d",
                "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}},
            },
            {"Effect": "Allow", "Action": "states:StartSyncExecution", "Resource": "e"},
        )
    )

    assert services_called((role, role)) == {
        "rekognition": ({"Action": ["rekognition:DetectFaces"], "Resource": "*"},),
        "s3": ({"Action": ["s3:GetObject"], "Resource": "a"},),
        "sync-states": ({"Action": ["states:StartSyncExecution"], "Resource": "e"},),
    }


def of_functions(stacks: Synthesised) -> dict[str, list[dict[str, Any]]]:
    """The statements of the role of each function of ours."""
    roles = {each["Role"]["Fn::GetAtt"][0] for each in ours(stacks)}
    return {
        role: [statement for name, statement in stacks.policies() if name == role] for role in roles
    }
