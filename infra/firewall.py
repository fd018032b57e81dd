"""Firewall: who asks too often, or for what only attackers ask for, is turned away."""

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from aws_cdk import Aws, CfnOutput, Environment, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.settings import Settings

# Rules that AWS keeps, and which of each are counted only. Those look into bodies: twenty uploads
# at once take more than their 8 kB, and a password or a file's name may be any text.
_MANAGED: Mapping[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesCommonRuleSet": (
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "EC2MetaDataSSRF_BODY",
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": (
        "Log4JRCE_BODY",
        "JavaDeserializationRCE_BODY",
    ),
}
_TOO_MANY = {"status": 429, "title": "Too Many Requests", "code": "too_many_requests"}
_WINDOW_S = 300


class EdgeStack(Stack):
    """The firewall of the CDN, which has to be in us-east-1 wherever the rest is.

    Its ARN is an output, to be set as `cdn_web_acl`: a stack cannot refer to one elsewhere.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Darkroom: the firewall of the CDN",
            env=Environment(region="us-east-1"),
        )
        acl = web_acl(self, "Firewall", scope_of="CLOUDFRONT", settings=settings)
        CfnOutput(self, "WebAclArn", value=acl.attr_arn)


def guard(rest: apigateway.RestApi, *, settings: Settings) -> None:
    """Put a firewall before the stage of an API."""
    stack, stage = Stack.of(rest), rest.deployment_stage
    acl = web_acl(rest, "Firewall", scope_of="REGIONAL", settings=settings)
    wafv2.CfnWebACLAssociation(
        rest,
        "Guarded",
        web_acl_arn=acl.attr_arn,
        resource_arn=(
            f"arn:{Aws.PARTITION}:apigateway:{stack.region}::"
            f"/restapis/{rest.rest_api_id}/stages/{stage.stage_name}"
        ),
    )


def web_acl(
    scope: Construct,
    construct_id: str,
    *,
    scope_of: Literal["REGIONAL", "CLOUDFRONT"],
    settings: Settings,
) -> wafv2.CfnWebACL:
    """A list of rules that admits what none of them refuses: one for rate, and AWS's own."""
    return wafv2.CfnWebACL(
        scope,
        construct_id,
        scope=scope_of,
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        rules=list(_rules(settings)),
        custom_response_bodies={
            "too_many": wafv2.CfnWebACL.CustomResponseBodyProperty(
                content=json.dumps(_TOO_MANY), content_type="APPLICATION_JSON"
            )
        },
        visibility_config=_counted(f"darkroom-{settings.environment}"),
    )


def _rules(settings: Settings) -> Sequence[wafv2.CfnWebACL.RuleProperty]:
    rate = wafv2.CfnWebACL.RuleProperty(
        name="rate",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(
            block=wafv2.CfnWebACL.BlockActionProperty(custom_response=_come_later())
        ),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP",
                limit=settings.requests_per_address,
                evaluation_window_sec=_WINDOW_S,
            )
        ),
        visibility_config=_counted("rate"),
    )
    managed = enumerate(_MANAGED.items(), start=1)
    return [rate, *(_managed(name, place, counted) for place, (name, counted) in managed)]


def _come_later() -> wafv2.CfnWebACL.CustomResponseProperty:
    """Refuse as our functions do: the gateway would answer 403, as to somebody without a right."""
    later = wafv2.CfnWebACL.CustomHTTPHeaderProperty(name="Retry-After", value=str(_WINDOW_S))
    return wafv2.CfnWebACL.CustomResponseProperty(
        response_code=429, custom_response_body_key="too_many", response_headers=[later]
    )


def _managed(name: str, place: int, counted: Sequence[str]) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=place,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=name,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(
                        name=each, action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={})
                    )
                    for each in counted
                ],
            )
        ),
        visibility_config=_counted(name),
    )


def _counted(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
