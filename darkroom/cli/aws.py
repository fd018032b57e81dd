"""What AWS refuses, or that it cannot be asked, in words for the person who gave the command."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from darkroom.cli.failure import CommandFailed


@contextmanager
def aws_told() -> Iterator[None]:
    """Raise CommandFailed for every error of botocore's: no region, no credentials, a refusal."""
    try:
        yield
    except ClientError as error:
        said, code = error.response["Error"], error.operation_name
        raise CommandFailed(f"AWS refused {code}: {said['Code']}, {said['Message']}") from error
    except BotoCoreError as error:
        raise CommandFailed(f"AWS cannot be asked: {error}") from error
