"""Uploads: a grant is for one key, one type and one size, or it is refused with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.errors import InvalidRequest, TooManyRequests
from darkroom.ids import ImageRef, original_key, valid_image_id
from darkroom.plan import Opening, Plan, Task
from darkroom.quotas import Amount, Quota
from darkroom.testing.samples import OWNER, at
from darkroom.uploads import (
    GRANT_LIFE,
    METADATA_BYTES,
    Grants,
    Owner,
    Presigned,
    UploadRequest,
)

LIMITS = {"formats": ["jpeg", "png"], "max_bytes": 1000, "max_pixels": 100, "max_frames": 1}
PLAN = Plan(
    pipeline="photos",
    digest="5e" * 32,
    opening=Opening(step=None, version=1, options=LIMITS, tags=("plan", "credit")),
    nodes=(),
    outputs=(),
    stages=(),
    start=Task(stage="photos", at="", covers=()),
    encoder=1,
    engine="express",
    worst_case_s=60,
)
REQUEST = UploadRequest(file_name="lake.jpg", content_type="image/jpeg", byte_size=1000)


@dataclass
class FakePresigner:
    """Remembers what it was asked to sign."""

    asked: list[tuple[str, dict[str, str], int, timedelta]] = field(default_factory=list)

    def post(
        self, key: str, *, fields: Mapping[str, str], byte_size: int, life: timedelta
    ) -> Presigned:
        self.asked.append((key, dict(fields), byte_size, life))
        return Presigned(url="https://originals.example", fields={**fields, "key": key})


@dataclass
class FakeCounters:
    """Counts for one owner and one day."""

    taken: list[Amount] = field(default_factory=list)
    reserved: dict[str, int] = field(default_factory=dict)

    def take(self, owner: str, day: str, amount: Amount, limit: Amount) -> bool:
        if sum(each.uploads for each in (*self.taken, amount)) > limit.uploads:
            return False
        self.taken.append(amount)
        return True

    def reserve(self, owner: str, day: str, image_id: str, byte_size: int) -> None:
        self.reserved[image_id] = byte_size

    def settle(self, owner: str, image_id: str, byte_size: int) -> None:
        self.reserved.pop(image_id)


def quota(counters: FakeCounters | None = None) -> Quota:
    return Quota(Amount(2, 5000), counters or FakeCounters(), clock=lambda: at(0))


def grants(presigner: FakePresigner, counters: FakeCounters | None = None) -> Grants:
    return Grants("main", PLAN, presigner, quota(counters), clock=lambda: at(0), randomness=bytes)


def signed(request: UploadRequest, owner: Owner) -> dict[str, str]:
    """Return the fields that a grant of `request` fixes."""
    presigner = FakePresigner()
    grants(presigner).grant(owner, request)
    ((_, fields, _, _),) = presigner.asked
    return fields


def test_a_grant_is_for_one_key_one_type_and_one_size() -> None:
    """The key has nothing of the client's in it; the form lives five minutes."""
    presigner = FakePresigner()

    grant = grants(presigner).grant(Owner(OWNER), REQUEST)

    ((key, fields, byte_size, life),) = presigner.asked
    assert valid_image_id(grant.image_id)
    assert key == original_key("photos", ImageRef("main", grant.image_id), OWNER)
    assert fields["Content-Type"] == "image/jpeg"
    assert (byte_size, life) == (1000, GRANT_LIFE)
    assert grant.expires_at == at(300)
    assert grant.upload == Presigned("https://originals.example", {**fields, "key": key})


def test_names_travel_as_metadata_that_s3_can_hold() -> None:
    """Percent-encoded: S3 keeps ASCII only."""
    fields = signed(replace(REQUEST, file_name="größe 1.jpg"), Owner(OWNER, "写真家"))

    assert all(value.isascii() for value in fields.values())
    assert unquote(fields["x-amz-meta-file-name"]) == "größe 1.jpg"
    assert unquote(fields["x-amz-meta-owner-name"]) == "写真家"


def test_tags_travel_as_names_do() -> None:
    """Each as metadata of its own, fixed by the signature."""
    fields = signed(replace(REQUEST, tags={"credit": "写真: Ada", "plan": "free"}), Owner(OWNER))

    assert unquote(fields["x-amz-meta-tag-credit"]) == "写真: Ada"
    assert fields["x-amz-meta-tag-plan"] == "free"


