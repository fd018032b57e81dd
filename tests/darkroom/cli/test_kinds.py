"""Arguments that cannot be meant are misuse, and told with what can."""

import pytest

from darkroom.cli import main
from darkroom.testing.samples import REF

IMAGE = REF.image_id
COUNT = "write a whole number from 1 on"
DURATION = "write a number from 0 on"
TAG = "write NAME=TEXT"
ADDRESS = "write an address, such as https://…/v1"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ls", "--limit", "-1"), f"--limit: '-1': {COUNT}"),
        (("ls", "--limit", "0"), f"--limit: '0': {COUNT}"),
        (("dlq", "list", "--most", "all"), f"--most: 'all': {COUNT}"),
        (("events", IMAGE, "--within", "-5"), f"--within: '-5': {DURATION}"),
        (("upload", "a.jpg", "--within", "nan"), f"--within: 'nan': {DURATION}"),
        (("reconcile", "--grace", "-5"), f"--grace: '-5': {DURATION}"),
        (("rebuild", "--settle-s", "inf"), f"--settle-s: 'inf': {DURATION}"),
        (("why", IMAGE, "--tenant", "a#b/c"), "'a#b/c': a tenant's name is of letters, digits"),
        (("upload", "a.jpg", "--tag", "free"), f"--tag: 'free': {TAG}"),
        (("upload", "a.jpg", "--tag", "=x"), f"--tag: '=x': {TAG}"),
        (("ls", "--api", "http://[/b]"), f"--api: 'http://[/b]': {ADDRESS}"),
        (("ls", "--api", "https://a:b"), f"--api: 'https://a:b': {ADDRESS}"),
        (("ls", "--api", "http://a.example"), "could be read on its way. Write https."),
    ],
)
def test_what_cannot_be_meant_is_misuse(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, with what was given and what can be, before anything is asked."""
    with pytest.raises(SystemExit) as exited:
        main(words)

    assert exited.value.code == 2
    assert told in capsys.readouterr().err
