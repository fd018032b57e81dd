"""`up` and `down`: the embedded cloud, left running between commands."""

import argparse

from rich.console import Console

from darkroom.local.cloud import EmbeddedCloud, attached, stop_detached
from darkroom.local.deploy import Outputs, deploy


def up(_: argparse.Namespace, console: Console) -> int:
    """Start the embedded cloud, unless one is running, deploy to it, and say where it is."""
    cloud = attached()
    if cloud is None:
        cloud = EmbeddedCloud()
        cloud.start()
        try:
            with console.status("Deploying to the embedded cloud"):
                outputs = deploy(cloud)
            cloud.detach()
        except BaseException:
            cloud.stop()
            raise
    else:
        with console.status("Deploying to the running embedded cloud"):
            outputs = deploy(cloud)
    _tell(console, cloud, outputs)
    return 0


def down(_: argparse.Namespace, console: Console) -> int:
    """Stop the embedded cloud and forget what it held."""
    console.print("Stopped." if stop_detached() else "The embedded cloud was not running.")
    return 0


def _tell(console: Console, cloud: EmbeddedCloud, outputs: Outputs) -> None:
    console.print(f"API   {outputs.api_url}")
    console.print(f"AWS   {cloud.endpoint}")
    console.print(f"Log   {cloud.log}")
    console.print(
        "Use it: `python -m darkroom signup EMAIL`, and so on by docs/client.md."
        " Stop it: `make down`.",
        soft_wrap=True,
    )
