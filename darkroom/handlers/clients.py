"""AWS clients, made once a function and only those that it uses."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

_RETRIES = Config(retries={"mode": "standard", "max_attempts": 4})


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


@cache
def dynamodb() -> "DynamoDBClient":
    """Return the client for both tables."""
    return boto3.client("dynamodb", config=_RETRIES)


@cache
def s3() -> "S3Client":
    """Return the client for both buckets; it signs with the bucket's own region and version 4."""
    # Bucket names are not host names on the loopback address of the embedded cloud.
    embedded = "AWS_ENDPOINT_URL" in os.environ
    style: Literal["path", "virtual"] = "path" if embedded else "virtual"
    config = Config(signature_version="s3v4", s3={"addressing_style": style})
    return boto3.client("s3", config=_RETRIES.merge(config))


@cache
def sqs() -> "SQSClient":
    """Return the client for the queue."""
    return boto3.client("sqs", config=_RETRIES)


@cache
def step_functions(worst_case_s: int) -> "SFNClient":
    """Return the client that runs a machine and waits at most `worst_case_s` for its end.

    It never tries again by itself: a run that was started would run twice.
    """
    config = Config(read_timeout=worst_case_s + 5, retries={"total_max_attempts": 1})
    return boto3.client("stepfunctions", config=config)


@cache
def of_service(name: str) -> Any:
    """Return the client of a service that a step calls, by its name, such as `rekognition`."""
    of_any_service: Callable[..., Any] = boto3.client
    return of_any_service(name, config=_RETRIES)


@cache
def secrets() -> "SecretsManagerClient":
    """Return the client for secrets."""
    return boto3.client("secretsmanager", config=_RETRIES)


@cache
def cognito() -> "CognitoIdentityProviderClient":
    """Return the client for the user pool.

    Raises RuntimeError where boto3, which comes with Lambda's runtime, is too old to exchange
    refresh tokens that rotate: since April 2025 it can.
    """
    client = boto3.client("cognito-idp", config=_RETRIES)
    if not hasattr(client, "get_tokens_from_refresh_token"):
        raise RuntimeError(f"boto3 {boto3.__version__} knows no refresh tokens that rotate")
    return client
