"""New: writes a plugin and its test to begin with: `make new-step NAME=glow`.

Both pass as they are, and do nothing yet. Nothing that is there is written over.
"""

import builtins
import keyword
import re
import sys
from importlib.util import find_spec
from pathlib import Path

RESERVED = (
    *("image", "picture", "original", "and", "or", "not", "in", "else", "exists"),
    *("true", "false", "null"),
)
"""Words with a meaning of their own in pipeline files: the compiler has the same list."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Of packages that a step may yet declare in `requires`, and that are not installed before.
_OFTEN_REQUIRED = ("numpy", "scipy", "skimage", "cv2", "torch", "onnxruntime")
_PLUGIN = '''"""{name}: say in one line what it does to a picture."""

from typing import Annotated

from annotated_types import Ge, Le

from steps.contract import Cost, Options, Picture, step


class {model}Options(Options):
    """Say in one line what can be chosen."""

    amount: Annotated[float, Ge(0), Le(1)] = 0.5
    """How much of it, from 0 to 1."""


@step(version=1, cost=Cost(cpu_ms=20, memory_mb=12))
def {name}(picture: Picture, options: {model}Options) -> Picture:
    """Say what the picture is like afterwards, and what stays as it was."""
    return picture
'''
_TEST = '''"""{name} keeps the size of a picture; test_contract.py holds it to the contract."""

from hypothesis import given

from steps.contract import Picture
from steps.{name} import {model}Options, {name}
from steps.testing import options_for, outcome, pictures


@given(picture=pictures(), options=options_for({model}Options))
def test_{name}_keeps_the_size(picture: Picture, options: {model}Options) -> None:
    """Whatever is chosen."""
    result = outcome({name}, picture, options)

    assert isinstance(result, Picture)
    assert (result.width, result.height) == (picture.width, picture.height)
'''
_NEXT = """Wrote {plugin}
      {test}

Now:
  1. Write what it does in {plugin}. What a picture can do: steps/picture.py.
     Written against Pillow, or with packages of its own: see docs/add-a-step.md.
  2. Say in {test} what is true of it for every picture.
  3. Hold it to the contract:   .venv/bin/pytest tests/steps -k {name}
  4. Use it in pipeline.yaml (uses: {name}), and compile:   make generate
  5. Write its page, docs/steps/{name}.md:   make docs
"""


class Refused(Exception):
    """The step cannot be begun; the text says why, and what to do instead."""


def main() -> None:
    """Begin the step that the first argument names, in this repository; say what comes next."""
    try:
        sys.stdout.write(begin(" ".join(sys.argv[1:]), Path.cwd()))
    except Refused as refused:
        sys.exit(str(refused))


def begin(name: str, root: Path) -> str:
    """Write the plugin and its test below `root`; return what to do next.

    Raises Refused for a name that no step can have, and for one that is taken.
    """
    if why := _why_not(name):
        raise Refused(f"'{name}' cannot be the name of a step: {why}")
    plugin, test = Path(f"steps/{name}.py"), Path(f"tests/steps/test_{name}.py")
    taken = [each for each in (plugin, test, plugin.with_suffix("")) if (root / each).exists()]
    if taken:
        raise Refused(f"{taken[0]} is there already: choose another name, or edit it")
    model = "".join(word.capitalize() for word in name.split("_"))
    for path, text in ((plugin, _PLUGIN), (test, _TEST)):
        (root / path).write_text(text.format(name=name, model=model), encoding="utf-8")
    return _NEXT.format(name=name, plugin=plugin, test=test)


def _why_not(name: str) -> str:
    """Return why no step can have the name, and what to do instead; "" if one can."""
    if not _NAME.fullmatch(name) or (keyword.iskeyword(name) and name not in RESERVED):
        return (
            "it is a Python function's and a file's too. "
            "Use small letters, digits and _, as in: make new-step NAME=soft_glow"
        )
    another = f"Choose another, as in: make new-step NAME={name}_step"
    if name in RESERVED:
        return f"it means something else in pipeline.yaml. {another}"
    if hasattr(builtins, name):
        return f"it would hide Python's own {name} from its file. {another}"
    if name in _OFTEN_REQUIRED or find_spec(name) is not None:
        return f"there is a Python module {name}, which its file could not use then. {another}"
    return ""


if __name__ == "__main__":
    main()
