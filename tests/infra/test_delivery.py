"""The CDN and the firewall, which are there where the settings say so."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from darkroom.adapters.cloudfront import SAID
from infra.cdn_keys import secret_name
from infra.pipelines import compiled_pipeline
from tests.infra.conftest import synthesised
from tests.infra.environments import PROD


def public_key():
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


KEYS = (public_key(), public_key())
ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/Firewall/1"


@pytest.fixture(scope="module")
def delivering(assets, tmp_path_factory):
    """The templates of prod with a CDN."""
    settings = replace(PROD, cdn_keys=KEYS, cdn_web_acl=ACL)
    folder = tmp_path_factory.mktemp("cdn")
    return synthesised(folder, assets, (settings,), compiled_pipeline())["prod"]


@pytest.fixture(scope="module")
def edge(delivering):
    """The template of the firewall that stands before the CDN."""
    folder = delivering.paths[0].parent
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    artifact = manifest["artifacts"]["darkroom-prod-edge"]
    template = json.loads((folder / artifact["properties"]["templateFile"]).read_text("utf-8"))
    return artifact, template


def config(delivering):
    ((_, found),) = delivering.all("AWS::CloudFront::Distribution").items()
    return found["Properties"]["DistributionConfig"]


def test_the_bucket_is_read_by_an_access_control_and_by_nobody_else(delivering):
    """Which signs every request; there is no public bucket and no old-fashioned identity."""
    (origin,) = config(delivering)["Origins"]
    ((control, found),) = delivering.all("AWS::CloudFront::OriginAccessControl").items()
    signing = found["Properties"]["OriginAccessControlConfig"]

    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": [control, "Id"]}
    assert signing["SigningBehavior"] == "always"
    assert origin["S3OriginConfig"]["OriginAccessIdentity"] == ""


def test_nothing_is_shown_without_a_signature_and_in_plain_http(delivering):
    """By the keys of the settings, both of which are taken."""
    behaviour = config(delivering)["DefaultCacheBehavior"]
    ((group, found),) = delivering.all("AWS::CloudFront::KeyGroup").items()
    keys = delivering.all("AWS::CloudFront::PublicKey")

    assert behaviour["TrustedKeyGroups"] == [{"Ref": group}]
    assert {each["Ref"] for each in found["Properties"]["KeyGroupConfig"]["Items"]} == keys.keys()
    encoded = {each["Properties"]["PublicKeyConfig"]["EncodedKey"] for each in keys.values()}
    assert encoded == set(KEYS)
    assert behaviour["ViewerProtocolPolicy"] == "https-only"
    assert behaviour["AllowedMethods"] == ["GET", "HEAD"]


def test_an_edge_keeps_a_variant_for_a_day_by_its_path_and_what_a_link_says(delivering):
    """No header, no cookie and no other query makes another copy, or another answer."""
    ((_, found),) = delivering.all("AWS::CloudFront::CachePolicy").items()
    policy = found["Properties"]["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]

    assert policy["MinTTL"] == policy["DefaultTTL"] == policy["MaxTTL"] == 86_400
    assert key["HeadersConfig"]["HeaderBehavior"] == "none"
    assert key["CookiesConfig"]["CookieBehavior"] == "none"
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "whitelist", "QueryStrings": [SAID]}


def test_browsers_are_told_what_a_picture_is_not(delivering):
    """No script, no frame, no other type, no plain HTTP, whatever somebody makes of the link."""
    ((_, found),) = delivering.all("AWS::CloudFront::ResponseHeadersPolicy").items()
    headers = found["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]

    content = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert content == "default-src 'none'; sandbox"
    assert headers["ContentTypeOptions"]["Override"] is True
    assert headers["FrameOptions"]["FrameOption"] == "DENY"
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000


def test_the_bucket_admits_distributions_of_this_account_to_variants_only(delivering):
    """Pictures between stages are nobody's to see; the key serves those reads and no writes."""
    bucket = delivering.properties("AWS::S3::BucketPolicy", "StorageVariants")
    key = delivering.properties("AWS::KMS::Key", "EncryptionVariants")["KeyPolicy"]
    statements = [
        statement
        for statement in (*bucket["PolicyDocument"]["Statement"], *key["Statement"])
        if statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    ]

    told = [(each["Effect"], each["Action"]) for each in statements]
    assert told == [
        ("Allow", "s3:GetObject"),
        ("Deny", "s3:GetObject"),
        ("Allow", "kms:Decrypt"),
    ]
    assert "intermediates/*" in json.dumps(statements[1]["Resource"])
    for each in statements:
        arn = json.dumps(each["Condition"]["ArnLike"]["aws:SourceArn"])
        assert "AWS::AccountId" in arn
        assert ":distribution/*" in arn


