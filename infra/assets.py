"""Assets: the zips that functions run, built by uv without Docker, and only when they change.

A zip is the wheels of some locks and then our own code. The wheels, which are slow to get and
large, are kept apart by what decides them, so a change of our code only appends a few files.
"""

import compileall
import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

# Raised when the same inputs give another zip.
_RECIPE = "2"

# The Lambda runtime brings boto3 with all that it needs; a copy would only slow cold starts.
_FROM_RUNTIME = ("boto3", "botocore", "python-dateutil", "s3transfer", "six", "urllib3")
# The same, as they are imported.
FROM_RUNTIME = ("boto3", "botocore", "dateutil", "s3transfer", "six", "urllib3")

# On the index as source only. It is pure Python where it finds no libvips of the machine's, and
# is kept from looking: ours is in the wheel pyvips-binary.
_FROM_SOURCE = "pyvips"
_HIDE_LIBVIPS = {"PKG_CONFIG_LIBDIR": "/nowhere", "PKG_CONFIG_PATH": ""}

# Of our packages, what no function runs.
_NOT_RUN = {"darkroom/cli", "darkroom/local", "darkroom/testing", "steps/testing"}

# How many zips of each name stay: a deployment that is under way may be using an older one.
_KEPT = 4

# A zip's first moment. With it, and sorted names, the same files give the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class AssetError(Exception):
    """An asset could not be built; the message says why, in uv's words."""


@dataclass(frozen=True)
class Assets:
    """The zips that functions run: `api` without imaging libraries, `stages` with them.

    Those are by the plugins whose packages they hold beyond that: most hold none, and are at `()`.
    """

    api: Path
    stages: Mapping[tuple[str, ...], Path]


@dataclass(frozen=True)
class Target:
    """Where an asset will run.

    `options` tell uv. `compression` is for the way there, `compiled` adds bytecode of the wheels:
    it saves half of a cold start, but only this Python can make it, for its own version.
    `most_bytes` is what may lie there unpacked.
    """

    name: str
    options: tuple[str, ...]
    compression: int
    compiled: bool
    most_bytes: int | None = None


# 250 MB: Lambda guide, "Lambda quotas", for the content of a zip, layers included.
_LAMBDA_BYTES = 250 * 2**20

# manylinux_2_28 is what Amazon Linux 2023, under Lambda's Python 3.13, can load.
LAMBDA = Target(
    "lambda",
    ("--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.13"),
    zipfile.ZIP_DEFLATED,
    compiled=False,
    most_bytes=_LAMBDA_BYTES,
)

# The embedded cloud runs functions on the Python and the processor that run this.
HERE = Target(
    f"{sysconfig.get_platform()}-{sys.version}",
    ("--python", sys.executable),
    zipfile.ZIP_STORED,
    compiled=True,
)


def build_assets(
    plan: str,
    packages: Iterable[tuple[str, ...]],
    *,
    target: Target,
    signs_links: bool = False,
    root: Path = ROOT,
) -> Assets:
    """Build the zips that run the plan at the path `plan`, or find them built.

    `packages` are the sets of plugins whose packages some stage's function holds: a zip for each.
    `signs_links` adds to the API's what it signs links to a CDN with.
    All lie under .local/assets of `root`, from where `plan` counts.

    Raises AssetError, with what uv said, if the wheels cannot be had; for a missing lock; and for
    more than the target takes.
    """
    ours = ("darkroom", "steps", plan)
    return Assets(
        api=_asset(root, ("api", "cdn") if signs_links else ("api",), ("darkroom", plan), target),
        stages={
            plugins: _asset(root, ("stage", *(f"steps/{each}" for each in plugins)), ours, target)
            for plugins in packages
        },
    )


