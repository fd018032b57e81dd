"""Names are deterministic, sort by time, and hold nothing that a client could smuggle in."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.errors import InvalidKey
from darkroom.ids import (
    ImageRef,
    event_id,
    new_image_id,
    original_key,
    parse_original_key,
    run_id,
    valid_image_id,
    variant_key,
)
from darkroom.testing.samples import OWNER, REF, another_image

moments = st.floats(0, 253_370_764_800).map(lambda at: datetime.fromtimestamp(at, tz=UTC))
words = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True)
refs = st.builds(
    lambda tenant, now, noise: ImageRef(tenant, new_image_id(now, lambda _: noise)),
    words,
    moments,
    st.binary(min_size=10, max_size=10),
)


@given(now=moments, noise=st.binary(min_size=10, max_size=10))
def test_every_new_image_id_is_valid(now: datetime, noise: bytes) -> None:
    """26 characters of Crockford's alphabet, whatever the time and the randomness."""
    assert valid_image_id(new_image_id(now, lambda _: noise))


@given(
    now=moments,
    earlier=st.binary(min_size=10, max_size=10),
    later=st.binary(min_size=10, max_size=10),
)
def test_image_ids_sort_by_time(now: datetime, earlier: bytes, later: bytes) -> None:
    """A later millisecond sorts after, whatever the randomness."""
    first = new_image_id(now, lambda _: earlier)

    assert first < new_image_id(now + timedelta(milliseconds=2), lambda _: later)


def test_an_image_id_is_written_as_the_ulid_specification_says() -> None:
    """The example of the specification: 1469918176385 ms is 01ARYZ6S41."""
    now = datetime.fromtimestamp(1469918176.385, tz=UTC)

    image_id = new_image_id(now, lambda count: bytes(count - 1) + b"\x21")

    assert image_id == "01ARYZ6S410000000000000011"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01ARYZ6S41",
        "01aryz6s410000000000000011",
        "81ARYZ6S410000000000000011",
        "01ARYZ6S41000000000000001I",
        "01ARYZ6S410000000000000011\n",
        "../RYZ6S410000000000000011",
    ],
)
def test_what_is_no_ulid_is_no_image_id(text: str) -> None:
    """Nor is one that overflows 128 bits, is in small letters, or brings a line break."""
    assert not valid_image_id(text)


@given(ref=refs)
def test_a_stream_names_its_image(ref: ImageRef) -> None:
    """The key of a stream and the image are two spellings of one thing."""
    assert ImageRef.of_stream(ref.stream) == ref


@pytest.mark.parametrize("tenant", ["", "a#image#b", "a/b", "a b", "-a"])
def test_a_tenant_cannot_reach_into_another_ones_keys(tenant: str) -> None:
    """No separator of a key can be part of a tenant's name."""
    with pytest.raises(ValueError, match="tenant"):
        ImageRef(tenant, REF.image_id)


@pytest.mark.parametrize("stream", ["", "main", "main#image#", "main#owner#x", "main#image#x"])
def test_another_key_is_no_stream(stream: str) -> None:
    """Rows of the views, or nonsense: refused."""
    with pytest.raises(ValueError, match="is not"):
        ImageRef.of_stream(stream)


def test_an_event_id_never_changes() -> None:
    """Stored histories rest on it: this value may not be edited."""
    assert event_id(REF, "upload:v1") == "18e6e3bd-32a7-5615-81f0-cca528d36e5b"


def test_an_event_id_tells_tenants_images_and_facts_apart() -> None:
    """The same fact of another image, or of another tenant's, is another event."""
    other = ImageRef("other", REF.image_id)
    ids = {event_id(ref, key) for ref in (REF, other, another_image(1)) for key in ("a", "b")}

    assert len(ids) == 6


@given(
    ref=refs,
    version_id=st.text(max_size=1024),
    digest=st.text(max_size=64),
    n=st.integers(min_value=0, max_value=10**19),
)
def test_a_run_id_is_a_name_that_step_functions_takes(
    ref: ImageRef, version_id: str, digest: str, n: int
) -> None:
    """At most 80 letters, digits and hyphens, whatever the parts; and the same on every call."""
    name = run_id(ref, version_id, digest, n)

    assert re.fullmatch(r"[A-Za-z0-9-]{1,80}", name)
    assert name == run_id(ref, version_id, digest, n)


def test_each_part_of_a_run_makes_another_run() -> None:
    """Image, object version, pipeline and number: change one and it is another run."""
    runs = {
        run_id(REF, "v1", "d", 0),
        run_id(another_image(1), "v1", "d", 0),
        run_id(REF, "v2", "d", 0),
        run_id(REF, "v1", "e", 0),
        run_id(REF, "v1", "d", 1),
    }

    assert len(runs) == 5


@given(pipeline=words, ref=refs, owner=words)
def test_an_originals_key_tells_what_it_was_made_of(
    pipeline: str, ref: ImageRef, owner: str
) -> None:
    """Parsing gives back pipeline, image and owner."""
    assert parse_original_key(original_key(pipeline, ref, owner)) == (pipeline, ref, owner)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "photos",
        f"photos/main/{OWNER}",
        f"photos/main/{OWNER}/x",
        f"/main/{OWNER}/{REF.image_id}",
        f"photos/main/../{REF.image_id}",
        f"photos/main/{OWNER}/{REF.image_id}/x",
        f"photos/a#image#b/{OWNER}/{REF.image_id}",
        f"photos/main/{OWNER}/{REF.image_id}\n",
    ],
)
def test_any_other_key_is_refused(key: str) -> None:
    """Too few parts, too many, empty ones, paths, or an image id that is none."""
    with pytest.raises(InvalidKey) as raised:
        parse_original_key(key)

    assert raised.value.facts == {"key": key}


def test_an_owner_that_cannot_be_part_of_a_key_makes_none() -> None:
    """What cannot be parsed back is not made."""
    with pytest.raises(InvalidKey):
        original_key("photos", REF, "a/b")


def test_a_variants_key_is_by_pipeline_tenant_image_and_digest() -> None:
    """As documented; no owner in it, so a link tells nothing of the user."""
    assert variant_key("photos", REF, "ab", "jpg") == f"photos/main/{REF.image_id}/ab.jpg"
