"""The settings of every environment, for tests."""

from infra.environments import settings_for

LOCAL, DEV, PROD = map(settings_for, ("local", "dev", "prod"))