@pytest.mark.parametrize("name", [None, ""])
def test_an_owner_without_a_name_has_no_such_metadata(name: str | None) -> None:
    """Absent, so that `image.owner_name else …` takes the other way."""
    assert set(signed(REQUEST, Owner(OWNER, name))) == {"Content-Type", "x-amz-meta-file-name"}


@given(
    file_name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=63),
    name=st.text(st.characters(codec="utf-8"), max_size=100),
)
def test_names_of_every_script_fit_into_the_metadata(file_name: str, name: str) -> None:
    """And are read back as they were given, whatever stands in them."""
    fields = signed(replace(REQUEST, file_name=file_name), Owner(OWNER, name))

    metadata = {key.removeprefix("x-amz-meta-"): value for key, value in fields.items()}
    del metadata["Content-Type"]
    assert sum(len(key) + len(value) for key, value in metadata.items()) <= METADATA_BYTES
    assert unquote(metadata["file-name"]) == file_name
    assert unquote(metadata.get("owner-name", "")) == name


@pytest.mark.parametrize(
    ("change", "code", "limit", "actual"),
    [
        ({"content_type": "image/gif"}, "unsupported_format", "image/jpeg, image/png", "image/gif"),
        ({"content_type": "IMAGE/JPEG"}, "unsupported_format", None, "IMAGE/JPEG"),
        ({"content_type": ""}, "unsupported_format", None, ""),
        ({"byte_size": 0}, "empty", 1, 0),
        ({"byte_size": -1}, "empty", 1, -1),
        ({"byte_size": 1001}, "too_many_bytes", 1000, 1001),
        ({"file_name": ""}, "file_name_empty", 1, 0),
        ({"file_name": "x" * 256}, "file_name_too_long", 255, 256),
        ({"file_name": "写" * 86}, "file_name_too_long", 255, 258),
        ({"tags": {"plna": "free"}}, "unknown_tag", "plan, credit", "plna"),
        ({"tags": {"plan": ""}}, "tag_empty", 1, 0),
        ({"tags": {"plan": "x" * 2100}}, "metadata_too_long", 2048, 2125),
    ],
)
def test_what_the_pipeline_would_refuse_gets_no_grant(
    change: dict[str, Any], code: str, limit: str | int | None, actual: str | int
) -> None:
    """With the limit and what was asked instead; nothing is signed."""
    presigner = FakePresigner()

    counters = FakeCounters()
    with pytest.raises(InvalidRequest) as raised:
        grants(presigner, counters).grant(Owner(OWNER), replace(REQUEST, **change))

    assert (raised.value.code, raised.value.facts["actual"]) == (code, actual)
    assert limit is None or raised.value.facts["limit"] == limit
    assert presigner.asked == []
    assert counters.taken == []


def test_what_is_granted_is_counted_and_beyond_the_quota_nothing_is_signed() -> None:
    """By the bytes that were asked for, reserved for the image."""
    presigner, counters = FakePresigner(), FakeCounters()
    sequence = iter((b"\1" * 10, b"\2" * 10, b"\3" * 10))
    ours = replace(grants(presigner, counters), randomness=lambda _: next(sequence))

    granted = [ours.grant(Owner(OWNER), REQUEST) for _ in range(2)]
    with pytest.raises(TooManyRequests, match="quota_exceeded"):
        ours.grant(Owner(OWNER), REQUEST)

    assert counters.taken == [Amount(1, 1000)] * 2
    assert counters.reserved == {grant.image_id: 1000 for grant in granted}
    assert len(presigner.asked) == 2


def test_the_limits_themselves_are_granted() -> None:
    """A limit is the largest value that may pass."""
    largest = replace(REQUEST, file_name="写" * 85, byte_size=1000)

    assert signed(largest, Owner(OWNER))
    assert signed(replace(REQUEST, byte_size=1), Owner(OWNER))


def test_each_grant_is_for_another_image() -> None:
    """Ids sort by time, and differ within a millisecond by chance alone."""
    sequence = iter((b"\1" * 10, b"\2" * 10))
    ours = Grants("main", PLAN, FakePresigner(), quota(), lambda: at(0), lambda _: next(sequence))

    first, second = ours.grant(Owner(OWNER), REQUEST), ours.grant(Owner(OWNER), REQUEST)

    assert first.image_id < second.image_id
