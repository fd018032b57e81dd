"""Fuzz: whatever was done to a file, there is a picture or a verdict of the closed set."""

from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings

from steps.limits import CODES
from steps.testing import fuzz

SEEDS = fuzz.seeds()


@pytest.mark.parametrize("kind", SEEDS)
def test_the_files_to_be_damaged_are_whole(kind: str) -> None:
    """Damage to what no decoder takes would show nothing."""
    assert fuzz.opened(SEEDS[kind]) == "opened"


@pytest.mark.parametrize("kind", SEEDS)
@settings(max_examples=min(25, settings().max_examples))
@given(changes=fuzz.changes())
def test_a_damaged_file_gives_a_picture_or_a_verdict(kind: str, changes: list[fuzz.Change]) -> None:
    """Never an exception, at any scale; the number that was tried is in docs/hostile-input.md."""
    result = fuzz.opened(fuzz.changed(SEEDS[kind], changes))

    assert result in {"opened", *CODES}


def test_a_seed_makes_the_same_files_again() -> None:
    """So a file that broke something can be had again."""
    first, again = (list(islice(fuzz.drawn(Random(7)), 50)) for _ in range(2))

    assert first == again
    assert len(set(first)) > 45
