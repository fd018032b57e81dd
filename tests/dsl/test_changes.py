"""Outputs gained, lost and renamed between two plans."""

from collections.abc import Callable

import pytest

from dsl.changes import changes
from dsl.compile import Compiled

SIZES = "sizes: { uses: resize, variants: { small: { width: 1 }, large: { width: 2 } } }"
WEB = "web: { uses: resize, with: { width: 2 } }"
FACES = "faces: { uses: faces }"
THUMB = "thumb: { uses: resize, from: web, with: { width: 1 } }"
MARK = "mark: { uses: watermark, with: { text: hi } }"


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ([SIZES], [SIZES], ()),
        ([SIZES], [SIZES, MARK], ()),
        ([WEB], [WEB, MARK], ("~ web is now called mark",)),
        ([WEB], [WEB, THUMB], ("+ thumb",)),
        ([WEB, THUMB], [WEB], ("- thumb",)),
        ([WEB, THUMB], [WEB, THUMB, MARK], ()),
        ([WEB, MARK], [WEB], ("~ mark is now called web",)),
        ([SIZES], [FACES, SIZES.replace("small", "tiny")], ("~ small is now called tiny",)),
        ([SIZES], [SIZES.replace("small", "tiny")], ("~ small is now called tiny",)),
        ([SIZES], [SIZES.replace(", large: { width: 2 }", "")], ("- large",)),
        ([WEB], [SIZES.replace("width: 2", "width: 9")], ("- web", "+ small", "+ large")),
    ],
)
def test_what_clients_will_notice(
    before: list[str], after: list[str], lines: tuple[str, ...], compiled: Callable[[str], Compiled]
) -> None:
    """A picture with the same recipe, or further along the same way, is the same picture."""
    old, new = (
        compiled("pipeline: a\nsteps:\n" + "".join(f"  {step}\n" for step in steps)).plan
        for steps in (before, after)
    )

    assert changes(old, new) == lines


def test_a_first_plan_gains_everything(compiled: Callable[[str], Compiled]) -> None:
    """There was nothing before."""
    plan = compiled(f"pipeline: a\nsteps: {{ {SIZES} }}").plan

    assert changes(None, plan) == ("+ small", "+ large")
