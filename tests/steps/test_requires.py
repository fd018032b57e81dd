"""What a step requires is read from its text, before it can be imported, and has to be pinned."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from steps.contract import InvalidStep, Options, Picture, step
from steps.plugins import BrokenPlugin, find, load
from steps.requires import required, written
from steps.signature import check_requires
from steps.testing import RuleBroken
from steps.testing.packages import has_its_packages

AddFile = Callable[[str, str], None]

TINT = '''
"""tint: do nothing much, by a package of its own."""
import nothing_of_that_name
from steps.contract import Options, Picture, step

class TintOptions(Options):
    """Nothing to choose."""

@step(version=1, requires=("nothing-of-that-name==1.2",))
def tint(picture: Picture, options: TintOptions) -> Picture:
    """Do nothing."""
    return picture
'''


def test_pins_are_read_without_importing_anything(add_file: AddFile) -> None:
    """What they bring is not here before they are read."""
    add_file("tint", TINT)

    assert required() == {"tint": ("nothing-of-that-name==1.2",)}


def test_a_step_whose_packages_are_missing_is_told_with_the_cure(add_file: AddFile) -> None:
    """Whether it forgot to declare them, or nobody installed them."""
    add_file("tint", TINT)

    with pytest.raises(BrokenPlugin) as broken:
        find()

    assert str(broken.value) == (
        "steps/tint.py:3: ModuleNotFoundError: No module named 'nothing_of_that_name'. If the step "
        "declares it, as in requires=('nothing_of_that_name==1.0',), run `make lock`; if not, "
        "declare it"
    )


def test_a_module_of_ours_that_is_missing_is_no_package(add_file: AddFile) -> None:
    """No lock would bring it."""
    add_file("tint", "import steps.pictures")

    with pytest.raises(BrokenPlugin, match=r"No module named 'steps\.pictures'$"):
        load("tint")


@pytest.mark.parametrize(
    "pin",
    [
        "numpy==2.4.0",
        "numpy == 2.4.0rc1",
        "scikit-image[optional,data]==0.25.2",
        "torch==2.9.0+cpu",
        "numpy==2.4.0; python_version >= '3.11'",
    ],
)
def test_a_pin_is_one_release_of_one_package(pin: str) -> None:
    """With extras, a local version, a marker: PEP 508."""
    assert written(f"@step(version=1, requires=({pin!r},))\ndef a(): ...", "a") == (pin,)


@pytest.mark.parametrize(
    "requires",
    [
        '("numpy",)',
        '("numpy>=2",)',
        '("numpy==2.*",)',
        '("numpy==2.4,<3",)',
        '("numpy @ https://example.org/numpy.whl",)',
        '("-r other.txt",)',
        '("",)',
        "(1,)",
        '"numpy==2.4.0"',
        '["numpy==2.4.0"]',
    ],
)
def test_what_is_no_pin_is_refused(add_file: AddFile, requires: str) -> None:
    """As it is read and as the step is made: another release would compute other pixels."""
    source = TINT.replace("import nothing_of_that_name\n", "")
    add_file("tint", source.replace('("nothing-of-that-name==1.2",)', requires))

    for reading in (required, find):
        with pytest.raises(
            BrokenPlugin, match=r"^steps/tint.py(:\d+)?: InvalidStep: tint.* requires "
        ):
            reading()


def test_what_is_computed_cannot_be_read(add_file: AddFile) -> None:
    """It is told what to write instead."""
    add_file("tint", TINT.replace('("nothing-of-that-name==1.2",)', "PINS"))

    with pytest.raises(BrokenPlugin, match="InvalidStep: tint: write what it requires as texts"):
        required()


def test_requires_of_another_function_are_not_the_steps() -> None:
    """A package may ship several steps in a file."""
    text = "@step(version=1, requires=('a==1',))\ndef a(): ...\n@step(version=1)\ndef b(): ...\n"

    assert (written(text, "a"), written(text, "b")) == (("a==1",), ())


def test_the_suite_wants_the_release_that_is_declared() -> None:
    """Not the one that happens to be installed, nor none."""
    resize = load("resize")

    has_its_packages(replace(resize, requires=("nothing-here==1; sys_platform == 'nowhere'",)))
    with pytest.raises(
        RuleBroken, match=r"requires hypothesis==1\.0, and .* is installed: run `ma"
    ):
        has_its_packages(replace(resize, requires=("hypothesis==1.0",)))
    with pytest.raises(RuleBroken, match="requires nothing-here==1, and none is installed"):
        has_its_packages(replace(resize, requires=("nothing-here==1",)))


def test_the_suite_sees_an_import_that_a_function_would_lack(add_file: AddFile) -> None:
    """It works here, since tests need the package; declared, it would work there too."""
    source = TINT.replace("import nothing_of_that_name", "from hypothesis import strategies")
    add_file("tint", source.replace(', requires=("nothing-of-that-name==1.2",)', ""))

    with pytest.raises(RuleBroken, match=r"tint imports hypothesis.*requires=\('hypothesis=="):
        has_its_packages(load("tint"))


def test_an_import_counts_too_in_a_module_beside_the_step(add_file: AddFile) -> None:
    """A step of some length has its arithmetic in a file of its own."""
    add_file("tint_arithmetic", "import hypothesis")
    source = TINT.replace("import nothing_of_that_name", "from steps import tint_arithmetic")
    add_file("tint", source.replace(', requires=("nothing-of-that-name==1.2",)', ""))

    with pytest.raises(RuleBroken, match="tint imports hypothesis"):
        has_its_packages(load("tint"))


class NoOptions(Options):
    """Nothing to choose."""


@pytest.mark.parametrize(
    "pin", ["tint==..", "tint==1; --index-url x", "tint==1; x\n--pre", "a[==1"]
)
def test_nothing_but_a_pin_is_one(pin: str) -> None:
    """A lock's lines are options of the installer, too."""
    with pytest.raises(InvalidStep, match="name one release"):
        check_requires("tint", (pin,))


def test_the_decorator_refuses_what_is_no_pin() -> None:
    """As every declaration that breaks the contract."""
    with pytest.raises(InvalidStep, match=r"tint requires 'numpy': name one release"):

        @step(version=1, requires=("numpy",))
        def tint(picture: Picture, options: NoOptions) -> Picture:
            """Do nothing."""
            return picture
