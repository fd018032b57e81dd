"""Budgets: a notice before the month costs more than was meant."""

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.settings import Settings

_AT_PERCENT = (("ACTUAL", 80), ("FORECASTED", 100))


def add_budget(scope: Construct, *, settings: Settings, topic: sns.ITopic) -> None:
    """Tell `topic` when `settings.budget_usd` is spent to 80 %, or will be by the month's end.

    It counts all that the account spends. By tags it could count ours alone, but only from the day
    on which somebody activates them for billing, and until then it would never say a word.
    """
    told = budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)
    budgets.CfnBudget(
        scope,
        "Budget",
        budget=budgets.CfnBudget.BudgetDataProperty(
            budget_name=f"darkroom-{settings.environment}",
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=budgets.CfnBudget.SpendProperty(
                amount=settings.budget_usd or 0, unit="USD"
            ),
        ),
        notifications_with_subscribers=[
            budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=budgets.CfnBudget.NotificationProperty(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[told],
            )
            for kind, percent in _AT_PERCENT
        ],
    )
