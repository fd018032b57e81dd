"""Keys of the CDN: what CloudFormation cannot make. `make cdn-key ENV=prod` makes one.

The private half goes to Secrets Manager, where only the function that signs links may read it; the
public half is printed, for the settings of the environment. Whoever runs this sees neither.
"""

import argparse
import hashlib
import sys
from typing import TYPE_CHECKING

import boto3
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def secret_name(environment: str, public_key: str) -> str:
    """The name of the secret that holds the private half of `public_key`, a PEM.

    Each pair has a secret of its own, so that the old one signs until the new one is deployed.
    """
    digest = hashlib.sha256("".join(public_key.split()).encode()).hexdigest()
    return f"darkroom-{environment}/cdn-key/{digest[:12]}"


def make_key(client: "SecretsManagerClient", environment: str) -> str:
    """Make a key pair (ECDSA P-256), keep its private half as a secret, and return the public one.

    Source: CloudFront developer guide, "Create key pairs for your signers".
    """
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    client.create_secret(
        Name=secret_name(environment, public.decode()),
        Description=f"Darkroom {environment}: signs links to the CDN",
        SecretString=secret.decode(),
    )
    return public.decode()


def main() -> int:
    """Make a key for the environment that is named, by the credentials that there are."""
    parser = argparse.ArgumentParser(prog="make cdn-key")
    parser.add_argument("environment", choices=["dev", "prod"])
    environment: str = parser.parse_args().environment
    public = make_key(boto3.client("secretsmanager"), environment)
    sys.stdout.write(
        f"{public}\nPut it first among the `cdn_keys` of '{environment}', then deploy.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
