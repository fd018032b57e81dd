"""The picture of the dashboard in the docs is the one that is deployed."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from infra.drawing import drawn

PICTURE = Path(__file__).parents[2] / "docs" / "dashboard.svg"


def test_the_picture_in_the_docs_is_that_of_the_template(prod, expect):
    """Drawn anew by `make docs`."""
    expect(PICTURE, drawn(prod.app))


def test_the_picture_has_every_question_title_and_alarm(prod):
    """And is well-formed."""
    words = "".join(ElementTree.fromstring(drawn(prod.app)).itertext())

    for question in ("Is it healthy?", "What does it do?", "What does it cost today?"):
        assert question in words
    for alarm in prod.all("AWS::CloudWatch::Alarm").values():
        assert alarm["Properties"]["AlarmName"] in words
    assert "limit 2000" in words


def test_a_template_without_a_dashboard_is_refused():
    """There is nothing to draw."""
    with pytest.raises(ValueError, match="There are 0 dashboards"):
        drawn({"Resources": {}})
