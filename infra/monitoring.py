"""Monitoring: alarms that call for a human, a dashboard that answers one, and saved questions."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.alarms import Watch, watches
from infra.budgets import add_budget
from infra.dashboard import dashboard
from infra.notices import Notices
from infra.parts import Parts
from infra.pipelines import CompiledPipeline
from infra.queries import save_queries
from infra.settings import Settings


class Monitoring(Construct):
    """Everything that watches the rest of the app; nothing of the rest knows of it.

    Functions log JSON lines, from which CloudWatch takes their metrics (its embedded metric
    format), so that no function waits for a metric to be sent.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        compiled: CompiledPipeline,
        parts: Parts,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.notices = Notices(self, "Notices", settings=settings)
        self.alarms = {each.name: self._alarm(each) for each in watches(settings, parts)}
        dashboard(
            self, settings=settings, compiled=compiled, parts=parts, alarms=self.alarms.values()
        )
        save_queries(self, settings=settings, groups=_log_groups(parts))
        if settings.budget_usd is not None:
            add_budget(self, settings=settings, topic=self.notices.topic)

    @property
    def of_a_release(self) -> tuple[cloudwatch.Alarm, ...]:
        """Alarms that say of a deployment that is under way that it had better not be."""
        names = ("release-failures", "failure-rate", "errors-processing")
        return tuple(self.alarms[name] for name in names if name in self.alarms)

    def _alarm(self, watch: Watch) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in watch.name.split("-")),
            # Its mails begin with the name, and the topic's policy admits alarms by it.
            alarm_name=f"darkroom-{self._settings.environment}-{watch.name}",
            alarm_description=watch.description,
            metric=watch.metric,
            threshold=watch.threshold,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            evaluation_periods=watch.periods,
            treat_missing_data=watch.missing,
        )
        tell = actions.SnsAction(self.notices.topic)
        alarm.add_alarm_action(tell)
        alarm.add_ok_action(tell)
        return alarm


def _log_groups(parts: Parts) -> list[logs.ILogGroup]:
    """The logs of all functions, of the machine, and of requests to the API."""
    every = (parts.api, parts.ingest, parts.processing, parts.projection, parts.reconciliation)
    return [
        each
        for part in every
        for each in part.node.find_all()
        if isinstance(each, logs.LogGroup) and "Notifier" not in each.node.id
    ]
