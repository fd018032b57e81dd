"""From the notification of S3 to the views: what is tried how often, and where failures go."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.pipelines import GENERATED, compiled_pipeline
from infra.release import made_of
from tests.infra.environments import PROD

DEAD_LETTER_QUEUES = ("IngestDead", "IngestUnannounced", "ProjectionUnfolded")


@pytest.mark.parametrize("name", DEAD_LETTER_QUEUES)
def test_what_failed_is_kept_as_long_as_a_queue_can(stacks, name):
    """14 days, encrypted."""
    queue = stacks.properties("AWS::SQS::Queue", name)

    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert "EncryptionMessages" in str(queue["KmsMasterKeyId"])


@pytest.mark.parametrize("name", ["IngestIntake", "ProjectionRefold"])
def test_a_message_waits_for_four_days_which_outlasts_all_its_tries(stacks, name):
    """And is a dead letter for longer: its age goes on counting there."""
    queue = stacks.properties("AWS::SQS::Queue", name)
    tried_s = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]

    assert queue["MessageRetentionPeriod"] == 4 * 24 * 3600
    assert tried_s < queue["MessageRetentionPeriod"]


def test_a_message_is_tried_five_times_and_then_kept_apart(stacks):
    """Fewer tries, and throttling alone would fill the dead letters."""
    redrive = stacks.properties("AWS::SQS::Queue", "IngestIntake")["RedrivePolicy"]

    assert redrive["maxReceiveCount"] == 5
    assert "IngestDead" in str(redrive["deadLetterTargetArn"])


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_message_stays_hidden_for_six_times_its_consumers_timeout(templates, environment):
    """And the consumer outlasts the longest run."""
    app = templates[environment]
    hidden_s = app.properties("AWS::SQS::Queue", "IngestIntake")["VisibilityTimeout"]
    orchestrator = app.properties("AWS::Lambda::Function", "ProcessingOrchestrator")

    assert hidden_s >= 6 * orchestrator["Timeout"]
    assert orchestrator["Timeout"] > compiled_pipeline().WORST_CASE_S


def test_the_number_of_orchestrators_limits_the_number_of_runs(stacks):
    """One message each, and a message that failed comes back alone."""
    mapping = stacks.properties("AWS::Lambda::EventSourceMapping", "ProcessingOrchestrator")

    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_notification_that_cannot_be_handled_is_kept(stacks):
    """S3 tries three times in all, over six hours, and would drop it then."""
    (invoke,) = (
        found["Properties"] for found in stacks.all("AWS::Lambda::EventInvokeConfig").values()
    )

    assert invoke["MaximumRetryAttempts"] == 2
    assert invoke["MaximumEventAgeInSeconds"] == 6 * 3600
    assert "IngestUnannounced" in str(invoke["DestinationConfig"]["OnFailure"])
    assert "IngestS3Event" in str(invoke["FunctionName"])


def test_a_record_that_cannot_be_dealt_with_holds_up_its_shard_for_five_tries_only(stacks):
    """Lambda resumes at the record that the function names, and then tells `unfolded` of it."""
    mapping = stacks.properties("AWS::Lambda::EventSourceMapping", "ProjectionProjector")

    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 5
    # An hour short of what a stream keeps.
    assert mapping["MaximumRecordAgeInSeconds"] == 23 * 3600
    assert mapping["BatchSize"] == 25
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "ProjectionUnfolded" in str(mapping["DestinationConfig"]["OnFailure"])


def test_an_image_that_cannot_be_folded_is_tried_five_times_and_then_kept_apart(stacks):
    """By a function of its own, and with pauses: its shard has long gone on."""
    queue = stacks.properties("AWS::SQS::Queue", "ProjectionRefold")
    mapping = stacks.properties("AWS::Lambda::EventSourceMapping", "ProjectionRefolder")

    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"]["MaximumConcurrency"] == 2
    assert "ProjectionUnfolded" in str(queue["RedrivePolicy"]["deadLetterTargetArn"])
    assert "EncryptionMessages" in str(queue["KmsMasterKeyId"])
    assert queue["VisibilityTimeout"] >= 30
    assert "ProjectionRefold" in str(mapping["EventSourceArn"])
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_run_finishes_on_the_code_that_it_began_with(stacks):
    """Tasks name published versions, and a version outlives the next deployment."""
    versions = stacks.all("AWS::Lambda::Version")
    (machine,) = stacks.all("AWS::StepFunctions::StateMachine").values()
    substitutions = machine["Properties"]["DefinitionSubstitutions"]

    assert {version["DeletionPolicy"] for version in versions.values()} == {"Retain"}
    called = {value["Ref"] for value in substitutions.values()}
    assert called == {name for name in versions if "Orchestrator" not in name}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_run_finishes_on_the_definition_that_it_began_with(templates, environment):
    """Runs start on the version of the machine that this deployment published; versions stay."""
    app = templates[environment]
    ((machine, _),) = app.all("AWS::StepFunctions::StateMachine").items()
    ((name, version),) = app.all("AWS::StepFunctions::StateMachineVersion").items()
    orchestrator = app.properties("AWS::Lambda::Function", "ProcessingOrchestrator")

    assert version["Properties"] == {
        "StateMachineArn": {"Ref": machine},
        "StateMachineRevisionId": {"Fn::GetAtt": [machine, "StateMachineRevisionId"]},
    }
    assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")
    started = orchestrator["Environment"]["Variables"]["DARKROOM_STATE_MACHINE_ARN"]
    assert started == {"Fn::GetAtt": [name, "Arn"]}


def test_one_alias_leads_to_all_that_a_run_goes_through(stacks):
    """Messages go to the orchestrator that is live, whose environment names the machine."""
    ((name, alias),) = stacks.all("AWS::Lambda::Alias").items()
    mapping = stacks.properties("AWS::Lambda::EventSourceMapping", "ProcessingOrchestrator")
    version = alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
    published = stacks.all("AWS::Lambda::Version")[version]

    assert alias["Properties"]["Name"] == "live"
    assert ":live" in str(mapping["FunctionName"])
    assert name in str(mapping["FunctionName"])
    assert published["DeletionPolicy"] == "Retain"
    assert "Orchestrator" in str(published["Properties"]["FunctionName"])


def test_whatever_decides_how_a_run_goes_makes_another_release(assets, tmp_path):
    """Also what the template of the orchestrator does not show, such as the code of a stage."""
    other = tmp_path / "stage-of-another-code.zip"
    other.write_bytes(b"")
    compiled = compiled_pipeline()

    now = made_of(PROD, compiled, assets)
    assert made_of(PROD, compiled, assets) == now
    assert made_of(replace(PROD, log_level="ERROR"), compiled, assets) != now
    assert made_of(PROD, compiled, replace(assets, stages={(): other})) != now


def test_a_release_is_rolled_out_to_a_tenth_first_and_taken_back_by_an_alarm(prod, dev):
    """In production; elsewhere it is live at once."""
    ((_, group),) = prod.all("AWS::CodeDeploy::DeploymentGroup").items()
    ((_, alias),) = prod.all("AWS::Lambda::Alias").items()
    told = group["Properties"]
    alarms = prod.all("AWS::CloudWatch::Alarm")
    watched = {
        alarms[each["Name"]["Ref"]]["Properties"]["AlarmName"]
        for each in told["AlarmConfiguration"]["Alarms"]
    }

    assert "Canary10Percent15Minutes" in str(told["DeploymentConfigName"])
    assert told["AlarmConfiguration"]["Enabled"] is True
    assert "DEPLOYMENT_STOP_ON_ALARM" in told["AutoRollbackConfiguration"]["Events"]
    assert {"darkroom-prod-release-failures", "darkroom-prod-failure-rate"} <= watched
    assert "CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"]
    assert not dev.all("AWS::CodeDeploy::DeploymentGroup")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_machine_outlives_its_place_in_the_stack(templates, environment):
    """Another engine is another machine; deleting this one would end the runs that are on it."""
    (machine,) = templates[environment].all("AWS::StepFunctions::StateMachine").values()

    assert (machine["DeletionPolicy"], machine["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_only_what_was_published_can_be_started(templates, environment):
    """IAM takes the machine's own ARN for versions, and a condition that there is one."""
    app = templates[environment]
    (statement,) = (
        statement for _, statement in app.policies() if "StartSyncExecution" in str(statement)
    )
    (machine,) = app.all("AWS::StepFunctions::StateMachine")

    assert statement["Resource"] == {"Ref": machine}
    assert statement["Condition"] == {"Null": {"states:StateMachineQualifier": "false"}}


