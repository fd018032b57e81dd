"""A step that reaches beyond its picture and options is told by what it does, and where."""

from collections.abc import Callable
from pathlib import Path

import pytest

from steps.contract import Options, Picture, Reply, step
from steps.plugins import load
from steps.testing import RuleBroken
from steps.testing.purity import is_pure

AddFile = Callable[[str, str], None]

FONT = Path(__file__).parents[2] / "steps/fonts/Inter-SemiBold.otf"
SEPIA = """
{top}
from steps.contract import Asks, Call, Facts, Options, Picture, Rejected, StepFailed, step

class SepiaOptions(Options):
    '''Nothing to choose.'''

@step(version=1{declared})
def sepia(picture: Picture, options: SepiaOptions) -> {gives}:
    '''Make it look old.'''
    {body}
"""
IMPURE = {
    "file written": ("", "open({path!r}, 'a').write('x')", r"writes a file \(.*kept\.txt\)"),
    "file written with os": (
        "import os",
        "os.close(os.open({path!r}, os.O_WRONLY | os.O_CREAT))",
        r"writes a file \(.*kept\.txt\)",
    ),
    "file read": (
        "from pathlib import Path",
        "Path(__file__).read_bytes()",
        r"reads a file that it does not declare \(.*sepia\.py\)",
    ),
    "file read at import": (
        "TABLE = __import__('pathlib').Path(__file__).read_text()",
        "",
        r"reads a file that it does not declare \(.*\), at sepia\.py:2",
    ),
    "file read by a library": (
        "from PIL import ImageFont",
        "ImageFont.truetype({font!r})",
        "reads a file that it does not declare",
    ),
    "file read once and kept": (
        "from functools import cache\n@cache\ndef table(): return open(__file__).read()",
        "table()",
        "reads a file that it does not declare",
    ),
    "file written by libvips": (
        "",
        "picture.images[0].write_to_file({path!r} + '.png')",
        "touches files .libvips",
    ),
    "file looked for": ("import os", "os.path.exists('x')", r"looks at files \(os\.stat\)"),
    "file removed": ("import os", "os.remove({path!r})", r"touches files \(os\.remove\)"),
    "clock": ("import time", "time.time()", r"reads the clock \(time\.time\)"),
    "clock under another name": (
        "from time import monotonic as tick",
        "tick()",
        r"reads the clock \(time\.monotonic\)",
    ),
    "date": (
        "from datetime import datetime",
        "datetime.now()",
        r"reads the clock \(datetime\.now\)",
    ),
    "random": ("import random", "random.random()", r"is random \(random\.random\)"),
    "random choice": ("from random import choice", "choice([1, 2])", "is random"),
    "random without a seed": (
        "from random import Random",
        "Random()",
        "is random .random.Random without a seed",
    ),
    "secrets": ("import secrets", "secrets.token_bytes(2)", r"is random \(os\.urandom\)"),
    "uuid": ("import uuid", "uuid.uuid4()", r"is random \(os\.urandom\)"),
    "socket": ("import socket", "socket.socket()", r"uses the network \(socket\.__new__\)"),
    "environment": (
        "import os",
        "os.environ.get('HOME')",
        r"reads the environment \(os\.environ\), at sepia\.py:\d+",
    ),
    "environment changed": ("import os", "os.putenv('A', 'b')", "changes the environment"),
    "process": ("import subprocess", "subprocess.run(['true'])", "starts a process"),
    "thread": ("import threading", "threading.Thread(target=print).start()", "starts a thread"),
    "input changed": ("", "picture._frames = (picture.images[0].invert(),)", "changed the picture"),
    "order of a set": ("", "raise StepFailed(''.join(set('abcdefghijklmnop')))", "answers diff"),
}


def sepia(
    *,
    top: str = "",
    body: str = "",
    gives: str = "Picture",
    declared: str = "",
) -> str:
    body = body or "return picture"
    return SEPIA.format(top=top, body=body, gives=gives, declared=declared)


