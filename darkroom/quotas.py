"""Quotas: how many uploads, and how many bytes, a user is granted in one day."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Protocol

from darkroom.errors import TooManyRequests


@dataclass(frozen=True)
class Amount:
    """Uploads, and the bytes of them together."""

    uploads: int
    byte_size: int


class Counters(Protocol):
    """Where it is counted what users are granted; each count is of one user and one day."""

    def take(self, owner: str, day: str, amount: Amount, limit: Amount) -> bool:
        """Count `amount`, unless the day's count would exceed `limit`; return whether it did not.

        Exact, however many take at one time.
        """
        ...

    def reserve(self, owner: str, day: str, image_id: str, byte_size: int) -> None:
        """Remember how many of the bytes that were counted are meant for this upload."""
        ...

    def settle(self, owner: str, image_id: str, byte_size: int) -> None:
        """Give back what was reserved for this upload beyond `byte_size`; once, if ever repeated.

        For an upload that nothing was reserved for, nothing is done. One that breaks off halfway
        gives nothing back: no count ever becomes less than what was uploaded.
        """
        ...


@dataclass(frozen=True)
class Quota:
    """What each user may be granted in a day, which begins at midnight in UTC."""

    limit: Amount
    counters: Counters
    clock: Callable[[], datetime]

    def take(
        self, owner: str, byte_sizes: Mapping[str, int], *, may_be_less: Collection[str] = ()
    ) -> None:
        """Count uploads of so many bytes, by the ids of their images: all of them or none.

        For those that may turn out to be less, the bytes are reserved, until they are settled.
        Raises TooManyRequests("quota_exceeded"), with both limits and the
        seconds until midnight, where that would be more than the owner may have.
        """
        now = self.clock().astimezone(UTC)
        day = now.date().isoformat()
        amount = Amount(len(byte_sizes), sum(byte_sizes.values()))
        if not self.counters.take(owner, day, amount, self.limit):
            raise TooManyRequests(
                "quota_exceeded",
                retry_after_s=_until_midnight_s(now),
                uploads_a_day=self.limit.uploads,
                bytes_a_day=self.limit.byte_size,
            )
        for image_id in may_be_less:
            self.counters.reserve(owner, day, image_id, byte_sizes[image_id])


def _until_midnight_s(now: datetime) -> int:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return ceil((midnight - now).total_seconds())
