"""The quota of a day on the embedded cloud: exact, however many ask at one time."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aws import Aws

from darkroom.client import Client, Refused
from darkroom.handlers.clients import now
from darkroom.ids import parse_original_key
from darkroom.quotas import Amount
from infra.environments import settings_for


def test_fifty_at_one_time_get_exactly_the_twenty_there_are(aws: Aws) -> None:
    """Whatever lies between a condition and its update, nobody comes in between."""
    limit = Amount(uploads=20, byte_size=10_000)

    with ThreadPoolExecutor(50) as threads:
        answers = threads.map(
            lambda _: aws.counters.take("fifty", "2026-11-24", Amount(1, 10), limit), range(50)
        )

        assert Counter(answers) == {True: 20, False: 30}


def test_of_fifty_requests_twenty_are_granted_where_twenty_are_left(
    aws: Aws, new_user: Callable[[str], Client]
) -> None:
    """The others are told why, and that the day has to end; none fails in another way."""
    client = new_user("Fifty")
    form = client.request_upload("picture", "image/jpeg", 10, form=True).form
    assert form
    owner = parse_original_key(form.fields["key"]).owner
    limit = Amount(settings_for("local").uploads_a_day, settings_for("local").upload_bytes_a_day)
    used = Amount(settings_for("local").uploads_a_day - 1 - 20, 0)
    assert aws.counters.take(owner, now().date().isoformat(), used, limit)

    with ThreadPoolExecutor(8) as threads:
        answers = Counter(threads.map(lambda _: _asked(client), range(50)))

    assert answers == {"granted": 20, "quota_exceeded": 30}


def _asked(client: Client) -> str:
    try:
        client.request_upload("picture", "image/jpeg", 10)
    except Refused as refused:
        return refused.code
    return "granted"