@pytest.mark.parametrize(("top", "does", "said"), IMPURE.values(), ids=IMPURE.keys())
def test_what_is_not_pure_is_told(
    add_file: AddFile, tmp_path: Path, top: str, does: str, said: str
) -> None:
    """In words, with what was reached for; and nothing of it is left behind."""
    kept = tmp_path / "kept.txt"
    add_file(
        "sepia",
        sepia(
            top=top,
            body=f"{does.format(path=str(kept), font=str(FONT))}; return picture".lstrip("; "),
        ),
    )

    with pytest.raises(RuleBroken, match=f"^sepia {said}"):
        is_pure(load("sepia"))

    assert not list(tmp_path.glob("kept*"))


def test_all_that_a_step_looks_at_is_told_at_once(add_file: AddFile) -> None:
    """Each with its line, and once however often: nobody runs the suite three times to hear it."""
    body = "\n    ".join(
        ["for _ in range(3):", "    time.time()", "random.random()", "os.environ.get('HOME')"]
    )
    add_file("sepia", sepia(top="import os, random, time", body=f"{body}\n    return picture"))

    with pytest.raises(RuleBroken) as broken:
        is_pure(load("sepia"))

    assert str(broken.value).partition(". A step is pure")[0] == (
        "sepia reads the clock (time.time), at sepia.py:12; "
        "is random (random.random), at sepia.py:13; "
        "reads the environment (os.environ), at sepia.py:14"
    )


def test_hiding_the_trace_does_not_help(add_file: AddFile, tmp_path: Path) -> None:
    """What a step catches itself is still told."""
    body = "\n    ".join(
        ["try:", f"    open({str(tmp_path / 'x')!r}, 'w')", "except BaseException:", "    pass"]
    )
    add_file("sepia", sepia(body=f"{body}\n    return picture"))

    with pytest.raises(RuleBroken, match=r"^sepia writes a file"):
        is_pure(load("sepia"))


def test_declared_assets_late_imports_and_seeds_are_pure(add_file: AddFile, tmp_path: Path) -> None:
    """A step may read what is in the lock, import as it goes, and draw from a seed of its own."""
    (tmp_path / "table.txt").write_text("1")
    does = (
        "import colorsys, email.mime.text; from random import Random; "
        "sepia.asset('table.txt'); Random(7).random(); print('seen'); return picture"
    )
    add_file("sepia", sepia(body=does, declared=", assets=('table.txt',)"))

    is_pure(load("sepia"))


def test_a_step_that_asks_aws_is_answered_in_its_process(add_file: AddFile) -> None:
    """The suite's replies reach it there."""
    body = "reply = yield Call('a:Do', {}); return Rejected(reply['code'], {})"
    declared = ", calls=('a:Do',), rejects=('old',)"
    add_file("sepia", sepia(body=body, gives="Asks[Picture | Rejected]", declared=declared))
    asked = []

    def replies(call: object) -> Reply:
        asked.append(call)
        return {"code": "old"}

    is_pure(load("sepia"), replies)
    with pytest.raises(RuleBroken, match="give the suite its replies"):
        is_pure(load("sepia"))

    assert asked


def test_a_step_that_ends_its_process_is_told(add_file: AddFile) -> None:
    """A crash of the interpreter is this step's, and not the suite's."""
    add_file("sepia", sepia(top="import os", body="os._exit(3)"))

    with pytest.raises(RuleBroken, match="sepia ended the process that it ran in"):
        is_pure(load("sepia"))


def test_a_step_that_lies_in_no_module_is_told() -> None:
    """Only what can be imported can be run in a process of its own."""

    @step(version=1)
    def inner(picture: Picture, options: Options) -> Picture:
        """Do nothing."""
        return picture

    with pytest.raises(RuleBroken, match=r"inner cannot be imported from .*test_purity"):
        is_pure(inner)
