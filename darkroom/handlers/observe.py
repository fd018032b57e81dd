"""Logs, traces and metrics, the same in every function: JSON lines that carry the image's id."""

import logging
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.handlers.settings import setting

logger = Logger()
tracer = Tracer()
metrics = Metrics()
# A call that is broken off may have measured nothing. Powertools would say so, and not in JSON.
warnings.filterwarnings("ignore", "No application metrics to publish")

# What the platform's modules log goes out the same way, as JSON and with the same keys.
_modules = logging.getLogger("darkroom")
_modules.addHandler(logger.registered_handler)
_modules.propagate = False

Handler = Callable[[dict[str, Any], LambdaContext], Any]


def observed(handler: Handler) -> Handler:
    """Wrap an entry point: its logs name the request, its call is traced, its metrics are sent.

    Nothing of an answer goes into a trace, and no key of one call into the logs of the next.
    """
    traced: Handler = tracer.capture_lambda_handler(handler, capture_response=False)
    metered: Handler = _placed(metrics.log_metrics(traced))
    logged: Handler = logger.inject_lambda_context(metered, clear_state=True)
    return logged


def count_image(state: str, context: LambdaContext) -> None:
    """Count an image by what has become of it: `ImagesComplete`, `ImagesTimedOut` and so on.

    Once for all, and once for the release that it was done by: that is the function's version.
    A message that comes twice is counted twice. infra/measures.py has the names.
    """
    metrics.add_dimensions(service=metrics.service, release=context.function_version)
    metrics.add_metric(f"Images{state.title().replace('_', '')}", MetricUnit.Count, 1)


def _placed(handler: Handler) -> Handler:
    """Have every metric carry the environment: those of two in one account are two."""

    @wraps(handler)
    def called(event: dict[str, Any], context: LambdaContext) -> Any:
        metrics.set_default_dimensions(environment=setting("ENVIRONMENT"))
        return handler(event, context)

    return called
