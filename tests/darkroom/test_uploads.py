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
    Form,
    Grant,
    Grants,
    Owner,
    Put,
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
REQUEST = UploadRequest("lake.jpg", "image/jpeg", byte_size=1000, form=True)


@dataclass(frozen=True)
class Asked:
    """What a presigner was asked to sign, in either way."""

    key: str
    fixed: Mapping[str, str]
    byte_size: int
    life: timedelta


@dataclass
class FakePresigner:
    """Remembers what it was asked to sign."""

    forms: list[Asked] = field(default_factory=list)
    puts: list[Asked] = field(default_factory=list)

    def form(self, key: str, *, fields: Mapping[str, str], byte_size: int, life: timedelta) -> Form:
        self.forms.append(Asked(key, fields, byte_size, life))
        return Form(url="https://originals.example", fields={**fields, "key": key})

    def put(self, key: str, *, headers: Mapping[str, str], byte_size: int, life: timedelta) -> Put:
        self.puts.append(Asked(key, headers, byte_size, life))
        return Put(url=f"https://originals.example/{key}", headers=headers)


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
    ((asked,), (same,)) = presigner.forms, presigner.puts
    assert asked == same
    return dict(asked.fixed)


def test_a_grant_is_for_one_key_one_type_and_one_size() -> None:
    """In both ways; the key has nothing of the client's in it; they live five minutes."""
    presigner = FakePresigner()

    grant = grants(presigner).grant(Owner(OWNER), REQUEST)

    (asked,) = presigner.forms
    assert presigner.puts == [asked]
    assert valid_image_id(grant.image_id)
    assert asked.key == original_key("photos", ImageRef("main", grant.image_id), OWNER)
    assert asked.fixed["Content-Type"] == "image/jpeg"
    assert (asked.byte_size, asked.life) == (1000, GRANT_LIFE)
    assert grant.expires_at == at(300)
    fields = {**asked.fixed, "key": asked.key}
    assert grant.form == Form("https://originals.example", fields)
    assert grant.put == Put(f"https://originals.example/{asked.key}", asked.fixed)


def test_a_digest_is_kept_with_the_bytes_and_is_a_checksum_where_that_can_be() -> None:
    """S3 itself refuses other bytes that are PUT; those of a form, the stage finds out."""
    presigner = FakePresigner()
    digest = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"

    grants(presigner).grant(Owner(OWNER), replace(REQUEST, sha256=digest))

    ((form,), (put,)) = presigner.forms, presigner.puts
    assert form.fixed["x-amz-meta-sha256"] == digest.lower()
    checksum = {"x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}
    assert put.fixed == {**form.fixed, **checksum}


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
        ({"sha256": "e3b0"}, "digest_not_valid", "64 hexadecimal digits", None),
        ({"sha256": "g" * 64}, "digest_not_valid", "64 hexadecimal digits", None),
        ({"tags": {"plna": "free"}}, "unknown_tag", "plan, credit", "plna"),
        ({"tags": {"plan": ""}}, "tag_empty", 1, 0),
        ({"tags": {"plan": "x" * 2100}}, "metadata_too_long", 2048, 2125),
    ],
)
def test_what_the_pipeline_would_refuse_gets_no_grant(
    change: dict[str, Any], code: str, limit: str | int | None, actual: str | int | None
) -> None:
    """With the limit and what was asked instead; nothing is signed."""
    presigner = FakePresigner()

    counters = FakeCounters()
    with pytest.raises(InvalidRequest) as raised:
        grants(presigner, counters).grant(Owner(OWNER), replace(REQUEST, **change))

    assert (raised.value.code, raised.value.facts.get("actual")) == (code, actual)
    assert limit is None or raised.value.facts["limit"] == limit
    assert presigner.forms == presigner.puts == []
    assert counters.taken == []


def test_what_is_granted_is_counted_and_beyond_the_quota_nothing_is_signed() -> None:
    """By the bytes that were asked for; what a form brings may be less, and is reserved."""
    presigner, counters = FakePresigner(), FakeCounters()
    sequence = iter((b"\1" * 10, b"\2" * 10, b"\3" * 10))
    ours = replace(grants(presigner, counters), randomness=lambda _: next(sequence))

    granted = [ours.grant(Owner(OWNER), REQUEST) for _ in range(2)]
    with pytest.raises(TooManyRequests, match="quota_exceeded"):
        ours.grant(Owner(OWNER), REQUEST)

    assert counters.taken == [Amount(1, 1000)] * 2
    assert counters.reserved == {grant.image_id: 1000 for grant in granted}
    assert len(presigner.forms) == len(presigner.puts) == 2


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


def several(counters: FakeCounters, *sizes: int) -> tuple[Grant, ...]:
    """Ask for uploads of these sizes at once."""
    sequence = iter(bytes([number]) * 10 for number in range(1, 99))
    ours = replace(grants(FakePresigner(), counters), randomness=lambda _: next(sequence))
    return ours.grant_many(Owner(OWNER), [replace(REQUEST, byte_size=size) for size in sizes])


def test_several_are_granted_in_their_order_and_counted_at_once() -> None:
    """Each for an image of its own."""
    counters = FakeCounters()

    first, second = several(counters, 10, 20)

    assert counters.taken == [Amount(2, 30)]
    assert counters.reserved == {first.image_id: 10, second.image_id: 20}


def test_of_several_all_are_granted_or_none() -> None:
    """One that would be refused is named by its place; a quota that is too small takes none."""
    counters = FakeCounters()

    with pytest.raises(InvalidRequest) as refused:
        several(counters, 10, 1001)
    with pytest.raises(TooManyRequests):
        several(counters, 10, 20, 30)

    assert refused.value.code == "too_many_bytes"
    assert refused.value.facts == {"limit": 1000, "actual": 1001, "upload": 1}
    assert counters.taken == []


def test_what_is_only_put_is_signed_and_counted_for_good() -> None:
    """Its length is exact: there is no form, and nothing to settle."""
    presigner, counters = FakePresigner(), FakeCounters()

    grant = grants(presigner, counters).grant(Owner(OWNER), replace(REQUEST, form=False))

    assert (grant.form, presigner.forms) == (None, [])
    assert len(presigner.puts) == 1
    assert counters.taken == [Amount(1, 1000)]
    assert counters.reserved == {}
