"""A function as Lambda runs it: its environment, AWS on moto, and what it logs."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from hashlib import sha1
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from moto import mock_aws

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.handlers import (
    auth,
    clients,
    control,
    ended,
    folding,
    images,
    leaving,
    links,
    observe,
    orchestrator,
    people,
    projector,
    reading,
    reconcile,
    refold,
    s3_event,
    settings,
    stage,
    uploading,
)
from darkroom.plan import Plan
from darkroom.testing import make_table

REGION: Final = "eu-central-1"
FUNCTIONS = (
    *(auth, control, ended, folding, images, leaving, links, orchestrator, people, projector),
    *(reading, reconcile, refold, s3_event, settings, stage, uploading),
)


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function of an invocation."""

    function_name: str = "darkroom-function"
    function_version: str = "1"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:123456789012:function:darkroom-function"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 10_000


@dataclass(frozen=True)
class Cloud:
    """What the functions reach: the stores, and all settings that name something."""

    history: DynamoEventStore
    views: DynamoViewStore
    settings: Mapping[str, str]


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture(scope="module")
def aws() -> Iterator[Mapping[str, str]]:
    """AWS on moto, empty but for the user pool, whose settings are given.

    Once a module, since clients take long to make: those of the functions are kept as well.
    """
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        _forget(clients)
        yield _user_pool()
        _forget(clients)


@pytest.fixture
def cloud(
    aws: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    plan: Plan,
) -> Iterator[Cloud]:
    """Tables, buckets and a queue for one test, and a function's environment that leads there."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"plan": plan.model_dump(mode="json")}), encoding="utf-8")
    deployed = _deployed(sha1(request.node.nodeid.encode()).hexdigest()[:12])
    for name, value in {**aws, **deployed, "PLAN": str(path)}.items():
        monkeypatch.setenv(f"DARKROOM_{name}", value)
    _forget(*FUNCTIONS)
    dynamodb = clients.dynamodb()
    yield Cloud(
        DynamoEventStore(dynamodb, deployed["EVENTS_TABLE"]),
        DynamoViewStore(dynamodb, deployed["VIEWS_TABLE"]),
        deployed,
    )
    _forget(*FUNCTIONS)


def _deployed(name: str) -> dict[str, str]:
    """Make tables, buckets and queue, and return the settings that name them."""
    dynamodb, s3 = clients.dynamodb(), clients.s3()
    make_table(dynamodb, f"events-{name}", sort_key="N")
    make_table(dynamodb, f"views-{name}", sort_key="S")
    make_table(dynamodb, f"counters-{name}", sort_key="S")
    for kind in ("originals", "variants"):
        s3.create_bucket(
            Bucket=f"{kind}-{name}",
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
    s3.put_bucket_versioning(
        Bucket=f"originals-{name}", VersioningConfiguration={"Status": "Enabled"}
    )
    return {
        "TENANT": "main",
        "ALLOWED_ORIGINS": "",
        "PIPELINE": "photos",
        "EVENTS_TABLE": f"events-{name}",
        "VIEWS_TABLE": f"views-{name}",
        "COUNTERS_TABLE": f"counters-{name}",
        "UPLOADS_A_DAY": "20",
        "BYTES_A_DAY": "1000000000",
        "ORIGINALS_BUCKET": f"originals-{name}",
        "VARIANTS_BUCKET": f"variants-{name}",
        "REFOLD_URL": clients.sqs().create_queue(QueueName=f"refold-{name}")["QueueUrl"],
        "QUEUE_URL": clients.sqs().create_queue(QueueName=f"intake-{name}")["QueueUrl"],
        "STATE_MACHINE_ARN": f"arn:aws:states:{REGION}:123456789012:stateMachine:Photos",
        "STAGE": "photos",
        "MAX_RECEIVES": "3",
        "PATIENCE_S": "600",
        "CDN": "none",
    }


def _user_pool() -> Mapping[str, str]:
    pool = clients.cognito().create_user_pool(
        PoolName="users",
        UsernameAttributes=["email"],
        Policies={"PasswordPolicy": {"MinimumLength": 12, "RequireNumbers": True}},
    )["UserPool"]
    client = clients.cognito().create_user_pool_client(
        UserPoolId=pool["Id"],
        ClientName="api",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    )["UserPoolClient"]
    return {"USER_POOL_ID": pool["Id"], "USER_POOL_CLIENT_ID": client["ClientId"]}


def _forget(*modules: ModuleType) -> None:
    """Do what a cold start does: make anew what these modules make once."""
    if stage.decoder.cache_info().currsize:
        stage.decoder().close()
    for module in modules:
        for each in vars(module).values():
            if isinstance(each, _lru_cache_wrapper) and each.__module__ == module.__name__:
                each.cache_clear()


@pytest.fixture(autouse=True)
def logged(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Everything that a function logs, as text; metrics are printed, and not among it."""
    written = io.StringIO()
    (handler,) = observe.logger.handlers
    monkeypatch.setattr(handler, "stream", written)
    monkeypatch.setattr(observe.metrics, "namespace", "Darkroom")
    monkeypatch.setenv("DARKROOM_ENVIRONMENT", "test")
    return written


@pytest.fixture
def log_lines(logged: io.StringIO) -> Callable[[], list[dict[str, Any]]]:
    """Return what was logged: each line is one JSON object, or the test fails."""
    return lambda: [json.loads(line) for line in logged.getvalue().splitlines()]


@pytest.fixture
def metrics(capsys: pytest.CaptureFixture[str]) -> Callable[[], dict[str, Any]]:
    """Return the metrics that were printed, by name, with their dimensions."""

    def read() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for line in capsys.readouterr().out.splitlines():
            found |= json.loads(line)
        return {each: value for each, value in found.items() if each not in {"_aws", "environment"}}

    return read


Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def request_of(aws_event: Callable[[str], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Make the event of an API request, by a user of our client unless `claims` say else."""

    def make(
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
        **claims: str,
    ) -> dict[str, Any]:
        event = aws_event("api_request")
        event["path"], event["httpMethod"] = path, method
        event["body"] = body if isinstance(body, str) or body is None else json.dumps(body)
        event["queryStringParameters"] = query and dict(query)
        event["multiValueQueryStringParameters"] = query and {
            name: [value] for name, value in query.items()
        }
        told = event["requestContext"]["authorizer"]["claims"]
        pool = settings.setting("USER_POOL_ID")
        issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"
        client = settings.setting("USER_POOL_CLIENT_ID")
        told |= {"client_id": client, "iss": issuer, **claims}
        return event

    return make


@pytest.fixture
def ask(cloud: Cloud, request_of: Callable[..., dict[str, Any]], context: Any) -> Ask:
    """Send a request of the signed-in part of the API; return status and body."""

    def send(method: str, path: str, body: object = None, **more: Any) -> tuple[int, Any]:
        answer = images.handler(request_of(method, path, body, **more), context)
        return answer["statusCode"], json.loads(answer["body"])

    return send
