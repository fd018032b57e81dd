"""An image waits to be folded again: fold its whole history, as it is by now, into the views."""

import json
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.handlers.folding import stores
from darkroom.handlers.observe import logger, metrics, observed
from darkroom.projections import Refold, opened, project


@observed
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """Fold the image of each message; those that must come back are named in the answer."""
    failures = [record["messageId"] for record in event["Records"] if not _folded(record)]
    metrics.add_metric("RefoldFailed", MetricUnit.Count, len(failures))
    return {"batchItemFailures": [{"itemIdentifier": failure} for failure in failures]}


def _folded(record: dict[str, Any]) -> bool:
    """Fold one image; False where it cannot be yet, or the message is none of ours."""
    try:
        message = Refold.model_validate(json.loads(record["body"]))
        logger.append_keys(correlation_id=message.image_id)
        history, generations = stores()
        failed = project([message.ref], history, opened(generations))
    except Exception:  # noqa: BLE001 - a handler's edge: one message must not take others along
        logger.exception("message comes back")
        return False
    for each in failed:
        logger.error("image still not projected", extra={"reason": Refold.of(each).reason})
    return not failed
