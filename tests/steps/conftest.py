"""Shared by the tests of steps/: plugins that are there for one test."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import steps

AddFile = Callable[[str, str], None]


@pytest.fixture
def add_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddFile:
    """Put a file beside those of steps/, for one test."""

    def add(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        monkeypatch.delitem(sys.modules, f"steps.{name}", raising=False)
        importlib.invalidate_caches()

    monkeypatch.setattr(steps, "__path__", [*steps.__path__, str(tmp_path)])
    return add
