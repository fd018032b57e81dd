"""Byte-identical output, under any hash seed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("plan.json", "state_machine.asl.json", "wiring.py", "__init__.py")


@pytest.mark.slow
def test_every_hash_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Twenty interpreters with seeds of their own compile the shipped pipeline."""
    results = set()
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        (folder / "pipeline.yaml").write_bytes((ROOT / "pipeline.yaml").read_bytes())
        subprocess.run(
            [sys.executable, "-m", "dsl", "generate"],
            cwd=folder,
            env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        )
        files = sorted(path for path in (folder / "generated").rglob("*") if path.is_file())
        results.add(tuple((path.name, path.read_bytes()) for path in files))

    assert len(results) == 1
    assert len(results.pop()) == 8


def test_what_is_committed_is_what_the_pipeline_says() -> None:
    """`make check` in one test: reviewers see what deploys."""
    done = subprocess.run(
        [sys.executable, "-m", "dsl", "generate", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
