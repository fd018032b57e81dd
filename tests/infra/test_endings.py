"""A pipeline on a Standard machine: nobody waits for its runs, and an event ends them."""

from infra.pipelines import compiled_pipeline
from infra.timing import timing
from tests.infra.environments import PROD


def test_a_standard_machine_is_started_and_has_a_place_of_its_own(standard):
    """Another engine is another resource, with versions of its own."""
    ((name, machine),) = standard.all("AWS::StepFunctions::StateMachine").items()
    (version,) = standard.all("AWS::StepFunctions::StateMachineVersion")
    (statement,) = (
        statement
        for role, statement in standard.policies()
        if role.startswith("ProcessingOrchestrator") and "states:" in str(statement["Action"])
    )

    assert machine["Properties"]["StateMachineType"] == "STANDARD"
    assert "StandardStateMachine" in name
    assert "StandardStateMachine" in version
    assert statement["Action"] == "states:StartExecution"
    assert statement["Resource"] == {"Ref": name}


def test_every_end_of_an_execution_of_this_machine_is_told(standard):
    """And of no other: the rule names the machine, and calls the function."""
    rule = {"Properties": standard.properties("AWS::Events::Rule", "ProcessingEndings")}
    (machine,) = standard.all("AWS::StepFunctions::StateMachine")
    (target,) = rule["Properties"]["Targets"]

    assert rule["Properties"]["State"] == "ENABLED"
    assert rule["Properties"]["EventPattern"] == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
            "stateMachineArn": [{"Ref": machine}],
        },
    }
    assert target["Arn"]["Fn::GetAtt"][0].startswith("ProcessingEndingsEnded")


def test_an_end_that_cannot_be_recorded_is_kept(standard):
    """After three tries over six hours, for 14 days."""
    invokes = [
        found["Properties"] for found in standard.all("AWS::Lambda::EventInvokeConfig").values()
    ]
    (invoke,) = (found for found in invokes if "EndingsEnded" in str(found["FunctionName"]))
    queue = standard.properties("AWS::SQS::Queue", "ProcessingEndingsUnended")

    assert invoke["MaximumRetryAttempts"] == 2
    assert invoke["MaximumEventAgeInSeconds"] == 6 * 3600
    assert "EndingsUnended" in str(invoke["DestinationConfig"]["OnFailure"])
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_the_queue_of_what_was_not_recorded_is_an_output_where_there_is_one(standard, prod):
    """So that `darkroom dlq` finds it; Express machines have none."""
    assert "UnendedUrl" in standard.app["Outputs"]
    assert "UnendedUrl" not in prod.app["Outputs"]


def test_the_function_may_record_endings_and_send_messages_back_and_no_more(standard):
    """Like everybody who adds to the history, it can change nothing of it."""
    allowed, denied = (
        {
            (action, resource)
            for role, statement in standard.policies()
            if role.startswith("ProcessingEndings") and statement["Effect"] == effect
            for action in _listed(statement["Action"])
            if not action.startswith(("ec2:", "kms:", "logs:", "xray:"))
            for resource in map(_named, _listed(statement["Resource"]))
        }
        for effect in ("Allow", "Deny")
    )

    assert allowed == {
        ("dynamodb:PutItem", "events"),
        ("dynamodb:Query", "events"),
        ("sqs:SendMessage", "intake"),
        ("sqs:SendMessage", "unended"),
    }
    assert {resource for _, resource in denied} == {"events"}


def test_only_eventbridge_may_call_it_and_only_by_that_rule(standard):
    """No event of anybody else's."""
    (permission,) = (
        found["Properties"]
        for found in standard.all("AWS::Lambda::Permission").values()
        if "ProcessingEndings" in str(found["Properties"]["FunctionName"])
    )
    (rule,) = (each for each in standard.all("AWS::Events::Rule") if "Endings" in each)

    assert permission["SourceArn"] == {"Fn::GetAtt": [rule, "Arn"]}


def test_the_orchestrator_does_not_wait_but_is_as_patient_as_the_run_is_long(standard):
    """It has 20 s to start a run of two hours, whose deadline lies behind those."""
    orchestrator = standard.properties("AWS::Lambda::Function", "ProcessingOrchestrator")
    variables = orchestrator["Environment"]["Variables"]

    assert orchestrator["Timeout"] == 20
    assert int(variables["DARKROOM_PATIENCE_S"]) >= 7_200 + 4 * 6 * 20


def test_an_express_machine_tells_of_nothing_so_nothing_listens(stacks):
    """Its executions send no events."""
    assert compiled_pipeline().ENGINE == "express"
    assert [each for each in stacks.all("AWS::Events::Rule") if "Endings" in each] == []


def test_a_run_of_a_day_can_be_started_where_nobody_waits():
    """What no orchestrator could wait for is no mistake of a Standard pipeline."""
    times = timing(PROD, worst_case_s=86_000, awaited=False)

    assert times.orchestrator_s == 20
    assert times.patience_s > 86_000


def _listed(value):
    return value if isinstance(value, list) else [value]


def _named(resource):
    names = {"HistoryEvents": "events", "IngestIntake": "intake", "Unended": "unended"}
    (found,) = (name for part, name in names.items() if part in str(resource))
    return found
