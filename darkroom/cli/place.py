"""Which API a user's verb speaks to: the one that is named, else the one last signed in to."""

import argparse
import json
import os
from argparse import ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from darkroom.cli.failure import CommandFailed
from darkroom.cli.kinds import address
from darkroom.cli.operator_arguments import LOCAL
from darkroom.cli.safe import folder
from darkroom.local.cloud import attached

VARIABLE = "DARKROOM_API"


@dataclass(frozen=True)
class Place:
    """An API: its address, and how a command names it."""

    url: str  # without a slash at the end
    named: str  # the option that leads here, such as `--env local`

    @property
    def is_local(self) -> bool:
        """Whether it is the embedded cloud's."""
        return self.named == f"--env {LOCAL}"


def place(options: argparse.Namespace) -> Place:
    """Return where `--api` or `--env` leads; else the environment; else the last login; else here.

    Raises CommandFailed, with the ways on, where nothing is there.
    """
    if options.api:
        return _by_address(options.api, "--api")
    if options.deployment:
        return _by_name(options.deployment, options)
    if os.environ.get(VARIABLE):
        return _by_address(os.environ[VARIABLE], VARIABLE)
    kind, last = _last() or ("env", LOCAL)
    return _by_address(last, "--api") if kind == "api" else _by_name(last, options)


def remember(found: Place) -> None:
    """Let later commands that name no API lead here."""
    option, _, value = found.named.partition(" ")
    path = _memory()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(json.dumps({option.removeprefix("--"): value}), encoding="utf-8")
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error.strerror}.") from error


def _by_address(text: str, given_by: str) -> Place:
    try:
        url = address(text)
    except ArgumentTypeError as error:
        raise CommandFailed(f"{given_by} {error}") from error
    return Place(url, f"--api {url}")


def _by_name(environment: str, options: argparse.Namespace) -> Place:
    # Whoever names an address needs none of AWS's libraries, which take long to import.
    from darkroom.cli.aws import aws_told

    with aws_told():
        url = _embedded() if environment == LOCAL else _deployed(environment, options)
    return Place(url, f"--env {environment}")


def _deployed(environment: str, options: argparse.Namespace) -> str:
    from darkroom.cli.deployment import find

    options.deployment = environment
    return find(options).output("ApiUrl")


def _embedded() -> str:
    cloud = attached()
    if cloud is None:
        raise CommandFailed(
            "No embedded cloud is running: `make up` starts one. For a deployment on AWS say where"
            " its API is: --api URL, or --env dev if you have credentials for its account."
        )
    from darkroom.local.deploy import read_outputs

    return read_outputs(cloud).api_url


def _memory() -> Path:
    return folder() / "last.json"


def _last() -> tuple[Literal["api", "env"], str] | None:
    try:
        told = json.loads(_memory().read_text("utf-8"))
    except (OSError, ValueError):
        return None
    for kind in ("api", "env"):
        if isinstance(told, dict) and isinstance(told.get(kind), str):
            return kind, told[kind]
    return None
