"""Platform: what an image takes besides its pipeline, counted in darkroom/ and infra/ as they are.

One image: a grant and a look at the result, through the API; an object that S3 announces; a message
that the orchestrator takes; events, and the views folded from them; a trace and a log of each.
"""

from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from dsl.costs.forms import Engine

FUNCTION_MB = 512  # infra/functions.py
ORCHESTRATOR_MB = 256  # infra/processing.py
# A few requests to other services, and little else. Not measured on AWS.
HANDLER_S = 0.05
API_REQUESTS = 2  # the grant, and one look at the image when it is done
API_LOG_BYTES = 600  # the access log's line, infra/api.py
# START, END and REPORT of Lambda, the handler's own lines as JSON, and its metrics.
LOG_BYTES = 1500
QUEUE_REQUESTS = 3  # send, receive, delete

# A rate has to be assumed: traces are sampled, and streams read in batches, by the second.
IMAGES_A_SECOND = 10
# Lambda guide, "Visualize Lambda function invocations using AWS X-Ray": the first request of each
# second, and 5 % of those after it. API Gateway's default rule is the same.
SAMPLED_BEYOND_THE_FIRST = 0.05
# A new table on demand has four partitions (DynamoDB guide, "On-demand capacity mode": 4,000
# writes a second), and Lambda looks into each part of its stream four times a second (Lambda
# guide, "Using AWS Lambda with Amazon DynamoDB"). Looking costs nothing: DynamoDB pricing, "You
# are not charged for GetRecords API calls invoked by AWS Lambda as part of DynamoDB triggers".
_BATCHES_A_SECOND = 4 * 4

# Bytes of an item as darkroom/history and darkroom/projections write it.
EVENT_BYTES = 600
RENDERED_BYTES = 1200  # a variant's event holds its recipe
IMAGE_ROW_BYTES = 600
VARIANT_IN_ROW_BYTES = 250
# To count a grant; one with a form takes three more: darkroom/adapters/dynamodb_counters.py.
GRANT_WRITES = 1
_WRITE_UNIT = 1024
_READ_UNIT = 4096
_BEGINNING = (EVENT_BYTES,) * 3  # uploaded, started, validated
_ENDING = (EVENT_BYTES,)  # completed
# With bucket keys S3 asks KMS up to 99 % less: S3 guide, "Reducing the cost of SSE-KMS with Amazon
# S3 Bucket Keys". DynamoDB and SQS keep their data keys for five minutes: nothing an image.
KMS_SHARE = 0.01


@dataclass(frozen=True)
class History:
    """What the events of a complete run take, and the views folded from them."""

    events: int
    event_writes: int  # write units
    view_writes: int  # write units
    reads: int  # read units, strongly consistent


def history(*, outputs: int, facts: int, invocations: int) -> History:
    """Return what it takes to record and to show a run of so many stage invocations.

    The stream is read before each event, behind each by the projector, and once by each
    invocation. The projector writes an image's two rows behind each event, at most. It and the API
    ask first which generation of the views there is.
    """
    sizes = [*_BEGINNING, *[EVENT_BYTES] * facts, *[RENDERED_BYTES] * outputs, *_ENDING]
    streams = list(accumulate(sizes, initial=0))
    rendered = list(accumulate(size == RENDERED_BYTES for size in sizes))
    rows = (IMAGE_ROW_BYTES + VARIANT_IN_ROW_BYTES * count for count in rendered)
    return History(
        events=len(sizes),
        event_writes=sum(_units(size, _WRITE_UNIT) for size in sizes),
        view_writes=sum(_units(row, _WRITE_UNIT) + 1 for row in rows),
        reads=sum(_units(size, _READ_UNIT) for size in (*streams[:-1], *streams[1:]))
        + invocations * _units(sum(_BEGINNING), _READ_UNIT)
        + len(sizes)  # which generation there is, for the projector
        + 2,  # that and the image's row, for the API
    )


def _units(size: int, unit: int) -> int:
    """Return what DynamoDB charges for: begun units, and one for nothing."""
    return max(1, ceil(size / unit))


@dataclass(frozen=True)
class Calls:
    """Calls of one of the platform's functions for one image."""

    name: str
    times: float
    seconds: float  # each
    memory_mb: int = FUNCTION_MB

    @property
    def gb_s(self) -> float:
        """What they are charged for."""
        return self.times * self.seconds * self.memory_mb / 1024


def calls(engine: Engine, run_s: float, events: int) -> tuple[Calls, ...]:
    """Return the calls of the platform's functions.

    On Express the orchestrator waits for the run, and is paid for it; on Standard it starts the
    run, and another call appends the ending.
    """
    batches = min(float(events), _BATCHES_A_SECOND / IMAGES_A_SECOND)
    waiting = HANDLER_S + (run_s if engine == "express" else 0)
    ending = () if engine == "express" else (Calls("ending", 1, HANDLER_S),)
    return (
        Calls("images", API_REQUESTS, HANDLER_S),
        Calls("s3_event", 1, HANDLER_S),
        Calls("orchestrator", 1, waiting, ORCHESTRATOR_MB),
        *ending,
        Calls("projector", batches, HANDLER_S),
    )


def traces(times: float) -> float:
    """Return how many traces are recorded of what happens `times` for each image."""
    a_second = times * IMAGES_A_SECOND
    if a_second <= 1:
        return times
    return (1 + SAMPLED_BEYOND_THE_FIRST * (a_second - 1)) / IMAGES_A_SECOND