def _asset(root: Path, locks: Sequence[str], contents: Iterable[str], target: Target) -> Path:
    """The zip of our `contents` over the wheels of each requirements/<lock>.txt."""
    name = _name(locks)
    wheels = _wheels(root, locks, target)
    files = dict(_own_files(root, contents))
    digest = hashlib.sha256(wheels.name.encode())
    for file, path in sorted(files.items()):
        digest.update(f"\0{file}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    asset = wheels.with_name(f"{name}-{digest.hexdigest()[:16]}.zip")
    if not asset.exists():
        with tempfile.TemporaryDirectory(dir=asset.parent) as folder:
            unfinished = shutil.copyfile(wheels, Path(folder, asset.name))
            _append(unfinished, files, target.compression)
            unfinished.replace(asset)
        _forget_old(asset.parent, name)
    _check_size(asset, locks, target)
    return asset


def _check_size(asset: Path, locks: Sequence[str], target: Target) -> None:
    """Raise AssetError for more than the target takes: AWS would say so late in a deployment."""
    with zipfile.ZipFile(asset) as zipped:
        unpacked = sum(entry.file_size for entry in zipped.infolist())
    if target.most_bytes is not None and unpacked > target.most_bytes:
        raise AssetError(
            f"A function of {_name(locks)} would hold {unpacked / 2**20:.0f} MB, and Lambda takes"
            f" {target.most_bytes / 2**20:.0f}: require less, or give steps that do `alone: true`."
        )


def _own_files(root: Path, contents: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Our own code by its name in the zip: files as named, of packages all that functions run."""
    for item in contents:
        path = root / item
        for file in path.rglob("*") if path.is_dir() else [path]:
            name = file.relative_to(root).as_posix()
            run = not any(name.startswith(f"{folder}/") for folder in _NOT_RUN)
            if run and file.is_file() and file.parent.name != "__pycache__":
                yield name, file


def _forget_old(folder: Path, name: str) -> None:
    """Remove all but the newest zips of one name."""
    by_age = sorted(folder.glob(f"{name}-*.zip"), key=lambda path: path.stat().st_mtime)
    for old in by_age[:-_KEPT]:
        old.unlink(missing_ok=True)


def _name(locks: Sequence[str]) -> str:
    """What a zip is called by its locks, as far as a file's name has room: "stage+tint"."""
    return "+".join(lock.removeprefix("steps/") for lock in locks)[:100]


def _wheels(root: Path, locks: Sequence[str], target: Target) -> Path:
    """A zip of the unpacked wheels of each requirements/<lock>.txt."""
    name = _name(locks)
    files = [root / "requirements" / f"{lock}.txt" for lock in locks]
    made_by = (_RECIPE, target.name, *target.options, str(target.compiled))
    inputs = (*made_by, *_FROM_RUNTIME, *map(_lock_text, files))
    digest = hashlib.sha256("\0".join(inputs).encode()).hexdigest()
    wheels = root / ".local" / "assets" / f"wheels-{name}-{digest[:16]}.zip"
    if not wheels.exists():
        wheels.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=wheels.parent) as folder:
            installed = Path(folder, "installed")
            _install(files, installed, target)
            if target.compiled:
                _compile(installed)
            unfinished = Path(folder, wheels.name)
            _append(unfinished, _worth_keeping(installed), target.compression)
            unfinished.replace(wheels)
        _forget_old(wheels.parent, f"wheels-{name}")
    return wheels


def _lock_text(lock: Path) -> str:
    try:
        return lock.read_text("utf-8")
    except FileNotFoundError as missing:
        raise AssetError(
            f"{lock} is missing, so a stage has no packages: run `make lock`."
        ) from missing


def _install(locks: Sequence[Path], into: Path, target: Target) -> None:
    """Unpack the wheels of `locks` for `target`; each must have the hash that its lock says."""
    listed = (word for lock in locks for word in ("--requirements", str(lock)))
    excluded = into.with_name("from-runtime.txt")
    excluded.write_text("\n".join(_FROM_RUNTIME))
    done = subprocess.run(  # noqa: S603  the words are ours
        [
            *(str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"),
            *("--target", str(into), *listed, "--excludes", str(excluded)),
            *("--require-hashes", "--only-binary", ":all:", "--no-binary", _FROM_SOURCE),
            *("--link-mode", "copy"),
            *target.options,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **_HIDE_LIBVIPS},
    )
    if done.returncode:
        names = " and ".join(lock.name for lock in locks)
        raise AssetError(f"uv could not install {names} for {target.name}:\n{done.stderr}")


def _compile(installed: Path) -> None:
    """Add bytecode that is the same each time: it is tied to its source by nothing but trust."""
    compileall.compile_dir(
        installed,
        quiet=2,
        stripdir=str(installed),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def _worth_keeping(installed: Path) -> dict[str, Path]:
    """What functions need of the wheels: no command-line programs, no records of uv's."""
    files = {}
    for path in installed.rglob("*"):
        name = path.relative_to(installed)
        if path.is_file() and name.parts[0] not in {"bin", ".lock"}:
            files[name.as_posix()] = path
    return files


def _append(archive: Path, files: dict[str, Path], compression: int) -> None:
    """Add `files` to the zip `archive`, in order of name and without a trace of when or whose."""
    with zipfile.ZipFile(archive, "a") as zipped:
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = compression
            zipped.writestr(entry, path.read_bytes())
