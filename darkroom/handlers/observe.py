"""Logs, traces and metrics, the same in every function: JSON lines that carry the image's id."""

import logging
import warnings
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

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
    metered: Handler = metrics.log_metrics(traced)
    logged: Handler = logger.inject_lambda_context(metered, clear_state=True)
    return logged
