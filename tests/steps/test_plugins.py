"""Plugins are found by their file's name or entry point, and broken ones are told with a cause."""

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from steps import plugins
from steps.plugins import BrokenPlugin, UnknownPlugin, find, load, survey

GOOD = '''
"""{name}: do nothing much."""
from steps.contract import Options, Picture, step

class NoOptions(Options):
    """Nothing to choose."""

@step(version=1)
def {name}(picture: Picture, options: NoOptions) -> Picture:
    """Do nothing."""
    return picture
'''
AddFile = Callable[[str, str], None]


def test_the_plugins_of_this_folder_are_found() -> None:
    """Kernel files are not plugins, and nothing is registered anywhere."""
    assert {"resize", "validate", "watermark"} <= set(find())
    assert "picture" not in find()
    assert load("resize") is find()["resize"]


def test_a_new_file_is_a_new_plugin(add_file: AddFile) -> None:
    """No list is edited."""
    add_file("added_here", GOOD.format(name="added_here"))

    assert find()["added_here"].name == "added_here"


def test_loading_one_plugin_imports_no_other() -> None:
    """A stage pays only for what it uses: resize alone does not even bring Pillow."""
    program = (
        "import sys; from steps.plugins import load; load('resize');"
        "print({'steps.watermark', 'PIL.Image', 'hypothesis'} & set(sys.modules))"
    )

    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert shown.stdout.strip() == "set()"


def test_an_unknown_name_is_told_with_those_that_exist() -> None:
    """Also for a dotted name that no entry point has."""
    for name in ("watermrk", "picture", "acme.glow"):
        with pytest.raises(UnknownPlugin, match=f"'{name}'; there are: .*, resize, ") as error:
            load(name)
        assert "watermark" in error.value.known


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named"),
        ("def broken_here(:", "SyntaxError"),
        ("def broken_here(picture, options): ...", "decorate it with @step"),
        (
            GOOD.format(name="broken_here").replace("-> Picture", "-> list[Picture]"),
            "InvalidStep: broken_here returns a list of pictures; a step gives one",
        ),
        (
            GOOD.format(name="broken_here").replace("-> Picture", "-> str"),
            "InvalidStep: broken_here must return one of",
        ),
    ],
    ids=["import", "syntax", "undecorated", "several", "mistyped"],
)
def test_a_broken_file_is_told_by_its_name_and_cause(
    add_file: AddFile, source: str, cause: str
) -> None:
    """Whoever wrote it reads which file and why, from `find` as from `load`."""
    add_file("broken_here", source)

    with pytest.raises(BrokenPlugin, match=r"^steps/broken_here\.py(:\d+)?: .*" + cause):
        load("broken_here")
    with pytest.raises(BrokenPlugin, match=r"^steps/broken_here\.py"):
        find()


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("\n\nimport nothing_of_that_name", 3),
        ("x = 1\ndef broken_here(:\n  pass", 2),
        (f"{GOOD.format(name='broken_here')}\n{'_' * 3}\n", 13),
        (GOOD.format(name="broken_here").replace("-> Picture", "-> str"), 8),
    ],
    ids=["import", "syntax", "name", "declaration"],
)
def test_a_broken_file_is_told_with_the_line(add_file: AddFile, source: str, line: int) -> None:
    """Its own, however deep in a library or in the kernel the error came up."""
    add_file("broken_here", source)

    with pytest.raises(BrokenPlugin) as broken:
        load("broken_here")

    assert broken.value.place == f"steps/broken_here.py:{line}"


def test_a_broken_file_is_in_nobodys_way_but_theirs_who_use_it(add_file: AddFile) -> None:
    """All others are found; whoever asks for it is told what is wrong with it."""
    add_file("broken_here", "import nothing_of_that_name")

    found = survey()

    assert {"resize", "validate"} <= set(found)
    assert "broken_here" not in set(found)
    assert found.get("no_such_step") is None
    assert found.notes == (f"note: a plugin that no step uses is broken\n --> {found.broken[0]}",)
    with pytest.raises(BrokenPlugin, match="nothing_of_that_name"):
        found.get("broken_here")
    with pytest.raises(UnknownPlugin):
        load("no_such_step")


def test_a_misnamed_function_is_told_by_its_line(add_file: AddFile) -> None:
    """The line is that of `def`, and the cure names both ways out."""
    add_file("broken_here", GOOD.format(name="other_name"))

    with pytest.raises(BrokenPlugin) as broken:
        load("broken_here")

    assert str(broken.value) == (
        "steps/broken_here.py:9: the step function other_name must be called broken_here, as its "
        "file; or call the file other_name.py"
    )


def test_the_package_of_a_shipped_plugin_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name and version, as the package index has them."""
    info = tmp_path / "acme_steps-1.4.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-steps\nVersion: 1.4.0\n")
    (info / "entry_points.txt").write_text(f"[{plugins.GROUP}]\nacme.glow = acme_steps:glow\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert plugins.distributions() == {"acme.glow": "acme-steps 1.4.0"}


def test_others_ship_plugins_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have a dotted name; what leads nowhere is told as such."""
    shipped = [
        metadata.EntryPoint("acme.resize", "steps.resize:resize", plugins.GROUP),
        metadata.EntryPoint("acme.gone", "steps.resize:gone", plugins.GROUP),
        metadata.EntryPoint("undotted", "steps.resize:gone", plugins.GROUP),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: shipped)

    assert load("acme.resize").function is load("resize").function
    assert load("acme.resize").name == "acme.resize"
    with pytest.raises(BrokenPlugin, match=r"acme\.gone = steps\.resize:gone: it does not lead"):
        load("acme.gone")
