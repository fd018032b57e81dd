"""Packages that only tests know: wheels made here, and uv kept from looking anywhere else."""

from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest


def add_wheel(folder: Path, name: str, version: str, *, needs: tuple[str, ...] = ()) -> Path:
    """Write a wheel with the one module `name`, whose LEVEL is 3; return its path.

    Source: PyPA, "Binary distribution format"; uv wants no hashes in RECORD.
    """
    about = f"{name}-{version}.dist-info"
    required = "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {
        f"{name}.py": "LEVEL = 3\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{required}",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{file},,\n" for file in files)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with ZipFile(wheel, "w") as zipped:
        for file, text in files.items():
            zipped.writestr(ZipInfo(file), text)  # of 1980: the same bytes each time
    return wheel


def look_only_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv find packages in `folder`, and ask no index: tests use no network."""
    settings = folder / "uv.toml"
    settings.write_text(f'[pip]\nno-index = true\nfind-links = ["{folder.as_posix()}"]\n')
    monkeypatch.setenv("UV_CONFIG_FILE", str(settings))
