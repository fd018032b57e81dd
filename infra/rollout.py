"""Rollout: a new release takes a tenth of the images at first, and is taken back by an alarm."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.permissions import allow
from infra.release import LIVE


def roll_out(
    scope: Construct, *, alias: lambda_.Alias, alarms: Sequence[cloudwatch.IAlarm]
) -> codedeploy.LambdaDeploymentGroup:
    """Have CodeDeploy move `alias`: 10 % for a quarter of an hour, and then all.

    Any of `alarms` in that time moves it back, and CloudFormation then undoes the deployment.

    Source: CodeDeploy guide, "Deployment configurations on an AWS Lambda compute platform".
    """
    function = alias.lambda_.function_arn
    may = [
        allow("lambda:GetAlias", "lambda:UpdateAlias", on=[function, f"{function}:{LIVE}"]),
        allow("cloudwatch:DescribeAlarms", on=[each.alarm_arn for each in alarms]),
    ]
    role = iam.Role(
        scope,
        "RolloutRole",
        assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
        inline_policies={"permissions": iam.PolicyDocument(statements=may)},
    )
    return codedeploy.LambdaDeploymentGroup(
        scope,
        "Rollout",
        alias=alias,
        alarms=list(alarms),
        deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_15_MINUTES,
        role=role.without_policy_updates(),
    )