def test_locally_runs_start_on_the_machine_itself(local):
    """The embedded cloud's stacks can have no version of it."""
    (machine,) = local.all("AWS::StepFunctions::StateMachine")
    orchestrator = local.properties("AWS::Lambda::Function", "ProcessingOrchestrator")

    assert not local.all("AWS::StepFunctions::StateMachineVersion")
    started = orchestrator["Environment"]["Variables"]["DARKROOM_STATE_MACHINE_ARN"]
    assert started == {"Ref": machine}


def test_every_placeholder_of_the_definition_is_filled(stacks):
    """Each `${...}` of the compiler's definition, and no other, has a value."""
    (machine,) = stacks.all("AWS::StepFunctions::StateMachine").values()
    properties = machine["Properties"]
    definition = json.loads(properties["DefinitionString"])
    tasks = [state for state in definition["States"].values() if state["Type"] == "Task"]
    named = {task["Arguments"]["FunctionName"] for task in tasks}

    assert named == {f"${{{name}}}" for name in properties["DefinitionSubstitutions"]}


def test_stages_of_a_run_follow_one_another(stacks):
    """No state of the definition runs several at one time, as the proof of concurrency assumes."""
    (machine,) = stacks.all("AWS::StepFunctions::StateMachine").values()
    definition = json.loads(machine["Properties"]["DefinitionString"])

    assert compiled_pipeline().STAGES_AT_ONCE == 1
    assert {state["Type"] for state in definition["States"].values()}.isdisjoint(
        {"Map", "Parallel"}
    )


