"""All object versions of the originals bucket, as S3 would have announced them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from darkroom.ingest import Arrival

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class S3Arrivals:
    """Lists the bucket; a call for each thousand versions."""

    client: "S3Client"
    bucket: str

    def all(self, *, after: str = "") -> Iterator[tuple[Arrival, datetime]]:
        """Yield every object version and when it came, by key; those of a key oldest first.

        Only keys behind `after`, if it is given.

        So the first upload under a grant is met before the others, which are to be ignored.
        """
        # The stubs do not know that a listing can begin at a key.
        begin: Any = {"KeyMarker": after} if after else {}
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, **begin
        )
        of_key: list[tuple[Arrival, datetime]] = []
        for page in pages:
            for version in page.get("Versions", []):
                arrival = Arrival(
                    bucket=self.bucket,
                    key=version["Key"],
                    version_id=version["VersionId"],
                    etag=version["ETag"].strip('"'),
                    byte_size=version["Size"],
                )
                if of_key and of_key[0][0].key != arrival.key:
                    yield from reversed(of_key)
                    of_key = []
                of_key.append((arrival, version["LastModified"]))
        yield from reversed(of_key)
