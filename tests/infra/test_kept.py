"""What must never be lost: keys, buckets, tables and users."""

from dataclasses import replace

from aws_cdk import App
from aws_cdk.assertions import Template

from darkroom.identity import PASSWORD_LENGTH
from dsl.costs import idle
from generated.photos import wiring
from infra.stacks import DataStack
from infra.storage import INTERMEDIATES
from tests.infra.environments import DEV


def test_each_class_of_data_has_a_key_of_its_own_that_rotates(stacks):
    """One key for a bucket and its queue would make the stack circular."""
    keys = [
        key
        for name, key in stacks.all("AWS::KMS::Key").items()
        if not name.startswith("Monitoring")
    ]

    assert len(keys) == idle.KEYS == 5
    assert all(key["Properties"]["EnableKeyRotation"] for key in keys)


def test_buckets_are_private_and_encrypted_by_different_keys(stacks):
    """With bucket keys, or each object would cost a call of KMS."""
    used = set()
    for properties in buckets(stacks, "StorageOriginals", "StorageVariants"):
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        used.add(str(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]))
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        assert rule["BucketKeyEnabled"] is True
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        (ownership,) = properties["OwnershipControls"]["Rules"]
        assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"

    assert len(used) == 2


def test_who_asked_for_what_in_a_bucket_is_kept_as_long_as_logs_are(stacks):
    """In a bucket as private; S3 can write there with its own key only, and from ours only."""
    (logs,) = buckets(stacks, "StorageAccessLogs")
    (rule,) = logs["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (aged,) = logs["LifecycleConfiguration"]["Rules"]
    policy = stacks.properties("AWS::S3::BucketPolicy", "StorageAccessLogs")["PolicyDocument"]
    written = [each for each in policy["Statement"] if each["Effect"] == "Allow"]

    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(logs["PublicAccessBlockConfiguration"].values()) == {True}
    assert aged["ExpirationInDays"] in (14, 90)
    for properties in buckets(stacks, "StorageOriginals", "StorageVariants"):
        target = properties["LoggingConfiguration"]["DestinationBucketName"]["Ref"]
        assert target.startswith("StorageAccessLogs")
    assert [each["Action"] for each in written] == ["s3:PutObject"] * 2
    for each in written:
        assert each["Principal"] == {"Service": "logging.s3.amazonaws.com"}
        assert each["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        assert "aws:SourceArn" in each["Condition"]["ArnLike"]


def test_every_log_is_encrypted_by_the_key_of_logs(stacks):
    """Whichever construct made it; CloudWatch may use the key for logs of this account only."""
    groups = stacks.all("AWS::Logs::LogGroup").values()
    key = stacks.properties("AWS::KMS::Key", "EncryptionLogs")["KeyPolicy"]
    (statement,) = (each for each in key["Statement"] if "Service" in each["Principal"])

    assert {str(each["Properties"]["KmsKeyId"]).count("EncryptionLogs") for each in groups} == {1}
    assert ":log-group:*" in str(
        statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    )


def buckets(stacks, *names):
    """The properties of the buckets whose logical ids begin so, in that order."""
    return [stacks.properties("AWS::S3::Bucket", name) for name in names]


def test_originals_keep_every_version(stacks):
    """A run is pinned to one, whatever is uploaded after it."""
    originals = stacks.properties("AWS::S3::Bucket", "StorageOriginals")

    assert originals["VersioningConfiguration"] == {"Status": "Enabled"}


def ageing(stacks, name):
    """The rules by which a bucket removes or moves objects, but for unfinished uploads."""
    (bucket,) = buckets(stacks, name)
    unfinished, *rules = bucket["LifecycleConfiguration"]["Rules"]
    assert unfinished["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    return rules


def test_intermediates_are_gone_after_a_day(stacks):
    """Where the compiler lets stages put them; variants are never removed so."""
    (rule,) = ageing(stacks, "StorageVariants")

    assert rule == {"ExpirationInDays": 1, "Prefix": INTERMEDIATES, "Status": "Enabled"}
    assert f"{INTERMEDIATES}*" == wiring.INTERMEDIATES


def test_originals_age_as_the_settings_say(dev, prod):
    """What was replaced goes after a month; in prod, what is old moves to a cheaper class."""
    replaced = {
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "ExpiredObjectDeleteMarker": True,
        "Status": "Enabled",
    }
    cheaper = {
        "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 90}],
        "Status": "Enabled",
    }

    assert ageing(dev, "StorageOriginals") == [replaced]
    assert ageing(prod, "StorageOriginals") == [replaced, cheaper]


def test_originals_and_variants_can_be_removed_by_their_age():
    """By a setting each, which no environment has."""
    app = App()
    settings = replace(DEV, originals_kept_days=400, variants_kept_days=200)
    template = Template.from_stack(DataStack(app, "data", settings=settings))
    rules = {
        name: bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        for name, bucket in template.find_resources("AWS::S3::Bucket").items()
    }
    days = {
        name: [rule["ExpirationInDays"] for rule in found if "ExpirationInDays" in rule]
        for name, found in rules.items()
    }

    assert sorted(days.values()) == [[1, 200], [14], [400]]


def test_plain_http_is_refused_by_buckets_and_queues_on_aws(dev):
    """Each has the statement that denies it."""
    for kind, owner in (
        ("AWS::S3::BucketPolicy", "AWS::S3::Bucket"),
        ("AWS::SQS::QueuePolicy", "AWS::SQS::Queue"),
    ):
        policies = dev.all(kind)
        assert len(policies) == len(dev.all(owner))
        for policy in policies.values():
            statements = policy["Properties"]["PolicyDocument"]["Statement"]
            (denial,) = (each for each in statements if each["Effect"] == "Deny")
            assert denial["Principal"] == {"AWS": "*"}
            assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_tables_can_be_put_back_to_any_moment_and_are_encrypted(stacks):
    """All, by the key of the history."""
    for table in stacks.all("AWS::DynamoDB::Table").values():
        properties = table["Properties"]
        recovery = properties["PointInTimeRecoverySpecification"]
        assert recovery["PointInTimeRecoveryEnabled"] is True
        assert properties["SSESpecification"]["SSEType"] == "KMS"
        assert "EncryptionHistory" in str(properties["SSESpecification"]["KMSMasterKeyId"])
        assert properties["BillingMode"] == "PAY_PER_REQUEST"


def test_events_are_keyed_by_stream_and_version_and_streamed_whole(stacks):
    """The sort key is a number, so that version 10 comes after version 9."""
    events = stacks.properties("AWS::DynamoDB::Table", "HistoryEvents")
    views = stacks.properties("AWS::DynamoDB::Table", "HistoryViews")

    def keys(table):
        types = {
            item["AttributeName"]: item["AttributeType"] for item in table["AttributeDefinitions"]
        }
        return [
            (key["AttributeName"], key["KeyType"], types[key["AttributeName"]])
            for key in table["KeySchema"]
        ]

    assert keys(events) == [("pk", "HASH", "S"), ("sk", "RANGE", "N")]
    assert keys(views) == [("pk", "HASH", "S"), ("sk", "RANGE", "S")]
    assert events["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert "StreamSpecification" not in views


def test_what_was_granted_is_forgotten(stacks):
    """By the attribute that says when; neither events nor views are."""
    tables = stacks.all("AWS::DynamoDB::Table")
    expiring = {
        name: found["Properties"]["TimeToLiveSpecification"]
        for name, found in tables.items()
        if "TimeToLiveSpecification" in found["Properties"]
    }

    ((name, setting),) = expiring.items()
    assert name.startswith("HistoryCounters")
    assert setting == {"AttributeName": "expires_at", "Enabled": True}


def test_data_outlives_its_stack_on_aws(dev):
    """Deleting the stack leaves keys, buckets, tables and users."""
    for kind in (
        "AWS::KMS::Key",
        "AWS::S3::Bucket",
        "AWS::DynamoDB::Table",
        "AWS::Cognito::UserPool",
    ):
        kept = {
            each: found for each, found in dev.all(kind).items() if each in dev.data["Resources"]
        }
        for resource in kept.values():
            assert resource["DeletionPolicy"] == "Retain"
            assert resource["UpdateReplacePolicy"] == "Retain"


def test_in_production_data_cannot_be_deleted_by_mistake(prod):
    """Tables and users refuse it until that is allowed by hand."""
    tables = prod.all("AWS::DynamoDB::Table").values()
    (pool,) = prod.all("AWS::Cognito::UserPool").values()

    assert all(table["Properties"]["DeletionProtectionEnabled"] for table in tables)
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE"


def test_the_client_has_a_secret_and_signs_in_by_our_function_only(stacks):
    """No OAuth, no sign-in from outside, nothing that tells whether a user exists."""
    (client,) = (
        found["Properties"] for found in stacks.all("AWS::Cognito::UserPoolClient").values()
    )

    assert client["GenerateSecret"] is True
    assert client["ExplicitAuthFlows"] == ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    assert client["AllowedOAuthFlowsUserPoolClient"] is False
    assert "AllowedOAuthFlows" not in client
    assert "CallbackURLs" not in client
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["EnablePropagateAdditionalUserContextData"] is True


def test_a_password_is_refused_by_us_as_by_the_pool(stacks):
    """We look first, since the pool might first look whether the address is known."""
    (pool,) = stacks.all("AWS::Cognito::UserPool").values()
    policy = pool["Properties"]["Policies"]["PasswordPolicy"]

    assert policy["MinimumLength"] == PASSWORD_LENGTH
    demands = ("RequireLowercase", "RequireNumbers", "RequireUppercase", "RequireSymbols")
    assert [policy[name] for name in demands] == [True, True, True, False]


def test_users_may_ask_for_the_codes_of_an_authenticator_and_no_other(stacks):
    """Mails and texts can be read by others."""
    (pool,) = stacks.all("AWS::Cognito::UserPool").values()

    assert pool["Properties"]["MfaConfiguration"] == "OPTIONAL"
    assert pool["Properties"]["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_in_production_sign_ins_that_look_stolen_are_refused(dev, prod):
    """By the plan that has it; elsewhere it is a setting."""
    (there,) = prod.all("AWS::Cognito::UserPool").values()
    (here,) = dev.all("AWS::Cognito::UserPool").values()

    assert there["Properties"]["UserPoolTier"] == "PLUS"
    assert there["Properties"]["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert "UserPoolAddOns" not in here["Properties"]


def test_users_sign_in_by_an_address_that_they_have_shown_to_be_theirs(stacks):
    """In any spelling of it; they get back in by it, and by nothing else."""
    (pool,) = (found["Properties"] for found in stacks.all("AWS::Cognito::UserPool").values())
    (recovery,) = pool["AccountRecoverySetting"]["RecoveryMechanisms"]

    assert pool["UsernameAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["AutoVerifiedAttributes"] == ["email"]
    assert recovery["Name"] == "verified_email"


def test_refresh_tokens_rotate_and_can_be_revoked(stacks):
    """A stolen one is of use for a minute at most, once its owner has used it."""
    (client,) = (
        found["Properties"] for found in stacks.all("AWS::Cognito::UserPoolClient").values()
    )

    assert client["RefreshTokenRotation"]["Feature"] == "ENABLED"
    assert client["RefreshTokenRotation"]["RetryGracePeriodSeconds"] <= 60
    assert client["EnableTokenRevocation"] is True
    assert client["AccessTokenValidity"] <= 15
    assert client["TokenValidityUnits"]["AccessToken"] == "minutes"
