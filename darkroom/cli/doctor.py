"""`doctor`: what this machine lacks, each line with its cure."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.text import Text

from darkroom.local.cloud import ROOT, attached

_FREE_GB = 3


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is right, what was seen, and the cure where it is not."""

    right: bool
    seen: str
    cure: str = ""


def run(_: argparse.Namespace, console: Console) -> int:
    """Look at everything and print a line each; 1 where something is missing."""
    findings = tuple(_findings())
    for finding in findings:
        mark = ("ok  ", "green") if finding.right else ("lack", "red")
        cure = "" if finding.right else f"\n     {finding.cure}"
        console.print(Text.assemble(mark, f" {finding.seen}{cure}"))
    return 0 if all(finding.right for finding in findings) else 1


def _findings() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), f"Python {version}", "Install Python 3.11 or newer.")
    yield _codecs()
    heic = find_spec("pi_heif") is not None
    yield Finding(heic, "pi-heif, which reads heic", "Run `make setup`.")
    yield _present("the embedded cloud", ".local/ministack/bin/python")
    yield _present("the CDK command line", "node_modules/aws-cdk/bin/cdk")
    yield _generated()
    free = shutil.disk_usage(ROOT).free / 1e9
    yield Finding(free > _FREE_GB, f"{free:.0f} GB of disk free", f"Free at least {_FREE_GB} GB.")
    cloud = attached()
    yield Finding(True, f"embedded cloud at {cloud.endpoint}" if cloud else "no cloud running")
    yield _credentials()


def _codecs() -> Finding:
    try:
        import pyvips
    except (ImportError, OSError):
        return Finding(False, "libvips", "Run `make setup`.")
    formats = ("jpeg", "png", "gif", "webp", "heif", "tiff")
    needed = [f"{each}load_buffer" for each in formats]
    missing = [name for name in needed if not pyvips.type_find("VipsForeignLoad", name)]
    version = ".".join(str(pyvips.version(part)) for part in range(3))
    return Finding(
        not missing,
        f"libvips {version} reads jpeg, png, gif, webp, avif and tiff"
        if not missing
        else f"libvips {version} lacks {', '.join(missing)}",
        "Run `make setup`: the wheel pyvips-binary has all of them.",
    )


def _present(name: str, path: str) -> Finding:
    return Finding((ROOT / path).exists(), name, "Run `make setup`.")


def _generated() -> Finding:
    # The compiler is a developer's tool: nothing that runs in the cloud reaches it.
    from dsl import drift, generate
    from dsl.diagnostics import PipelineRefused
    from dsl.files import compile_all
    from steps.plugins import BrokenPlugin, survey

    try:
        plugins = survey()
        wanted = generate.files(compile_all(ROOT / "pipeline.yaml", plugins), plugins)
    except (PipelineRefused, BrokenPlugin, OSError):
        return Finding(
            False, "pipeline.yaml compiles", "Run `make generate`: it says what is wrong."
        )
    fresh = not drift.drift(wanted, ROOT / "generated")
    return Finding(fresh, "generated/ is what pipeline.yaml says", "Run `make generate`.")


def _credentials() -> Finding:
    names = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID")
    found = [name for name in names if name in os.environ]
    path = Path.home() / ".aws" / "credentials"
    known = bool(found) or path.exists()
    return Finding(
        True,
        "AWS credentials found"
        if known
        else "no AWS credentials: demo and up need none; deploy does",
    )