def test_locally_a_message_stays_hidden_for_half_a_minute(local):
    """Longer than a run takes there, so that none is delivered while it runs."""
    assert local.properties("AWS::SQS::Queue", "IngestIntake")["VisibilityTimeout"] == 30


def test_runs_are_express_traced_and_logged_without_their_data(stacks):
    """Payloads may name people's pictures; errors are logged all the same."""
    (machine,) = stacks.all("AWS::StepFunctions::StateMachine").values()
    properties = machine["Properties"]

    assert properties["StateMachineType"] == "EXPRESS"
    assert properties["TracingConfiguration"] == {"Enabled": True}
    assert properties["LoggingConfiguration"]["Level"] == "ERROR"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_another_engine_would_be_another_resource(dev):
    """The type of a state machine cannot be changed; its logical id says which it is.

    A version is named by its machine.
    """
    for kind in ("StateMachine", "StateMachineVersion"):
        (name,) = dev.all(f"AWS::StepFunctions::{kind}")
        assert "ExpressStateMachine" in name


def test_nothing_asks_aws_about_executions():
    """Those of Express cannot be described, listed, stopped or redriven; nor need others be."""
    root = Path(GENERATED).parent
    texts = [
        path.read_text("utf-8")
        for name in ("infra", "generated", "darkroom")
        for path in (root / name).rglob("*.py")
    ]

    for call in (
        "DescribeExecution",
        "ListExecutions",
        "StopExecution",
        "RedriveExecution",
    ):
        assert not any(call in text for text in texts)


def test_what_was_lost_is_looked_for_at_fixed_times(stacks):
    """Every quarter of an hour, and by that rule only."""
    rule = stacks.properties("AWS::Events::Rule", "ReconciliationClock")
    ((name, _),) = (
        (name, each)
        for name, each in stacks.all("AWS::Events::Rule").items()
        if name.startswith("Reconciliation")
    )
    (permission,) = (
        found["Properties"]
        for found in stacks.all("AWS::Lambda::Permission").values()
        if "Reconciliation" in str(found["Properties"]["FunctionName"])
    )
    (target,) = rule["Targets"]

    assert (rule["State"], rule["ScheduleExpression"]) == ("ENABLED", "rate(15 minutes)")
    assert target["Arn"]["Fn::GetAtt"][0].startswith("ReconciliationReconciler")
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [name, "Arn"]}
