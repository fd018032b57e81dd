"""The API: who is let in where, and how often."""

import json

import pytest

from infra.routes import routes

# Each that is added here is a decision: nobody is asked who they are.
OPEN = {
    ("POST", "/accounts"),
    ("POST", "/accounts/confirm"),
    ("POST", "/accounts/forgot"),
    ("POST", "/accounts/resend"),
    ("POST", "/accounts/reset"),
    ("POST", "/sessions"),
    ("POST", "/sessions/answer"),
    ("POST", "/sessions/refresh"),
    ("GET", "/openapi.json"),
}


def methods_of(template):
    """The properties of each method, by its name and path; but for preflights of browsers."""
    resources = template["Resources"]

    def path(name):
        properties = resources[name]["Properties"]
        parent = properties["ParentId"].get("Ref")
        return (path(parent) if parent else "") + "/" + properties["PathPart"]

    methods = (each for each in resources.values() if each["Type"] == "AWS::ApiGateway::Method")
    return {
        (found["HttpMethod"], path(found["ResourceId"]["Ref"])): found
        for found in (each["Properties"] for each in methods)
        if found["HttpMethod"] != "OPTIONS"
    }


def preflights_of(template):
    """The responses of each OPTIONS method."""
    methods = (each for each in template["Resources"].values() if "Method" in each["Type"])
    return [
        found["Properties"]["Integration"]["IntegrationResponses"][0]
        for found in methods
        if found["Properties"].get("HttpMethod") == "OPTIONS"
    ]


def test_only_pages_of_listed_origins_may_call_the_api(dev, prod):
    """The gateway answers for each path by itself; where nothing is listed, no page may."""
    preflights = preflights_of(dev.app)
    refusals = dev.all("AWS::ApiGateway::GatewayResponse").values()

    assert len(preflights) == len({route.path for route in routes()})
    for each in preflights:
        told = json.dumps(each)
        assert "http://localhost:3000" in told
        assert "http://localhost:5173" in told
        assert "'*'" not in told
    shared = "gatewayresponse.header.Access-Control-Allow-Origin"
    assert all(shared in each["Properties"]["ResponseParameters"] for each in refusals)
    rules = {
        name.rstrip("0123456789ABCDEF"): found["Properties"]["CorsConfiguration"]["CorsRules"]
        for name, found in dev.all("AWS::S3::Bucket").items()
        if "CorsConfiguration" in found["Properties"]
    }
    methods = {name: rule["AllowedMethods"] for name, (rule,) in rules.items()}
    assert methods == {"StorageOriginals": ["POST", "PUT"], "StorageVariants": ["GET"]}
    assert "CorsConfiguration" not in json.dumps(prod.data)
    assert preflights_of(prod.app) == []
    assert "Access-Control" not in json.dumps(prod.app)


def test_the_methods_are_the_routes_of_the_functions(stacks):
    """All of openapi.json, each with the function behind it that its code is in."""
    methods = methods_of(stacks.app)

    assert methods.keys() == {(route.method, route.path) for route in routes()}
    for route in routes():
        target = json.dumps(methods[route.method, route.path]["Integration"]["Uri"])
        assert f"Api{route.function.title()}" in target


def test_only_what_is_listed_here_is_open_to_anybody(stacks):
    """Every other method needs a token."""
    methods = methods_of(stacks.app).items()

    assert {route for route, found in methods if found["AuthorizationType"] == "NONE"} == OPEN


def test_every_protected_method_asks_for_an_access_token(stacks):
    """By its scope: without one the gateway takes ID tokens and refuses access tokens."""
    methods = methods_of(stacks.app)
    for route in methods.keys() - OPEN:
        assert methods[route]["AuthorizationType"] == "COGNITO_USER_POOLS"
        assert methods[route]["AuthorizationScopes"] == ["aws.cognito.signin.user.admin"]
        assert methods[route]["AuthorizerId"]


def test_the_gateway_wants_the_fields_that_a_body_must_have(stacks):
    """What lacks one does not reach the function: on AWS, as the embedded cloud never looks."""
    methods, models = methods_of(stacks.app), stacks.all("AWS::ApiGateway::Model")
    (validator,) = stacks.all("AWS::ApiGateway::RequestValidator").items()

    assert validator[1]["Properties"]["ValidateRequestBody"] is True
    for route in routes():
        method = methods[route.method, route.path]
        assert (route.body is not None) == ("RequestModels" in method)
        if route.body is not None:
            model = models[method["RequestModels"]["application/json"]["Ref"]]["Properties"]
            assert method["RequestValidatorId"] == {"Ref": validator[0]}
            assert model["Schema"]["type"] == "object"
            assert model["Schema"].get("required", []) == list(route.body)


def test_every_method_is_throttled_logged_and_traced(stacks):
    """By the stage's setting for each; what is open to anybody has one of its own as well."""
    stage = stacks.properties("AWS::ApiGateway::Stage", "ApiRest")
    settings = {
        (each["HttpMethod"], each["ResourcePath"].replace("~1", "/").removeprefix("/")): each
        for each in stage["MethodSettings"]
    }

    assert settings.keys() == {("*", "*")} | OPEN
    for setting in settings.values():
        assert 0 < setting["ThrottlingRateLimit"] <= setting["ThrottlingBurstLimit"]
        assert setting.get("DataTraceEnabled", False) is False
    for method, path in OPEN:
        own, others = settings[method, path], settings["*", "*"]
        assert own["ThrottlingRateLimit"] <= others["ThrottlingRateLimit"]
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

    assert {name: value.removeprefix("$context.") for name, value in fields.items()} == {
        "request_id": "requestId",
        "trace_id": "xrayTraceId",
        "time": "requestTime",
        "method": "httpMethod",
        "route": "resourcePath",
        "status": "status",
        "latency_ms": "responseLatency",
        "response_bytes": "responseLength",
        "source_ip": "identity.sourceIp",
        "user": "authorizer.claims.sub",
        "error": "error.responseType",
    }
    assert "header" not in str(fields).lower()
    assert "$context.path" not in fields.values()


@pytest.mark.parametrize(
    "kind",
    [
        *("UNAUTHORIZED", "ACCESS_DENIED", "WAF_FILTERED", "BAD_REQUEST_BODY"),
        *("BAD_REQUEST_PARAMETERS", "REQUEST_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"),
        *("THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"),
    ],
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