def test_links_are_signed_by_the_first_key_and_by_one_function(delivering, prod):
    """It alone may read that key's private half; without a CDN there is nothing to read."""
    images = delivering.properties("AWS::Lambda::Function", "ApiImages")
    readers = {
        (role, json.dumps(statement["Resource"]))
        for role, statement in delivering.policies()
        if statement["Action"] == "secretsmanager:GetSecretValue"
    }
    plain = prod.properties("AWS::Lambda::Function", "ApiImages")["Environment"]["Variables"]

    told = json.dumps(images["Environment"]["Variables"]["DARKROOM_CDN"])
    assert secret_name("prod", KEYS[0]) in told
    assert "DeliveryKey1" in told
    ((role, resource),) = readers
    assert role.startswith("ApiImages")
    assert secret_name("prod", KEYS[0]) in resource
    assert plain["DARKROOM_CDN"] == "none"
    assert not prod.all("AWS::CloudFront::Distribution")


def rules(acl):
    return {rule["Name"]: rule for rule in acl["Properties"]["Rules"]}


def test_a_firewall_stands_before_the_api_of_production(prod, dev):
    """One rule for how often, and those that AWS keeps; on by the settings."""
    ((name, acl),) = prod.all("AWS::WAFv2::WebACL").items()
    (guarded,) = prod.all("AWS::WAFv2::WebACLAssociation").values()
    found = rules(acl)

    assert acl["Properties"]["Scope"] == "REGIONAL"
    rate = found.pop("rate")
    assert rate["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    refusal = rate["Action"]["Block"]["CustomResponse"]
    assert (refusal["ResponseCode"], refusal["ResponseHeaders"]) == (
        429,
        [{"Name": "Retry-After", "Value": "300"}],
    )
    assert len(found) == 3
    assert all(name.startswith("AWSManagedRules") for name in found)
    assert guarded["Properties"]["WebACLArn"] == {"Fn::GetAtt": [name, "Arn"]}
    assert "/restapis/" in json.dumps(guarded["Properties"]["ResourceArn"])
    assert not dev.all("AWS::WAFv2::WebACL")


def test_no_rule_of_the_firewall_looks_into_bodies(prod):
    """A password and a file's name are any text, and twenty uploads are more than 8 kB."""
    ((_, acl),) = prod.all("AWS::WAFv2::WebACL").items()
    counted = {
        each["Name"]
        for rule in acl["Properties"]["Rules"]
        if "ManagedRuleGroupStatement" in rule["Statement"]
        for each in rule["Statement"]["ManagedRuleGroupStatement"].get("RuleActionOverrides", ())
        if each["ActionToUse"] == {"Count": {}}
    }

    assert {"SizeRestrictions_BODY", "CrossSiteScripting_BODY", "Log4JRCE_BODY"} <= counted
    assert all(each.endswith("_BODY") for each in counted)


def test_the_firewall_of_the_cdn_is_a_stack_of_its_own_in_virginia(edge, delivering):
    """CloudFront takes none from elsewhere; its ARN is told, to be set."""
    artifact, template = edge
    ((_, acl),) = template["Resources"].items()

    assert artifact["environment"].endswith("/us-east-1")
    assert acl["Properties"]["Scope"] == "CLOUDFRONT"
    assert "rate" in rules(acl)
    assert "WebAclArn" in template["Outputs"]
    assert config(delivering)["WebACLId"] == ACL
