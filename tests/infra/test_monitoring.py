"""Alarms and what they lead to: a human who acts, by a paragraph that says how."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from darkroom.handlers import observe
from infra.measures import OUTCOMES

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
PARAGRAPHS = set(re.findall(r"^## ([a-z0-9-]+)$", RUNBOOK, re.MULTILINE))

# What has no alarm of CloudWatch's, but a notice all the same.
BUDGET = "budget"
# Only a pipeline on a Standard machine has these.
STANDARD_ONLY = "dead-letters-unended"


@pytest.fixture(params=["dev", "prod"])
def stacks(request, templates):
    """Each environment that is watched."""
    return templates[request.param]


def alarms(stacks):
    """The properties of each alarm, by its name without the environment."""
    found = [each["Properties"] for each in stacks.all("AWS::CloudWatch::Alarm").values()]
    return {re.sub(r"^darkroom-[a-z]+-", "", each["AlarmName"]): each for each in found}


def text_of(alarm):
    return json.dumps(alarm)


def test_every_alarm_has_a_paragraph_and_every_paragraph_an_alarm(prod, standard):
    """Who is woken at night has something to read, and nobody reads of what cannot happen."""
    named = alarms(prod).keys() | alarms(standard).keys() | {BUDGET}

    assert named == PARAGRAPHS
    assert alarms(standard).keys() - alarms(prod).keys() == {STANDARD_ONLY}


def test_every_alarm_says_what_it_means_and_leads_to_its_paragraph(stacks):
    """In its description, which every notice repeats."""
    for name, alarm in alarms(stacks).items():
        said, _, where = alarm["AlarmDescription"].partition(" What to do: ")

        assert where == f"docs/runbook.md#{name}"
        assert len(said) > 20


def test_every_alarm_tells_the_one_topic_when_it_begins_and_when_it_is_over(stacks):
    """So that nobody looks for what has passed."""
    ((topic, _),) = stacks.all("AWS::SNS::Topic").items()

    for alarm in alarms(stacks).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]


def test_the_topic_is_encrypted_and_takes_notices_of_our_own_only(dev):
    """By a key that serves nothing else; in plain HTTP it takes none."""
    ((_, topic),) = dev.all("AWS::SNS::Topic").items()
    ((_, policy),) = dev.all("AWS::SNS::TopicPolicy").items()
    (key,) = (
        each for name, each in dev.all("AWS::KMS::Key").items() if name.startswith("Monitoring")
    )
    by_service = {
        statement["Principal"]["Service"]: statement
        for statement in (
            *policy["Properties"]["PolicyDocument"]["Statement"],
            *key["Properties"]["KeyPolicy"]["Statement"],
        )
        if "Service" in statement["Principal"]
    }

    assert "MonitoringNotices" in text_of(topic["Properties"]["KmsMasterKeyId"])
    assert by_service.keys() == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    for statement in by_service.values():
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"]
        assert "aws:SourceArn" in statement["Condition"]["ArnLike"]
    (denied,) = (
        statement
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    )
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_every_function_is_watched(stacks):
    """By its errors, or by the answers of the API; stages by the runs that break off."""
    watched = "".join(map(text_of, alarms(stacks).values()))
    (machine,) = stacks.all("AWS::StepFunctions::StateMachine")
    ours = {
        name
        for name in stacks.all("AWS::Lambda::Function")
        if "Notifications" not in name and "PipelineStage" not in name
    }

    assert {name for name in ours if name not in watched} == set()
    assert machine in text_of(alarms(stacks)["errors-processing"])


def test_every_queue_of_what_could_not_be_done_is_watched_from_the_first_letter_on(stacks):
    """By what lies there: SQS does not count as sent what it moved there itself."""
    queues = {
        name
        for name, queue in stacks.all("AWS::SQS::Queue").items()
        if "RedrivePolicy" not in queue["Properties"]
    }
    letters = [each for name, each in alarms(stacks).items() if name.startswith("dead-letters")]

    assert {each["MetricName"] for each in letters} == {"ApproximateNumberOfMessagesVisible"}
    assert {each["Threshold"] for each in letters} == {1}
    (names,) = zip(*(each["Dimensions"] for each in letters), strict=True)
    assert {each["Value"]["Fn::GetAtt"][0] for each in names} == queues


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_metrics_of_ours_are_those_of_the_environment(templates, environment):
    """As every function is told to log them: two in one account are two."""
    stacks = templates[environment]
    ours = [
        metric
        for alarm in alarms(stacks).values()
        for metric in (
            alarm,
            *(each.get("MetricStat", {}).get("Metric", {}) for each in alarm.get("Metrics", [])),
        )
        if metric.get("Namespace") == "Darkroom"
    ]
    functions = [
        each["Properties"]["Environment"]["Variables"]
        for name, each in stacks.all("AWS::Lambda::Function").items()
        if "Notifications" not in name
    ]

    assert {each["POWERTOOLS_METRICS_NAMESPACE"] for each in functions} == {"Darkroom"}
    assert {each["DARKROOM_ENVIRONMENT"] for each in functions} == {environment}
    assert len(ours) > 5
    services = {each["POWERTOOLS_SERVICE_NAME"] for each in functions}
    for metric in ours:
        told = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
        assert told["environment"] == environment
        assert told["service"] in services


def test_metrics_that_are_watched_are_logged_under_that_name(prod):
    """A metric that nobody sends would never be an alarm."""
    handlers = (ROOT / "darkroom" / "handlers").glob("*.py")
    logged = "".join(path.read_text("utf-8") for path in handlers)
    watched = set(
        re.findall(r'"Namespace": "Darkroom"[^{}]*"MetricName": "(\w+)"', dashboard(prod))
    ) | {
        metric["MetricName"]
        for alarm in alarms(prod).values()
        for metric in [alarm]
        if metric.get("Namespace") == "Darkroom"
    }

    assert watched
    for name in watched - {f"Images{each}" for each in OUTCOMES}:
        assert f'"{name}"' in logged, name


def test_images_are_counted_by_how_they_ended(monkeypatch):
    """Under the names that alarms and dashboard read."""
    counted = []
    monkeypatch.setattr(observe.metrics, "add_metric", lambda name, *_: counted.append(name))
    monkeypatch.setattr(observe.metrics, "add_dimensions", lambda **_: None)
    for state in ("complete", "partial", "rejected", "failed", "timed_out"):
        observe.count_image(state, SimpleNamespace(function_version="1"))

    assert counted == [f"Images{each}" for each in OUTCOMES]


def test_any_change_of_a_stored_event_is_an_alarm_in_a_minute(stacks):
    """One is too many."""
    alarm = alarms(stacks)["history-changed"]

    assert alarm["MetricName"] == "HistoryChanged"
    assert (alarm["Statistic"], alarm["Threshold"], alarm["Period"]) == ("Sum", 1, 60)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"


def test_a_reconciler_that_says_nothing_is_an_alarm(stacks):
    """Every call counts what failed, also where nothing did; so silence is a failure."""
    assert alarms(stacks)["stuck-runs"]["TreatMissingData"] == "breaching"
    assert {
        each["TreatMissingData"] for name, each in alarms(stacks).items() if name != "stuck-runs"
    } == {"notBreaching"}


def test_no_month_costs_more_than_was_meant_without_a_notice(dev, prod):
    """At 80 % of it, and as soon as it will be too little."""
    for stacks, dollars in ((dev, 50), (prod, 500)):
        (budget,) = (each["Properties"] for each in stacks.all("AWS::Budgets::Budget").values())
        assert budget["Budget"]["BudgetLimit"] == {"Amount": dollars, "Unit": "USD"}
        told = [
            (each["Notification"]["NotificationType"], each["Notification"]["Threshold"])
            for each in budget["NotificationsWithSubscribers"]
        ]
        assert told == [("ACTUAL", 80), ("FORECASTED", 100)]


def test_questions_to_the_logs_are_saved_over_all_of_them(prod):
    """In a folder of the environment's, and named so in the runbook."""
    saved = prod.all("AWS::Logs::QueryDefinition")
    groups = {
        name
        for name in prod.all("AWS::Logs::LogGroup")
        if "Notifier" not in name and not name.startswith("Network")
    }

    assert len(saved) == 6
    for each in saved.values():
        assert each["Properties"]["Name"].startswith("darkroom-prod/")
        assert {group["Ref"] for group in each["Properties"]["LogGroupNames"]} == groups
        quoted = each["Properties"]["Name"].partition("/")[2]
        assert f'"{quoted}"' in RUNBOOK, quoted


def dashboard(stacks):
    """The body of the dashboard, as text, with the parts that are known at deployment left in."""
    ((_, found),) = stacks.all("AWS::CloudWatch::Dashboard").items()
    return json.dumps(found["Properties"]["DashboardBody"])


def test_the_dashboard_asks_three_questions_and_shows_every_alarm(stacks):
    """And has a number in dollars, by the arithmetic of the plan."""
    body = dashboard(stacks)
    names = stacks.all("AWS::CloudWatch::Alarm").keys()

    for question in ("Is it healthy?", "What does it do?", "What does it cost today?"):
        assert question in body
    assert all(name in body for name in names)
    assert "dollars today" in body
