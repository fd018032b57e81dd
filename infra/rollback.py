"""Rollback: have the release before this one live again: `make rollback ENV=prod`."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

import boto3

from infra.release import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterable


def go_back(client: Any, function: str, to: str | None = None) -> tuple[str, str]:
    """Move `live` of the orchestrator to the version `to`, or to the one before it.

    `client` is boto3's for Lambda. Returns the version that was live, and the one that is now. A
    share that another version has, since it is being rolled out, ends with it. Raises LookupError
    where there is no such version.
    """
    was: str = client.get_alias(FunctionName=function, Name=LIVE)["FunctionVersion"]
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    known = [each["Version"] for page in pages for each in page["Versions"]]
    target = to or _before(was, known)
    if target not in known:
        raise LookupError(f"There is no version {target} of {function}.")
    client.update_alias(
        FunctionName=function,
        Name=LIVE,
        FunctionVersion=target,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    return was, target


def _before(version: str, known: "Iterable[str]") -> str:
    older = [int(each) for each in known if each.isdigit() and int(each) < int(version)]
    if not older:
        raise LookupError(f"Version {version} is the first: there is none before it.")
    return str(max(older))


def main() -> int:
    """Go back in the environment that is named, by the credentials that there are."""
    parser = argparse.ArgumentParser(prog="make rollback")
    parser.add_argument("environment", choices=["dev", "prod"])
    parser.add_argument("--to", help="a version of the orchestrator; default: the one before")
    told = parser.parse_args()
    stack = f"darkroom-{told.environment}-app"
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}
    try:
        was, now = go_back(boto3.client("lambda"), outputs["Orchestrator"], told.to)
    except LookupError as mistake:
        sys.stderr.write(f"darkroom: {mistake}\n")
        return 1
    sys.stdout.write(f"Release {now} is live in '{told.environment}', as it was before {was}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
