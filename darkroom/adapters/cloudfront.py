"""Links to variants by way of the CDN. Imported only where there is one: it brings cryptography."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from urllib.parse import quote, urlencode

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from darkroom.history import Clock
from darkroom.retrieval import Disposition

# The one thing of a request, besides its path, that decides what is answered: infra/delivery.py.
SAID = "response-content-disposition"


@dataclass(frozen=True)
class CloudFrontLinks:
    """Signs links to `origin`, an https address, by the private key whose public half has `key_id`.

    A link says what S3's would, but for the media type, which the objects say themselves. What it
    says is signed with the address, and CloudFront passes it on to S3.

    Source: CloudFront developer guide, "Create a signed URL using a canned policy".
    """

    origin: str
    key_id: str
    private_key_pem: str
    clock: Clock

    def get(
        self,
        key: str,
        *,
        media_type: str,  # noqa: ARG002 - of the protocol
        file_name: str,
        disposition: Disposition,
        life: timedelta,
    ) -> str:
        """Return a link to the object that can be used for `life`.

        Raises TypeError for a private key that is none of an elliptic curve.
        """
        said = urlencode({SAID: f'{disposition}; filename="{file_name}"'}, quote_via=quote)
        signer = CloudFrontSigner(self.key_id, self._signed)
        link = signer.generate_presigned_url(
            f"{self.origin}/{quote(key)}?{said}", date_less_than=self.clock() + life
        )
        # Without it CloudFront takes the signature to be over a SHA-1.
        return f"{link}&Hash-Algorithm=SHA256"

    def _signed(self, policy: bytes) -> bytes:
        return self._key.sign(policy, ECDSA(SHA256()))

    @cached_property
    def _key(self) -> EllipticCurvePrivateKey:
        key = load_pem_private_key(self.private_key_pem.encode(), password=None)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise TypeError("The CDN's key is none of an elliptic curve. `make cdn-key` makes one.")
        return key
