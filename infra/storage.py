"""Storage: the bucket of originals, and the bucket of variants."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.encryption import Encryption
from infra.settings import Settings

# Below it, in the bucket of variants, stages of one run leave pictures for each other. Days are
# what S3 counts in; a run takes minutes.
INTERMEDIATES = "intermediates/"


class Storage(Construct):
    """Two private, encrypted buckets.

    Originals are versioned: a run is pinned to one version, whatever is uploaded after it.
    Variants are not: their key is the digest of what made them, so writing twice is writing once.
    Beside them lie intermediates, for a day.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, encryption: Encryption
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.originals = self._bucket("Originals", encryption.originals, versioned=True)
        self.variants = self._bucket("Variants", encryption.variants, versioned=False)
        self._share(self.originals, s3.HttpMethods.POST, s3.HttpMethods.PUT)
        self._share(self.variants, s3.HttpMethods.GET)
        self.variants.add_lifecycle_rule(prefix=INTERMEDIATES, expiration=Duration.days(1))
        if settings.cdn_keys:
            _reads_for_the_cdn(self.variants, but=INTERMEDIATES)

    def _share(self, bucket: s3.Bucket, *methods: s3.HttpMethods) -> None:
        """Let pages of the origins that may call the API send what it grants, and read its links.

        A signature is needed all the same: this tells browsers only whose pages may ask.
        """
        if self._settings.allowed_origins:
            bucket.add_cors_rule(
                allowed_methods=list(methods),
                allowed_origins=list(self._settings.allowed_origins),
                allowed_headers=["*"],
                max_age=3600,
            )

    def _bucket(self, construct_id: str, key: kms.IKey, *, versioned: bool) -> s3.Bucket:
        retain = self._settings.retain_data
        return s3.Bucket(
            self,
            construct_id,
            versioned=versioned,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            # One data key for many objects: else each upload and each read is a call of KMS.
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=self._settings.tls_only,
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))
            ],
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )


def _reads_for_the_cdn(bucket: s3.Bucket, *, but: str) -> None:
    """Let distributions of this account read `bucket`, except for what lies below `but`."""
    ours = f"arn:{Aws.PARTITION}:cloudfront::{Aws.ACCOUNT_ID}:distribution/*"
    cdn = iam.ServicePrincipal(
        "cloudfront.amazonaws.com", conditions={"ArnLike": {"aws:SourceArn": ours}}
    )
    everything, nothing = bucket.arn_for_objects("*"), bucket.arn_for_objects(f"{but}*")
    bucket.add_to_resource_policy(_read(iam.Effect.ALLOW, cdn, everything))
    bucket.add_to_resource_policy(_read(iam.Effect.DENY, cdn, nothing))
    if bucket.encryption_key is not None:
        bucket.encryption_key.add_to_resource_policy(
            iam.PolicyStatement(principals=[cdn], actions=["kms:Decrypt"], resources=["*"])
        )


def _read(effect: iam.Effect, who: iam.IPrincipal, what: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        effect=effect, principals=[who], actions=["s3:GetObject"], resources=[what]
    )
