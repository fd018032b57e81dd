"""What roles may do is what their functions call, read from the adapters' own source."""

import ast
import inspect
import re
import textwrap
from collections import defaultdict

import pytest

from darkroom.adapters.calls import AwsCalls
from darkroom.adapters.cognito import CognitoDirectory
from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.adapters.dynamodb_views import DynamoViewStore
from darkroom.adapters.s3 import S3Forms, S3Intermediates, S3Links, S3Originals, S3Variants
from darkroom.adapters.sqs import SqsQueue
from darkroom.adapters.stepfunctions import ExpressEngine
from infra.assets import ROOT

APPEND = (DynamoEventStore.read, DynamoEventStore.insert)

# By the start of the role's logical id: the handler, and what it uses of the adapters.
USES = {
    "ApiAuth": (
        "auth",
        (CognitoDirectory.sign_up, CognitoDirectory.confirm, CognitoDirectory.sign_in),
    ),
    "ApiImages": (
        "images",
        (
            CognitoDirectory.name_of,
            DynamoEventStore.load,
            DynamoViewStore.image,
            DynamoViewStore.images_of,
            S3Forms.post,
            S3Links.get,
        ),
    ),
    "IngestS3Event": ("s3_event", (*APPEND, SqsQueue.send)),
    "ProcessingOrchestrator": ("orchestrator", (*APPEND, ExpressEngine.run)),
    "ProcessingPipelineStage": (
        "stage",
        (
            *(*APPEND, S3Originals.read, S3Variants.write),
            *(S3Intermediates.get, S3Intermediates.put, AwsCalls.__call__),
        ),
    ),
    "ProjectionProjector": ("projector", (DynamoEventStore.load, DynamoViewStore.put_if_newer)),
}

# The permissions that a call takes. Signing up takes none, but the client's secret.
TAKES = {
    "admin_get_user": {"cognito-idp:AdminGetUser"},
    "admin_initiate_auth": {"cognito-idp:AdminInitiateAuth"},
    "confirm_sign_up": set(),
    "describe_user_pool_client": {"cognito-idp:DescribeUserPoolClient"},
    "generate_presigned_post": {"s3:PutObject"},
    "get_item": {"dynamodb:GetItem"},
    "get_object": {"s3:GetObject"},
    "get_object of a version": {"s3:GetObjectVersion"},
    "head_object": {"s3:GetObject"},
    "put_item": {"dynamodb:PutItem"},
    "put_object": {"s3:PutObject"},
    "query": {"dynamodb:Query"},
    "send_message": {"sqs:SendMessage"},
    "sign_up": set(),
    "start_sync_execution": {"states:StartSyncExecution"},
}

# DynamoDB developer guide, "Encryption at rest usage notes".
WRITE_TABLES = {
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
}

# What no code of ours calls: AWS does it in the function's name, or decides by it what to answer.
INDIRECT = {
    # KMS: presigned uploads and downloads, and the tables.
    "ApiImages": {"kms:Decrypt", "kms:GenerateDataKey"},
    # KMS: the tables, and the queues; Lambda sends to `unannounced` for us.
    "IngestS3Event": WRITE_TABLES,
    # Lambda polls the queue with the rights of the function that it feeds.
    "ProcessingOrchestrator": {
        *("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
        *WRITE_TABLES,
    },
    # KMS: tables and buckets. Listing decides whether S3 says that an original is gone.
    "ProcessingPipelineStage": {"s3:ListBucket", *WRITE_TABLES},
    # Lambda reads the stream, and tells `unfolded`, with the rights of the function.
    "ProjectionProjector": {
        *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        *("dynamodb:ListStreams", "sqs:SendMessage"),
        *WRITE_TABLES,
    },
    # No handler of ours: CDK's function that sets notifications, Step Functions, and API Gateway,
    # whose permissions are in a policy of AWS's.
    "IngestNotifier": {"s3:GetBucketNotification", "s3:PutBucketNotification"},
    "ProcessingPipelineRole": {"lambda:InvokeFunction"},
    "ApiRestCloudWatchRole": set(),
}


def tree_of(code):
    return ast.parse(textwrap.dedent(inspect.getsource(code)))


def calls_in(method):
    """Names of the operations of AWS that a method calls, by itself or by others of its class."""
    owner = inspect.getmodule(method).__dict__[method.__qualname__.split(".")[0]]
    for node in ast.walk(tree_of(method)):
        match node:
            case ast.Call(
                func=ast.Attribute(ast.Attribute(attr="client"), attr=name), args=args, keywords=by
            ):
                if name in {"get_paginator", "generate_presigned_url"}:
                    yield args[0].value
                elif any(keyword.arg == "VersionId" for keyword in by):
                    yield f"{name} of a version"
                else:
                    yield name
            case ast.Attribute(ast.Name("self"), attr=name) if name != "client":
                other = inspect.getattr_static(owner, name, None)
                other = getattr(other, "func", other)  # a cached property
                if inspect.isfunction(other):
                    yield from calls_in(other)


def granted(stacks):
    """The actions that each role is allowed, but for logs and traces, which all have."""
    found = defaultdict(set)
    for role in stacks.all("AWS::IAM::Role"):
        (name,) = (known for known in {**USES, **INDIRECT} if role.startswith(known))
        found[name] |= set()
    for role, statement in stacks.policies():
        if statement["Effect"] == "Allow":
            (name,) = (known for known in found if role.startswith(known))
            actions = statement["Action"]
            found[name] |= set(actions if isinstance(actions, list) else [actions])
    return {
        role: {action for action in actions if not re.match("logs:|xray:", action)}
        for role, actions in found.items()
    }


def test_each_role_may_do_exactly_what_its_function_calls(stacks):
    """Nothing missing, nothing more; what is not called stands above, with the reason."""
    for role, actions in granted(stacks).items():
        _, methods = USES.get(role, ("", ()))
        calls = {call for method in methods for call in calls_in(method)}
        called = set().union(*(TAKES[call] for call in calls))

        assert actions == called | INDIRECT.get(role, set()), role


@pytest.mark.parametrize(("handler", "methods"), USES.values(), ids=USES)
def test_the_adapters_named_here_are_those_that_the_handler_wires(handler, methods):
    """A handler that takes another adapter needs another line here, and another permission."""
    tree = ast.parse((ROOT / "darkroom" / "handlers" / f"{handler}.py").read_text("utf-8"))
    wired = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("darkroom.adapters")
        for alias in node.names
    }

    assert {method.__qualname__.split(".")[0] for method in methods} == wired


def test_who_only_reads_tables_may_only_decrypt_their_key(stacks):
    """And who writes may do what the guide lists; always through DynamoDB."""
    found = {}
    for role, statement in stacks.policies():
        if "EncryptionHistory" in str(statement["Resource"]):
            actions = statement["Action"]
            found[role] = set(actions if isinstance(actions, list) else [actions])
            via = statement["Condition"]["StringEquals"]["kms:ViaService"]
            assert "dynamodb." in str(via)

    readers = {role for role, actions in found.items() if actions == {"kms:Decrypt"}}
    assert [role for role in readers if not role.startswith("ApiImages")] == []
    assert len(readers) == 1
    assert [found[role] for role in found.keys() - readers] == [WRITE_TABLES] * 4
