"""Shared by all tests: the hypothesis profiles, and nothing that reaches the network."""

import os

from hypothesis import HealthCheck, settings

# Shared runners stall now and then; how long an example takes is no property of the code.
_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=25, **_CALM)
settings.register_profile("ci", max_examples=200, print_blob=True, **_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
