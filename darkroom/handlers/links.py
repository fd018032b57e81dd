"""Where links to variants lead: to the CDN, where there is one, and else to the bucket."""

from functools import cache
from importlib import import_module

from darkroom.adapters.s3 import S3Links
from darkroom.handlers import clients
from darkroom.handlers.settings import setting
from darkroom.retrieval import Links

NO_CDN = "none"


@cache
def links() -> Links:
    """Return what signs links, wired from this function's settings.

    `CDN` has the CDN's address, the id of the key to sign with, and the name of its secret.
    """
    cdn = setting("CDN")
    if cdn == NO_CDN:
        return S3Links(clients.s3(), setting("VARIANTS_BUCKET"))
    origin, key_id, secret = cdn.split()
    private_key = clients.secrets().get_secret_value(SecretId=secret)["SecretString"]
    # Only then, since it takes as long to import as all of the rest.
    cloudfront = import_module("darkroom.adapters.cloudfront")
    made: Links = cloudfront.CloudFrontLinks(origin, key_id, private_key, clients.now)
    return made
