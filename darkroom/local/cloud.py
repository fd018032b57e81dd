"""The embedded cloud: MiniStack as a child process, on one port of the loopback.

It runs with AUTH=true: permissions of roles, signatures and tokens are checked as on AWS.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict

import requests

from darkroom.local import children
from darkroom.local.children import Child

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"

# The key, and secret, of the account's owner in MiniStack. Roles in it get keys of their own.
_OWNER = "test"

_STARTED_WITHIN_S = 60.0
_STOPPED_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.05
_LOGS_KEPT_S = 24 * 3600

# Invocations at one time. Each is a process of some 80 MB, so this keeps the cloud within 3 GB.
_LAMBDA_CONCURRENCY = 32

# MiniStack counts a throttled notification as a failed try, where AWS keeps it for six hours:
# 10 s and then 20 s give a burst the time to pass.
_RETRY_AFTER_S = 10

# After a burst, all workers of a function but one end when they had nothing to do for so long.
_IDLE_WORKERS_END_AFTER_S = 60

# What of AWS the platform uses: nothing else can be called, or opens a port.
_SERVICES = (
    *("apigateway", "cloudformation", "cognito-idp", "dynamodb", "dynamodbstreams", "iam"),
    *("kms", "lambda", "logs", "monitoring", "s3", "ses", "sqs", "ssm", "states", "sts"),
    "cloudtrail",  # a record of all calls, off until a test asks for it
)


class ClientOptions(TypedDict):
    """What `boto3.client` takes to reach the embedded cloud, as its owner."""

    endpoint_url: str
    region_name: str
    aws_access_key_id: str
    aws_secret_access_key: str


class CloudError(Exception):
    """The embedded cloud, or a deployment to it, failed; the message says where the log is."""


class EmbeddedCloud:
    """One embedded cloud, with everything it holds under `home`.

    As a context manager it starts and ends with the block. It never outlives this process,
    however that ends, unless `detach` is called.
    """

    def __init__(self, root: Path = ROOT, *, port: int | None = None) -> None:
        self.port = port or _free_port()
        self.root = root
        self.home = root / ".local" / f"cloud-{self.port}"
        self._child: Child | None = None

    @property
    def endpoint(self) -> str:
        """Where every service answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the cloud and the functions running in it say."""
        return self.home / "cloud.log"

    @property
    def state(self) -> Path:
        """What it keeps in files: the key that signs tokens, for one."""
        return self.home / "state"

    @property
    def client_options(self) -> ClientOptions:
        """For `boto3.client(name, **cloud.client_options)`."""
        return ClientOptions(
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=_OWNER,
            aws_secret_access_key=_OWNER,
        )

    def start(self) -> None:
        """Start, and return once it answers.

        Raises CloudError if it is not installed, ends, or does not answer within a minute.
        """
        python = self.root / ".local" / "ministack" / "bin" / "python"
        if not python.exists():
            raise CloudError("The embedded cloud is not installed. Run `make setup`.")
        _forget_old(self.root)
        self.home.mkdir(parents=True, exist_ok=True)
        self._child = children.start(
            [str(python), "-m", "ministack"],
            environment=self._environment(),
            folder=self.home,
            log=self.log,
            scratch=self.home / "tmp",
        )
        try:
            self._wait_until_ready(self._child)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it and every worker, and forget all that it held; the log stays."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def detach(self) -> None:
        """Let it run on after this process; `attached` finds it, `stop_detached` ends it."""
        if self._child is None:
            raise CloudError("The embedded cloud is not running.")
        state = {"port": self.port, "pid": self._child.pid}
        _state_file(self.root).write_text(json.dumps(state), "utf-8")
        self._child.release()
        self._child = None

    def is_ready(self) -> bool:
        """Does it answer?"""
        try:
            answer = requests.get(f"{self.endpoint}/_ministack/ready", timeout=1)
        except requests.RequestException:
            return False
        return answer.ok

    def listens(self) -> bool:
        """Does anything listen on its port? It may be alive, and too busy to answer at once."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except TimeoutError:  # so busy that its queue of connections is full
            return True
        except OSError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if kind is None:
            shutil.rmtree(self.home, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        """Nothing of this process's own environment that could reach into the functions."""
        options = self.client_options
        return {
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": options["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": options["aws_secret_access_key"],
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "HOME": str(self.home),
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_ACCOUNT_CONCURRENCY": str(_LAMBDA_CONCURRENCY),
            "LAMBDA_WARM_TTL_SECONDS": str(_IDLE_WORKERS_END_AFTER_S),
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": str(_RETRY_AFTER_S),
            "LANG": "C.UTF-8",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "PATH": os.defpath,
            "SERVICES": ",".join(_SERVICES),
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(self.state),
        }

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + _STARTED_WITHIN_S
        while not self.is_ready():
            status = child.poll()
            if status is not None:
                raise CloudError(f"The embedded cloud ended with {status}. Its log: {self.log}")
            if time.monotonic() > deadline:
                raise CloudError(
                    f"The embedded cloud did not answer in {_STARTED_WITHIN_S:.0f} s."
                    f" Its log: {self.log}"
                )
            time.sleep(_LOOK_EVERY_S)


def attached(root: Path = ROOT) -> EmbeddedCloud | None:
    """The cloud that was detached and still runs, however slowly; None if there is none."""
    state = _state(root)
    if state is None:
        return None
    cloud = EmbeddedCloud(root, port=state["port"])
    # With the cloud goes its `tmp`; whoever listens on the port after that is somebody else.
    return cloud if (cloud.home / "tmp").exists() and cloud.listens() else None


def stop_detached(root: Path = ROOT) -> bool:
    """End the cloud that was detached; False if there was none to end.

    Raises CloudError if it still runs after a minute.
    """
    state = _state(root)
    cloud = attached(root)
    ended = state is not None and cloud is not None and _end(cloud, state["pid"])
    _state_file(root).unlink(missing_ok=True)  # not before: if it still runs, one can try again
    return ended


def _end(cloud: EmbeddedCloud, pid: int) -> bool:
    """End `cloud` and remove what it held; False if its port is somebody else's by now."""
    try:
        with children.watching(cloud.home / "tmp") as is_gone:
            # The process id is only trusted because the cloud is attached.
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + _STOPPED_WITHIN_S
            while not is_gone():
                if time.monotonic() > deadline:
                    raise CloudError(f"The embedded cloud does not stop. Its log: {cloud.log}")
                time.sleep(_LOOK_EVERY_S)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    shutil.rmtree(cloud.home, ignore_errors=True)
    return True


def _forget_old(root: Path) -> None:
    """Remove what clouds that failed, or were killed, left to be read more than a day ago."""
    for home in (root / ".local").glob("cloud-*"):
        port = home.name.removeprefix("cloud-")
        with contextlib.suppress(FileNotFoundError):  # another process removed it
            old = time.time() - home.stat().st_mtime > _LOGS_KEPT_S
            if old and port.isdecimal() and not EmbeddedCloud(root, port=int(port)).listens():
                shutil.rmtree(home, ignore_errors=True)


class _State(TypedDict):
    port: int
    pid: int


def _state_file(root: Path) -> Path:
    return root / ".local" / "cloud.json"


def _state(root: Path) -> _State | None:
    try:
        state = json.loads(_state_file(root).read_text("utf-8"))
        return _State(port=int(state["port"]), pid=int(state["pid"]))
    except (OSError, ValueError, KeyError):
        return None


def _free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
