"""A pipeline of several stages, on an embedded cloud of its own."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aws import Aws
from users import signed_in

from darkroom.client import Client
from darkroom.local.cloud import ROOT, EmbeddedCloud
from darkroom.local.deploy import deploy
from darkroom.local.sample import sample_picture
from tests.wheels import add_wheel, look_only_in

# A Map over equal stages, a Parallel of different ones, one with a package of its own, a condition
# that the machine asks, and a step that fails and is dropped: no font has the owner's letters.
PIPELINE = """\
pipeline: photos
accept: { max_pixels: 10MP }
defaults: { timeout: 20s, retry: { attempts: 2, wait: 1s } }
steps:
  sizes:
    uses: resize
    variants: { small: { width: 90 }, medium: { width: 800 }, large: { width: 1200 } }
  brand:
    uses: watermark
    only: [medium, large]
    alone: true
    with: { text: Darkroom }
  seal:
    uses: watermark
    only: [small]
    alone: true
    on_error: drop
    with: { text: "${image.owner_name else 'nobody'}" }
  aside:
    uses: narrow
    from: sizes.medium
    alone: true
  never:
    uses: resize
    alone: true
    when: picture.width > 400
    with: { width: 10 }
  tile:
    uses: resize
    with: { width: 200, height: 200, fit: cover }
"""
# A step with a package that only this test knows: a level of 3 makes 400 pixels.
NARROW = '''"""narrow: make a picture 400 pixels wide."""

import tinge

from steps.contract import Options, Picture, step


class NarrowOptions(Options):
    """Nothing to choose."""


@step(version=1, requires=("tinge==1.2.0",))
def narrow(picture: Picture, options: NarrowOptions) -> Picture:
    """Scale it, by a package of its own."""
    width = 100 * tinge.LEVEL + 100
    return picture.scaled(width, picture.height * width // picture.width)
'''
INPUTS = ("environments", "infra", "darkroom", "dsl", "cdk.json")


@pytest.fixture(scope="module")
def tinge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The wheel, where uv finds it beside all others."""
    wheel = add_wheel(tmp_path_factory.mktemp("wheels"), "tinge", "1.2.0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_FIND_LINKS", str(wheel.parent))
        yield wheel


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, tinge: Path) -> Path:
    """A checkout with that step and that pipeline, locked and compiled."""
    root = tmp_path_factory.mktemp("stages")
    (root / ".local/synth").mkdir(parents=True)
    (ROOT / ".local/assets").mkdir(exist_ok=True)
    for name in (*INPUTS, "node_modules", ".local/ministack", ".local/assets"):
        (root / name).symlink_to(ROOT / name)
    for name in ("generated", "requirements", "steps"):
        shutil.copytree(ROOT / name, root / name)
    (root / "steps/narrow.py").write_text(NARROW)
    (root / "pipeline.yaml").write_text(PIPELINE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tinge))  # a wheel can be imported as it is
        look_only_in(tinge.parent, patch)
        for command in ("lock", "generate"):
            subprocess.run([sys.executable, "-m", "dsl", command], cwd=root, check=True)
    return root


@pytest.fixture(scope="module")
def staged(root: Path) -> Iterator[tuple[Aws, Client]]:
    """The deployment, and a user of it."""
    with EmbeddedCloud(root) as cloud:
        deployed = deploy(cloud)
        yield Aws(cloud, deployed), signed_in(cloud, deployed, "写真")


def test_stages_hand_pictures_on_and_one_history_tells_it(
    staged: tuple[Aws, Client], upload: Callable[..., str]
) -> None:
    """With the rights that the compiler gave each stage, and no other: every call is checked."""
    _, ada = staged

    image = ada.settled(upload(ada, sample_picture()))

    events = ada.events(image.image_id)
    told = [event.type.removeprefix("image.") for event in events]
    assert told[:3] == ["uploaded", "processing-started", "validated"]
    assert sorted(told[3:-1]) == ["variant-dropped", *["variant-rendered"] * 3]
    assert (told[-1], image.state) == ("processing-completed", "partial")
    assert sorted(image.variants) == ["large", "medium", "medium-aside"]
    assert image.missing["small"].step == "seal"


def test_the_first_execution_comes_to_its_end(
    staged: tuple[Aws, Client], upload: Callable[..., str]
) -> None:
    """The emulator evaluates all that the machine is made of: nothing breaks off."""
    aws, ada = staged
    ada.settled(upload(ada, sample_picture()))

    log = aws.cloud.log.read_text(errors="replace")

    assert "message done" in log
    assert "run broke off" not in log


def test_intermediates_stay_apart_from_variants(staged: tuple[Aws, Client]) -> None:
    """Below a prefix of their own, where they expire."""
    aws, _ = staged

    keys = aws.keys_in(aws.deployed.variants_bucket)

    assert any(key.startswith("intermediates/") for key in keys)
    assert any(key.startswith("photos/") for key in keys)
