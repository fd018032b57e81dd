"""How roles are allowed what they may do: named actions, on our own resources, and no more."""

CHANGES_TO_EVENTS = {
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLUpdate",
    "dynamodb:UpdateItem",
}


# By which CloudWatch tells KMS whose log it is: it has no `aws:SourceArn` there.
LOGS_ARE_OURS = "kms:EncryptionContext:aws:logs:arn"

# Every kind of resource with a policy of its own, and where that stands.
POLICIES = {
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
}

# What is called so, and lets nobody in: who takes a role is looked at by tests of that role.
OTHER_POLICIES = {"AssumeRolePolicyDocument", "RedrivePolicy"}

DOMAIN = ".amazonaws.com"


def listed(value):
    return value if isinstance(value, list) else [value]


def to_services(stacks):
    """Every statement that lets a service in: the resource's logical id, the statement."""
    for kind, where in POLICIES.items():
        for name, resource in stacks.all(kind).items():
            for statement in resource["Properties"][where]["Statement"]:
                if statement["Effect"] == "Allow" and "Service" in statement["Principal"]:
                    yield name, statement


def test_no_other_resource_has_a_policy_of_its_own(stacks):
    """A kind that is not listed here would not be looked at."""
    for name, resource in {**stacks.data["Resources"], **stacks.app["Resources"]}.items():
        told = resource.get("Properties", {})
        has = {key for key in told if key.endswith(("Policy", "PolicyDocument"))}
        assert has <= OTHER_POLICIES | {POLICIES.get(resource["Type"])}, name


def test_permissions_are_in_the_role_and_nowhere_else(stacks):
    """So they are there before what needs them, and no construct has widened them."""
    managed = [
        name
        for name, role in stacks.all("AWS::IAM::Role").items()
        # By this one, which AWS checks, every gateway of the account writes its logs.
        if "ManagedPolicyArns" in role["Properties"] and "CloudWatchRole" not in name
    ]

    assert not stacks.all("AWS::IAM::Policy")
    assert managed == []


def test_no_permission_has_a_wildcard_action(stacks):
    """Each action is written out."""
    for role, statement in stacks.policies():
        assert all("*" not in action for action in listed(statement["Action"])), role


def test_history_can_only_be_added_to(stacks):
    """Whoever may touch `events` is denied every call that is for changing or removing.

    An unconditional PutItem could replace an event all the same, which the chain of hashes shows.
    """
    denied = {
        role: set(statement["Action"])
        for role, statement in stacks.policies()
        if statement["Effect"] == "Deny" and "HistoryEvents" in str(statement["Resource"])
    }
    touching = {
        role
        for role, statement in stacks.policies()
        if "HistoryEvents" in str(statement["Resource"]) and statement["Effect"] == "Allow"
    }

    assert len(touching) == 7
    assert denied == dict.fromkeys(touching, CHANGES_TO_EVENTS)


def test_a_key_is_used_only_through_the_service_whose_data_it_guards(stacks):
    """Nobody calls KMS directly."""
    for role, statement in stacks.policies():
        if any(action.startswith("kms:") for action in listed(statement["Action"])):
            assert "kms:ViaService" in str(statement["Condition"]), role


def test_each_key_is_used_through_the_service_that_keeps_what_it_guards(stacks):
    """Buckets by S3, tables by DynamoDB, queues by SQS: through another it is of no use."""
    services = {"Originals": "s3", "Variants": "s3", "History": "dynamodb", "Messages": "sqs"}
    seen = set()
    for role, statement in stacks.policies():
        for name, service in services.items():
            if f"Encryption{name}" in str(statement["Resource"]):
                seen.add(name)
                assert statement["Condition"] == {
                    "StringEquals": {
                        "kms:ViaService": {
                            "Fn::Join": ["", [f"{service}.", {"Ref": "AWS::Region"}, DOMAIN]]
                        }
                    }
                }, role

    assert seen == services.keys()


def test_the_machine_may_call_versions_of_its_own_stages_only(stacks):
    """Any version: a run that is under way may be on an older one."""
    (statement,) = (
        statement
        for _, statement in stacks.policies()
        if "lambda:InvokeFunction" in listed(statement["Action"])
    )

    (resource,) = listed(statement["Resource"])
    function, suffix = resource["Fn::Join"][1]
    assert function["Fn::GetAtt"][0].startswith("ProcessingPipelineStage")
    assert suffix == ":*"


def test_services_are_let_in_only_on_behalf_of_our_own_resources(stacks):
    """No service can be talked into using us for somebody else."""
    for permission in stacks.all("AWS::Lambda::Permission").values():
        properties = permission["Properties"]
        assert properties["SourceArn"]
        if properties["Principal"] == "s3.amazonaws.com":
            assert properties["SourceAccount"] == {"Ref": "AWS::AccountId"}
    for name, statement in to_services(stacks):
        told = statement["Condition"]
        named = {key for operator in told.values() for key in operator}
        assert named & {"aws:SourceArn", "aws:SourceAccount", LOGS_ARE_OURS}, name


def test_step_functions_takes_its_role_only_for_machines_of_this_account(stacks):
    """The trust of the role says for which account and which kind of resource."""
    trusts = [
        statement
        for role in stacks.all("AWS::IAM::Role").values()
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "states.amazonaws.com"}
    ]

    (trust,) = trusts
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert ":stateMachine:" in str(trust["Condition"]["ArnLike"]["aws:SourceArn"])
