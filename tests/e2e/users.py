"""Users of a deployment."""

from secrets import token_hex, token_urlsafe

from darkroom.local.client import Client
from darkroom.local.cloud import EmbeddedCloud
from darkroom.local.deploy import Outputs
from darkroom.local.mails import mailed_code


def signed_in(cloud: EmbeddedCloud, deployed: Outputs, name: str) -> Client:
    """Sign a user of that name up, and in."""
    client = Client(deployed.api_url)
    email, password = f"{token_hex(4)}@example.com", f"{token_urlsafe(12)}aA1!"
    client.sign_up(email, password, name)
    client.confirm(email, mailed_code(cloud, email))
    return client.signed_in(email, password)
