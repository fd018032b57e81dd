"""Preflight: what an account lacks before a deployment: `make doctor ENV=prod`."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.environments import settings_for
from infra.settings import Settings

Client = Callable[[str], Any]

# Where `cdk bootstrap` says what it made, and what the CDK of package-lock.json asks for: CDK
# guide, "Bootstrapping template version history".
_BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
_BOOTSTRAP_VERSION = 21
# Versions of functions stay for runs that are under way, so code piles up.
_MOST_CODE = 0.8
_NONE_LIKE_IT = ("ParameterNotFound", "ResourceNotFoundException")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is right, what was seen, and the cure where it is not."""

    right: bool
    seen: str
    cure: str


def findings(settings: Settings, client: Client) -> Iterator[Finding]:
    """Yield what an account is asked for, one thing after another.

    `client` makes boto3's client of a service. What it may not ask is a finding as well.
    """
    for check in (_account, _bootstrap, _concurrency, _code, _cdn):
        try:
            yield from check(settings, client)
        except (ClientError, BotoCoreError) as error:
            name = check.__name__.removeprefix("_")
            yield Finding(False, f"{name}: {error}", "Use credentials that may ask for it.")


def _account(_: Settings, client: Client) -> Iterator[Finding]:
    sts = client("sts")
    seen = f"account {sts.get_caller_identity()['Account']}, region {sts.meta.region_name}"
    yield Finding(True, seen, "")


def _bootstrap(_: Settings, client: Client) -> Iterator[Finding]:
    try:
        told = client("ssm").get_parameter(Name=_BOOTSTRAP)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NONE_LIKE_IT:
            raise
        yield Finding(False, "the CDK's bootstrap is missing", "Run `npx cdk bootstrap`, once.")
        return
    version = int(told["Parameter"]["Value"])
    cure = "Run `npx cdk bootstrap` again: it makes what is missing."
    yield Finding(version >= _BOOTSTRAP_VERSION, f"the CDK's bootstrap, version {version}", cure)


def _concurrency(settings: Settings, client: Client) -> Iterator[Finding]:
    limits = client("lambda").get_account_settings()["AccountLimit"]
    most, counted = limits["ConcurrentExecutions"], settings.account_concurrency
    yield Finding(
        most >= counted,
        f"{most} functions at one time; `account_concurrency` counts on {counted}",
        "Raise the quota 'Concurrent executions' of Lambda (Service Quotas), or lower the setting.",
    )


def _code(_: Settings, client: Client) -> Iterator[Finding]:
    told = client("lambda").get_account_settings()
    used, most = told["AccountUsage"]["TotalCodeSize"], told["AccountLimit"]["TotalCodeSize"]
    yield Finding(
        used <= _MOST_CODE * most,
        f"{used / 1e9:.1f} of {most / 1e9:.0f} GB of code stored",
        "Delete versions of functions that no run is on any more: docs/deploying.md.",
    )


def _cdn(settings: Settings, client: Client) -> Iterator[Finding]:
    from infra.cdn_keys import secret_name  # noqa: PLC0415 - brings cryptography

    for key in settings.cdn_keys[:1]:
        name = secret_name(settings.environment, key)
        try:
            client("secretsmanager").describe_secret(SecretId=name)
            found = True
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NONE_LIKE_IT:
                raise
            found = False
        cure = f"`make cdn-key ENV={settings.environment}` makes a key and its secret, here."
        yield Finding(found, f"the secret {name}, which signs links to the CDN", cure)


def main() -> int:
    """Look at everything and print a line each; 1 where something is missing, 2 for misuse."""
    try:
        settings = settings_for(sys.argv[1] if len(sys.argv) > 1 else "")
    except ValueError as mistake:
        sys.stderr.write(f"darkroom: {mistake}\n")
        return 2
    found = list(findings(settings, _of_any_service()))
    for each in found:
        cure = "" if each.right else f"\n     {each.cure}"
        sys.stdout.write(f"{'ok  ' if each.right else 'lack'} {each.seen}{cure}\n")
    return 0 if all(each.right for each in found) else 1


def _of_any_service() -> Client:
    made: Callable[..., Any] = boto3.Session().client
    return made


if __name__ == "__main__":
    sys.exit(main())
