"""What must never be lost: keys, buckets, tables and users."""

from darkroom.identity import PASSWORD_LENGTH
from generated.photos import wiring
from infra.storage import INTERMEDIATES


def test_each_class_of_data_has_a_key_of_its_own_that_rotates(stacks):
    """One key for a bucket and its queue would make the stack circular."""
    keys = [
        key
        for name, key in stacks.all("AWS::KMS::Key").items()
        if not name.startswith("Monitoring")
    ]

    assert len(keys) == 4
    assert all(key["Properties"]["EnableKeyRotation"] for key in keys)


def test_buckets_are_private_and_encrypted_by_different_keys(stacks):
    """With bucket keys, or each object would cost a call of KMS."""
    used = set()
    for bucket in stacks.all("AWS::S3::Bucket").values():
        properties = bucket["Properties"]
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        used.add(str(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]))
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        assert rule["BucketKeyEnabled"] is True
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        (ownership,) = properties["OwnershipControls"]["Rules"]
        assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"

    assert len(used) == 2


def test_originals_keep_every_version(stacks):
    """A run is pinned to one, whatever is uploaded after it."""
    originals = stacks.properties("AWS::S3::Bucket", "StorageOriginals")

    assert originals["VersioningConfiguration"] == {"Status": "Enabled"}


def test_intermediates_are_gone_after_a_day(stacks):
    """Where the compiler lets stages put them; originals and variants are never removed so."""
    variants = stacks.properties("AWS::S3::Bucket", "StorageVariants")
    originals = stacks.properties("AWS::S3::Bucket", "StorageOriginals")
    rules = [
        rule
        for bucket in (variants, originals)
        for rule in bucket["LifecycleConfiguration"]["Rules"]
        if "AbortIncompleteMultipartUpload" not in rule
    ]

    assert rules == [{"ExpirationInDays": 1, "Prefix": INTERMEDIATES, "Status": "Enabled"}]
    assert f"{INTERMEDIATES}*" == wiring.INTERMEDIATES


def test_plain_http_is_refused_by_buckets_and_queues_on_aws(dev):
    """Each has the statement that denies it."""
    for kind, number in (("AWS::S3::BucketPolicy", 2), ("AWS::SQS::QueuePolicy", 5)):
        policies = dev.all(kind)
        assert len(policies) == number
        for policy in policies.values():
            (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
            assert statement["Effect"] == "Deny"
            assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


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
