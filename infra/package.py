"""Package: build what functions run on AWS, and tell how large it is and how fast it starts.

`make package`. Sizes are of the assets as they go to AWS. How fast a handler starts is measured
here, on the same code for this machine's Python and processor, beside a script that does no more
than it must: as a ratio, since machines differ.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from infra.assets import FROM_RUNTIME, HERE, LAMBDA, AssetError, Assets, build_assets
from infra.pipelines import compiled_pipeline, plan_path

MB = 1_000_000
MOST_API_MB, MOST_STAGE_MB = 35, 75
MOST_RATIO = 1.25
_ROUNDS = 9

_CLIENTS = """
from botocore.config import Config
config = Config(retries={{"mode": "standard", "max_attempts": 4}})
made = [boto3.client(name, config=config) for name in {names}]
"""
_ENDS = "\nimport time; print(time.process_time())"
_BARE_API = "import boto3\nfrom aws_lambda_powertools.event_handler import APIGatewayRestResolver"
_BARE_STAGE = "import boto3\nimport pyvips"


@dataclass(frozen=True)
class Start:
    """A handler that starts: what it imports and makes, and the bare script beside it."""

    name: str
    ours: str
    bare: str

    @classmethod
    def of(cls, name: str, bare: str, clients: Mapping[str, str]) -> "Start":
        """The handler of that name; `clients` are our functions and boto3's names for them."""
        ours = [f"import darkroom.handlers.{name}", "from darkroom.handlers import clients"]
        ours += [f"clients.{each}()" for each in clients]
        return cls(name, "\n".join(ours), bare + _CLIENTS.format(names=list(clients.values())))


STARTS = (
    Start.of("auth", _BARE_API, {"cognito": "cognito-idp"}),
    Start.of("images", _BARE_API, {"dynamodb": "dynamodb", "s3": "s3", "cognito": "cognito-idp"}),
    Start.of("stage", _BARE_STAGE, {"dynamodb": "dynamodb", "s3": "s3"}),
)


@dataclass(frozen=True)
class Measured:
    """The CPU time of a start in ms, ours and the bare script's: medians of as many processes."""

    name: str
    ours_ms: float
    bare_ms: float

    @property
    def ratio(self) -> float:
        """How many times the bare script's ours is."""
        return self.ours_ms / self.bare_ms


def main() -> int:
    """Build, measure, and print both tables; 1 where something is too large or too slow."""
    try:
        plan, packages = plan_path(compiled_pipeline()), compiled_pipeline().PACKAGES
        built = build_assets(plan, packages, target=LAMBDA)
        large = list(_sizes(built))
        slow = [each.ratio for each in _starts(build_assets(plan, [()], target=HERE))]
    except (LookupError, AssetError) as mistake:
        sys.stderr.write(f"darkroom: {mistake}\n")
        return 1
    return int(any(large) or max(slow) > MOST_RATIO)


def _sizes(assets: Assets) -> Iterator[bool]:
    """Print a line for each asset, and yield whether it is too large."""
    _say(f"{'asset':<24}{'zipped':>10}{'unpacked':>10}{'limit':>8}")
    stages = {"+".join(("stage", *key)): path for key, path in assets.stages.items()}
    for name, path in {"api": assets.api, **stages}.items():
        with zipfile.ZipFile(path) as zipped:
            unpacked = sum(entry.file_size for entry in zipped.infolist()) / MB
        most = MOST_API_MB if name == "api" else MOST_STAGE_MB
        packed = path.stat().st_size / MB
        _say(f"{name:<24}{packed:>7.1f} MB{unpacked:>7.1f} MB{most:>5} MB")
        yield unpacked > most


def _starts(assets: Assets) -> Iterator[Measured]:
    """Print a line for each start, and yield what was measured."""
    _say(f"\n{'start, CPU time':<24}{'ours':>10}{'bare':>10}{'ratio':>8}   (limit {MOST_RATIO})")
    with tempfile.TemporaryDirectory() as folder:
        runtime = runtime_in(Path(folder, "runtime"))
        for start in STARTS:
            asset = assets.stages[()] if start.name == "stage" else assets.api
            unpacked = Path(folder, asset.stem)
            if not unpacked.exists():
                with zipfile.ZipFile(asset) as zipped:
                    zipped.extractall(unpacked)
            found = measured(start, (unpacked, runtime))
            _say(
                f"{found.name:<24}{found.ours_ms:>7.0f} ms{found.bare_ms:>7.0f} ms"
                f"{found.ratio:>8.2f}"
            )
            yield found


def runtime_in(folder: Path) -> Path:
    """Make `folder` of what the Lambda runtime brings, and nothing else that is installed here."""
    folder.mkdir()
    for module in FROM_RUNTIME:
        found = find_spec(module)
        if found is None or found.origin is None:
            raise AssetError(f"{module} is not installed. Run `make setup`.")
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


def measured(start: Start, path: tuple[Path, ...], rounds: int = _ROUNDS) -> Measured:
    """Measure a start by Pythons that find nothing but what lies on `path`, in turns.

    The first round of each is not counted: it writes the bytecode that the others read.
    """
    times = [(_cpu_ms(start.ours, path), _cpu_ms(start.bare, path)) for _ in range(rounds + 1)]
    ours, bare = zip(*times[1:], strict=True)
    return Measured(start.name, median(ours), median(bare))


def _cpu_ms(program: str, path: tuple[Path, ...]) -> float:
    """The CPU time of one process from its beginning to the end of `program`."""
    search = "import sys; sys.path += sys.argv[1:]\n"
    done = subprocess.run(  # noqa: S603 - the programs above
        # -I and -S: neither this folder, nor the packages of this environment.
        [sys.executable, "-I", "-S", "-c", search + program + _ENDS, *map(str, path)],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": os.defpath,
            "AWS_DEFAULT_REGION": "us-east-1",
            "LAMBDA_TASK_ROOT": str(path[0]),  # by which X-Ray's SDK knows that it is on Lambda
            "POWERTOOLS_SERVICE_NAME": "package",
        },
    )
    return float(done.stdout) * 1000


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
