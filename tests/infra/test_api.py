"""The API: who is let in where, and how often."""

import json

import pytest

OPEN = {"/accounts", "/accounts/confirm", "/sessions"}
PROTECTED = {
    "/images",
    "/images/{id}",
    "/images/{id}/events",
    "/images/{id}/variants/{name}",
    "/usage",
}


def paths_of(template):
    resources = template["Resources"]

    def path(name):
        properties = resources[name]["Properties"]
        parent = properties["ParentId"].get("Ref")
        return (path(parent) if parent else "") + "/" + properties["PathPart"]

    return {
        path(method["Properties"]["ResourceId"]["Ref"]): method["Properties"]
        for method in resources.values()
        if method["Type"] == "AWS::ApiGateway::Method"
    }


def test_only_signing_up_and_in_is_open_to_anybody(stacks):
    """Every other method needs a token."""
    methods = paths_of(stacks.app)

    assert {path for path, found in methods.items() if found["AuthorizationType"] == "NONE"} == OPEN
    assert methods.keys() == OPEN | PROTECTED


def test_every_protected_method_asks_for_an_access_token(stacks):
    """By its scope: without one the gateway takes ID tokens and refuses access tokens."""
    for path, method in paths_of(stacks.app).items():
        if path in PROTECTED:
            assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
            assert method["AuthorizationScopes"] == ["aws.cognito.signin.user.admin"]
            assert method["AuthorizerId"]


def test_every_method_is_throttled_logged_and_traced(stacks):
    """On the stage, for all methods together."""
    stage = stacks.properties("AWS::ApiGateway::Stage", "ApiRest")
    (setting,) = stage["MethodSettings"]

    assert (setting["HttpMethod"], setting["ResourcePath"]) == ("*", "/*")
    assert setting["ThrottlingRateLimit"] > 0
    assert setting["ThrottlingBurstLimit"] > 0
    assert setting.get("DataTraceEnabled", False) is False
    assert stage["TracingEnabled"] is True
    assert "ApiAccessLog" in str(stage["AccessLogSetting"]["DestinationArn"])


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_account_has_a_role_for_the_access_log_before_the_stage_needs_it(
    templates, environment
):
    """API Gateway refuses a stage with a log in an account without; it outlives the stack."""
    stacks = templates[environment]
    ((account_id, account),) = stacks.all("AWS::ApiGateway::Account").items()
    role_id, _ = account["Properties"]["CloudWatchRoleArn"]["Fn::GetAtt"]
    role = stacks.app["Resources"][role_id]
    (stage,) = stacks.all("AWS::ApiGateway::Stage").values()

    assert account_id in stage["DependsOn"]
    assert {account["DeletionPolicy"], role["DeletionPolicy"]} == {"Retain"}
    assert "AmazonAPIGatewayPushToCloudWatchLogs" in str(role["Properties"]["ManagedPolicyArns"])
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "apigateway.amazonaws.com"}


def test_the_embedded_cloud_needs_no_role_of_the_account(local):
    """Its gateway asks for none."""
    assert not local.all("AWS::ApiGateway::Account")


def test_the_access_log_is_json_and_holds_no_secret(dev):
    """Neither headers nor queries: tokens and signatures travel in them."""
    stage = dev.properties("AWS::ApiGateway::Stage", "ApiRest")
    fields = json.loads(stage["AccessLogSetting"]["Format"])

    assert {"request_id", "route", "status", "user"} <= fields.keys()
    assert "header" not in str(fields).lower()
    assert "$context.path" not in fields.values()


@pytest.mark.parametrize(
    "kind", ["UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"]
)
def test_the_gateway_refuses_as_our_functions_do(dev, kind):
    """In problem+json, with a code; told to wait where waiting helps."""
    (response,) = (
        found["Properties"]
        for found in dev.all("AWS::ApiGateway::GatewayResponse").values()
        if found["Properties"]["ResponseType"] == kind
    )
    template = response["ResponseTemplates"]["application/json"]
    body = json.loads(template.replace("$context.error.messageString", '"said"'))
    headers = response["ResponseParameters"]

    assert body["code"]
    assert body["title"]
    assert body["detail"] == "said"
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    assert ("gatewayresponse.header.Retry-After" in headers) == (kind == "THROTTLED")


def test_the_url_ends_where_the_paths_of_clients_begin(stacks):
    """At its stage: a path begins with the slash."""
    *_, last = stacks.app["Outputs"]["ApiUrl"]["Value"]["Fn::Join"][1]

    assert last == {"Ref": next(iter(stages_of(stacks.app)))}


def stages_of(template):
    """The logical ids of the gateway's stages."""
    resources = template["Resources"].items()
    return [name for name, found in resources if found["Type"] == "AWS::ApiGateway::Stage"]
