"""`rebuild` makes the views anew, shows them, and removes the old."""

import pytest

from darkroom.adapters.dynamodb_generations import DynamoGenerations
from darkroom.projections import CurrentViews, Generations, opened, project
from darkroom.testing import samples
from darkroom.testing.rebuilding import REFS, folded, shown
from darkroom.testing.samples import appended
from darkroom.testing.view_store import image_row
from tests.darkroom.cli.deployed import OnMoto, Tell


@pytest.fixture
def generations(deployed: OnMoto) -> DynamoGenerations:
    """The views of a deployment with three images."""
    found = DynamoGenerations(deployed.session.client("dynamodb"), deployed.outputs["ViewsTable"])
    for ref in REFS:
        appended(deployed.history, *samples.history(), ref=ref)
    project(REFS, deployed.history, opened(found))
    return found


def test_the_new_views_are_shown_and_the_old_removed(
    tell: Tell, deployed: OnMoto, generations: DynamoGenerations
) -> None:
    """Also of a row that no history makes."""
    generations.views(1).put_if_newer(image_row(v=99, ref=REFS[0]))

    status, said = tell("rebuild", "--settle-s", "0")

    assert (status, said.splitlines()[-2:]) == (
        0,
        ["shown: 3 images, folded anew", "removed: 6 old rows"],
    )
    assert shown(generations) == folded(deployed.history)
    assert generations.current() == Generations(live=2, building=None, made=2)


def test_an_image_that_cannot_be_folded_is_named_and_the_views_stay(
    tell: Tell, deployed: OnMoto, generations: DynamoGenerations
) -> None:
    """With the cure; and with the flag, the others are shown."""
    deployed.vandal.remove(REFS[1], 2)

    status, said = tell("rebuild", "--settle-s", "0")

    assert status == 1
    assert f"{REFS[1].image_id} (main) could not be folded: broken_stream" in said
    assert "`python -m darkroom verify`" in said
    assert generations.current().live == 1
    status, said = tell("rebuild", "--settle-s", "0", "--despite-failures")
    assert (status, generations.current().live) == (1, 3)
    views = CurrentViews(generations)
    assert [views.image(ref) is None for ref in REFS] == [False, True, False]
