"""Where a verb finds the platform: on the embedded cloud that `make up` left, or on AWS."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

import boto3
from botocore.exceptions import ClientError
from rich.console import Console

from darkroom.adapters.dynamodb_events import DynamoEventStore
from darkroom.cli.aws import aws_told
from darkroom.cli.failure import CommandFailed
from darkroom.cli.naming import image_id
from darkroom.cli.operator_arguments import LOCAL
from darkroom.errors import BrokenStream, DarkroomError, UnknownEvent
from darkroom.events import Stream
from darkroom.ids import ImageRef
from darkroom.local.cloud import attached

Verb = Callable[[argparse.Namespace, Console], int]

_STACKS = ("data", "app")


@dataclass(frozen=True)
class Deployment:
    """One deployment of the platform: how to reach it, and what its stacks say of it."""

    environment: str
    session: boto3.Session
    reached: Mapping[str, Any]  # boto3 is told so; nothing on AWS, where the session knows the way
    outputs: Mapping[str, str]

    def __str__(self) -> str:
        return "the embedded cloud" if self.environment == LOCAL else f"'{self.environment}'"

    def output(self, name: str) -> str:
        """Return an output of the stacks; raises CommandFailed where an older one lacks it."""
        if name not in self.outputs:
            raise CommandFailed(f"The stacks of {self} have no output {name}. Deploy them anew.")
        return self.outputs[name]

    def client(self, service: str) -> Any:
        """Return boto3's client of a service there."""
        return _client(self.session, service, self.reached)

    @cached_property
    def history(self) -> DynamoEventStore:
        """Return the event store."""
        return DynamoEventStore(self.client("dynamodb"), self.output("EventsTable"))

    def stream(self, ref: ImageRef) -> Stream:
        """Return the image's history; raises CommandFailed for an image that has none."""
        stream = self.history.load(ref)
        if not stream.version:
            raise CommandFailed(
                f"No event tells of image {ref.image_id} (tenant {ref.tenant}) on {self}."
                f" Nothing arrived under that id, or its arrival was not announced:"
                f" `python -m darkroom dlq list` shows what could not be."
            )
        return stream


def find(options: argparse.Namespace) -> Deployment:
    """Return the deployment that `--env` and `--profile` mean; CommandFailed if there is none."""
    environment: str = options.deployment
    if environment == LOCAL:
        if options.profile:
            raise CommandFailed("--profile is for AWS. Say which deployment there: --env dev.")
        return _embedded()
    session = session_of(options.profile)
    outputs = outputs_of(_client(session, "cloudformation", {}), environment)
    return Deployment(environment, session, {}, outputs)


def session_of(profile: str | None) -> boto3.Session:
    """Return boto3's session with AWS, by a profile of ~/.aws or by what the environment has."""
    return boto3.Session(profile_name=profile)


def _embedded() -> Deployment:
    cloud = attached()
    if cloud is None:
        raise CommandFailed(
            "No embedded cloud is running: `make up` starts one."
            " For a deployment on AWS say --env dev, or prod, and --profile NAME if need be."
        )
    session, reached = session_of(None), dict(cloud.client_options)
    outputs = outputs_of(_client(session, "cloudformation", reached), LOCAL)
    return Deployment(LOCAL, session, reached, outputs)


def _client(session: boto3.Session, service: str, reached: Mapping[str, Any]) -> Any:
    of_any_service: Callable[..., Any] = session.client
    return of_any_service(service, **reached)


def outputs_of(client: Any, environment: str) -> Mapping[str, str]:
    """Return the outputs of both stacks, asked of CloudFormation.

    Raises CommandFailed, with what makes it, for a stack that there is not.
    """
    found: dict[str, str] = {}
    for kind in _STACKS:
        name = f"darkroom-{environment}-{kind}"
        try:
            (stack,) = client.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            deploy = "make up" if environment == LOCAL else f"make deploy ENV={environment}"
            where = client.meta.region_name
            said = f"There is no stack {name} in {where}. `{deploy}` makes it."
            raise CommandFailed(said) from error
        outputs = stack.get("Outputs", [])
        found |= {each["OutputKey"]: each["OutputValue"] for each in outputs}
    return found


def image_of(options: argparse.Namespace) -> ImageRef:
    """Return the image that the command names; raises CommandFailed for what is no image's id."""
    return ImageRef(options.tenant, image_id(options.image))


def told(verb: Verb) -> Verb:
    """Wrap a verb: what AWS refuses, or a history that cannot be read, ends it in words."""

    @wraps(verb)
    def run(options: argparse.Namespace, console: Console) -> int:
        try:
            with aws_told():
                return verb(options, console)
        except (BrokenStream, UnknownEvent) as error:
            raise CommandFailed(_unread(error)) from error
        except DarkroomError as error:
            raise CommandFailed(f"The platform refused: {error}.") from error

    return run


def _unread(error: BrokenStream | UnknownEvent) -> str:
    if isinstance(error, UnknownEvent):
        return (
            f"The history has an event {error.type} of version {error.schema_version}, which this"
            f" checkout does not know: newer code wrote it. Use that code's checkout."
        )
    return f"The history cannot be read: {error}. `python -m darkroom verify` says what is wrong."
