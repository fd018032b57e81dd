"""An option annotated with FileIn chooses a file beside its plugin: an asset like others."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import pytest
from annotated_types import Gt

from dsl.compile import compile_source
from dsl.diagnostics import PipelineRefused
from steps.annotations import folders, notes
from steps.contract import Bytes, FileIn, Options
from steps.plugins import AnyStep, load
from steps.testing import RuleBroken
from steps.testing.purity import is_pure
from steps.units import BYTES

AddFile = Callable[[str, str], None]
TONED = """
from typing import Annotated
from steps.contract import FileIn, Options, Picture, step
from steps.units import Examples

class TonedOptions(Options):
    '''Which table.'''

    table: Annotated[str, FileIn("tables"), Examples(("warm.txt",))] | None = None
    second: Annotated[str, FileIn("tables"), Examples(("cold.txt",))] = "cold.txt"

@step(version=1)
def toned(picture: Picture, options: TonedOptions) -> Picture:
    '''Give it other tones.'''
    toned.asset({reads})
    return picture
"""


class Chosen(Options):
    """Annotated in each way that there is."""

    plain: Annotated[str, FileIn("a")] = "x"
    within: Annotated[str, FileIn("b")] | None = None
    size: Bytes | None = None
    other: Annotated[int, Gt(0)] = 1


@pytest.fixture
def toned(add_file: AddFile, tmp_path: Path) -> Callable[[str], AnyStep]:
    """Give a step that chooses among files, and reads the one that its code says."""

    def made(reads: str) -> AnyStep:
        (tmp_path / "tables").mkdir()
        for name in ("warm.txt", "cold.txt", "grey.txt", ".hidden"):
            (tmp_path / "tables" / name).write_text(name)
        add_file("toned", TONED.format(reads=reads))
        return load("toned")

    return made


def compiled(step: AnyStep, **given: object) -> dict[str, str]:
    """Return the assets of the one node of a pipeline."""
    source = json.dumps({"pipeline": "p", "steps": {"tone": {"uses": "toned", "with": given}}})
    return compile_source(source, "pipeline.yaml", {"toned": step}).plan.nodes[0].assets


def test_annotations_are_found_within_a_type() -> None:
    """`| None` hides nothing."""
    assert folders(Chosen) == {"plain": "a", "within": "b"}
    assert BYTES in notes(Chosen.model_fields["size"])


def test_options_name_the_files_that_they_choose() -> None:
    """As assets are named; an option that chooses none names none."""
    assert Chosen().assets() == ("a/x",)
    assert Chosen(within="y").assets() == ("a/x", "b/y")


def test_a_chosen_file_is_pinned(toned: Callable[[str], AnyStep]) -> None:
    """Those that the options choose, defaults included, and no others of the folder."""
    step = toned("'tables/cold.txt'")

    assert step.files_in("tables") == ("cold.txt", "grey.txt", "warm.txt")
    assert compiled(step) == {"tables/cold.txt": sha256(b"cold.txt").hexdigest()}
    assert set(compiled(step, table="warm.txt")) == {"tables/cold.txt", "tables/warm.txt"}


@pytest.mark.parametrize("name", [".hidden", "tables/warm.txt", "../toned.py", "warm"])
def test_only_files_of_the_folder_are_chosen(toned: Callable[[str], AnyStep], name: str) -> None:
    """No path, no hidden file, nothing that is not there."""
    with pytest.raises(PipelineRefused) as refused:
        compiled(toned("'tables/cold.txt'"), table=name)

    assert [each.code for each in refused.value.diagnostics] == ["P003"]
    assert refused.value.diagnostics[0].allowed == ("cold.txt", "grey.txt", "warm.txt")


def test_a_step_may_read_what_its_options_choose(toned: Callable[[str], AnyStep]) -> None:
    """The contract suite lets it."""
    is_pure(toned("'tables/' + options.second"))


def test_a_step_may_not_read_what_its_options_did_not_choose(
    toned: Callable[[str], AnyStep],
) -> None:
    """Although it lies in the folder: its digest is not in the plan."""
    step = toned("'tables/grey.txt'")

    with pytest.raises(RuleBroken, match="reads a file that it does not declare"):
        is_pure(step)


def test_nothing_else_beside_the_plugin_is_an_asset(toned: Callable[[str], AnyStep]) -> None:
    """Neither hidden files, nor folders in the folder, nor what lies beside it."""
    step = toned("'tables/cold.txt'")

    for name in ("tables/.hidden", "tables/../toned.py", "toned.py", "tables"):
        with pytest.raises(KeyError):
            step.asset(name)
