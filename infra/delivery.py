"""Delivery: variants from near those who look at them, by links that our API has signed."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.cdn_keys import secret_name
from infra.kept import Kept
from infra.settings import Settings

# An edge keeps a variant for so long whatever happens to the object, and asks nobody. Its key is a
# digest of all that made it, so it never changes; but it may be deleted.
_EDGE_KEEPS = Duration.days(1)
# Shown or saved, and under which name: S3 obeys it, and links are signed with it.
_SAID = "response-content-disposition"
# Browsers obey it in the answer to a picture as well, if somebody opens it as a page.
_NO_CONTENT = "default-src 'none'; sandbox"


class Delivery(Construct):
    """A distribution over the bucket of variants, which it reads by an access control of its own.

    Who asks needs a signature by one of `settings.cdn_keys`. The first signs; a second is taken
    until links by it are gone, so that keys can be changed. The bucket's policy and its key's admit
    distributions of this account (infra/storage.py), not this one by name: they are in the other
    stack, which cannot depend on this.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, kept: Kept
    ) -> None:
        super().__init__(scope, construct_id)
        keys = [
            cloudfront.PublicKey(self, f"Key{number}", encoded_key=pem)
            for number, pem in enumerate(settings.cdn_keys, start=1)
        ]
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Darkroom {settings.environment}: variants",
            default_behavior=cloudfront.BehaviorOptions(
                origin=self._origin(kept),
                trusted_key_groups=[cloudfront.KeyGroup(self, "Keys", items=list(keys))],
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                cache_policy=self._cache(),
                response_headers_policy=self._headers(),
                compress=False,  # pictures are compressed
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            web_acl_id=settings.cdn_web_acl,
        )
        secret = secret_name(settings.environment, settings.cdn_keys[0])
        self.secret_arn = (
            f"arn:{Aws.PARTITION}:secretsmanager:{Aws.REGION}:{Aws.ACCOUNT_ID}:secret:{secret}-*"
        )
        origin = f"https://{self.distribution.distribution_domain_name}"
        self.told = f"{origin} {keys[0].public_key_id} {secret}"

    def _origin(self, kept: Kept) -> cloudfront.IOrigin:
        variants = kept.storage.variants
        known = s3.Bucket.from_bucket_attributes(
            self,
            "Variants",
            bucket_arn=variants.bucket_arn,
            bucket_regional_domain_name=variants.bucket_regional_domain_name,
        )
        control = cloudfront.S3OriginAccessControl(self, "Access")
        return origins.S3BucketOrigin.with_bucket_defaults(
            known, origin_access_control_id=control.origin_access_control_id
        )

    def _cache(self) -> cloudfront.CachePolicy:
        """A request's path decides what is answered, and whether it is shown or saved."""
        return cloudfront.CachePolicy(
            self,
            "Cache",
            # The least, too: of objects that are private to their reader an edge keeps none else.
            min_ttl=_EDGE_KEEPS,
            default_ttl=_EDGE_KEEPS,
            max_ttl=_EDGE_KEEPS,
            query_string_behavior=cloudfront.CacheQueryStringBehavior.allow_list(_SAID),
        )

    def _headers(self) -> cloudfront.ResponseHeadersPolicy:
        """What browsers are told besides; that they may keep a picture for ever, the object says.

        A page of somebody else's may show the picture, but not be it.
        """
        deny = cloudfront.HeadersFrameOption.DENY
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=_NO_CONTENT, override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=deny, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(730),
                    include_subdomains=True,
                    override=True,
                ),
            ),
        )
