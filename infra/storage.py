"""Storage: the bucket of originals, that of variants, and that of who asked for what in them."""

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
    """Two private, encrypted buckets, and a third that S3 writes their access logs into.

    Originals are versioned: a run is pinned to one version, whatever is uploaded after it.
    Variants are not: their key is the digest of what made them, so writing twice is writing once,
    and a variant that is deleted shall be gone. Beside them lie intermediates, for a day.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, encryption: Encryption
    ) -> None:
        super().__init__(scope, construct_id)
        # Else CDK lets S3 write access logs by an ACL, which a bucket of one owner refuses.
        self.node.set_context("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", True)
        self._settings = settings
        self.access_logs = self._access_logs()
        self.originals = self._bucket("Originals", encryption.originals, versioned=True)
        self.variants = self._bucket("Variants", encryption.variants, versioned=False)
        self._share(self.originals, s3.HttpMethods.POST, s3.HttpMethods.PUT)
        self._share(self.variants, s3.HttpMethods.GET)
        self._age_originals()
        self._age_variants()
        if settings.cdn_keys:
            _reads_for_the_cdn(self.variants, but=INTERMEDIATES)

    def _access_logs(self) -> s3.Bucket:
        """S3 writes them with its own key: it cannot with ours. It may, from these buckets only.

        Source: S3 guide, "Enabling Amazon S3 server access logging".
        """
        return s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=self._settings.tls_only,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                    expiration=Duration.days(self._settings.log_days),
                )
            ],
            removal_policy=self._removal,
        )

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
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix=f"{construct_id.lower()}/",
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))
            ],
            removal_policy=self._removal,
        )

    def _age_originals(self) -> None:
        """What is old moves to a cheaper class, and what was replaced goes; all by the settings."""
        settings = self._settings
        self.originals.add_lifecycle_rule(
            noncurrent_version_expiration=Duration.days(settings.replaced_originals_kept_days),
            expired_object_delete_marker=True,
        )
        if settings.originals_cheaper_after_days is not None:
            after = Duration.days(settings.originals_cheaper_after_days)
            cheaper = s3.StorageClass.INFREQUENT_ACCESS
            self.originals.add_lifecycle_rule(
                transitions=[s3.Transition(storage_class=cheaper, transition_after=after)]
            )
        if settings.originals_kept_days is not None:
            kept = Duration.days(settings.originals_kept_days)
            self.originals.add_lifecycle_rule(expiration=kept)

    def _age_variants(self) -> None:
        """Intermediates go after a day; variants, which can be made again, by the settings."""
        self.variants.add_lifecycle_rule(prefix=INTERMEDIATES, expiration=Duration.days(1))
        if self._settings.variants_kept_days is not None:
            kept = Duration.days(self._settings.variants_kept_days)
            self.variants.add_lifecycle_rule(expiration=kept)

    @property
    def _removal(self) -> RemovalPolicy:
        return RemovalPolicy.RETAIN if self._settings.retain_data else RemovalPolicy.DESTROY


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
