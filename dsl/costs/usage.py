"""Usage: all that one image is charged for, in AWS's own units, on the way through one form.

What every form pays alike is in it too: the API, ingest, the queue, the history and its views,
keys, logs and traces. What is not: delivering variants to those who look at them, keeping
originals and variants, cold starts, and what a step's own calls cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from darkroom.plan import Plan, Stage, nodes_of
from dsl.costs import platform
from dsl.costs.forms import Form, Invocation
from dsl.costs.photo import Photo
from dsl.costs.pricing import Item
from dsl.costs.work import Pictures, Work, pictures, work_of
from dsl.draft import Plugins
from dsl.estimates import BASE_S
from dsl.passes.engine import worst_case

# Step Functions pricing: duration "rounded up to the nearest 100 ms", memory "in 64-MB chunks".
# One chunk holds a machine and payloads of a few kilobytes.
_EXPRESS_S = 0.1
_EXPRESS_GB = 64 / 1024
# From one invocation's end to the next one's begin. Not stated by AWS, and not measured.
HANDOVER_S = 0.05
# S3 guide, "Expiring objects": a rule of one day acts at the midnight after it.
_STORED_MONTHS = 1.5 / 30

STEP_FUNCTIONS = "Step Functions"
STAGES = "Lambda: stages"
PLATFORM = "Lambda: platform"
S3 = "S3"
DYNAMODB = "DynamoDB"
API = "API Gateway"
SQS = "SQS"
KMS = "KMS"
LOGS = "CloudWatch Logs"
XRAY = "X-Ray"
SERVICES = (STEP_FUNCTIONS, STAGES, PLATFORM, S3, DYNAMODB, API, SQS, KMS, LOGS, XRAY)


@dataclass(frozen=True)
class Charge:
    """So much of one thing for one image, and for what."""

    service: str
    what: str
    item: Item
    quantity: float


@dataclass(frozen=True)
class Usage:
    """What one image takes in one form."""

    form: Form
    works: tuple[Work, ...]  # in the order of the form's invocations
    run_s: float  # from the machine's start to its end, if nothing is tried again
    worst_case_s: int  # of the largest image that is accepted, retries and waits included
    charges: tuple[Charge, ...]


def usage(form: Form, plan: Plan, photo: Photo, plugins: Plugins) -> Usage:
    """Return what one image takes of `plan`, carried out as `form`."""
    known = pictures(plan, photo, plugins)
    works = tuple(work_of(each, known) for each in form.invocations)
    run_s = _longest(form.start, known)
    charges = (*_run(form, works, run_s), *_around(form, plan, works, run_s))
    worst_case_s = plan.worst_case_s if form.deployed else _worst_case(form, plan, plugins)
    return Usage(form, works, run_s, worst_case_s, charges)


def _longest(invocation: Invocation, known: Pictures) -> float:
    """Return the seconds of the longest way through the invocations."""
    behind = max((_longest(following, known) for following in invocation.next), default=0.0)
    return HANDOVER_S + work_of(invocation, known).seconds + behind


def _worst_case(form: Form, plan: Plan, plugins: Plugins) -> int:
    """Return the seconds of the longest way, if each invocation uses up its timeout each time."""
    accepted = plan.opening.options
    largest = Photo(accepted["max_pixels"] / 10**6, accepted["max_bytes"])
    known = pictures(plan, largest, plugins)

    def longest(invocation: Invocation) -> int:
        timeout_s = ceil(BASE_S + work_of(invocation, known).declared_cpu_s)
        stage = Stage(
            id=invocation.name, steps=(), memory_mb=invocation.memory_mb, timeout_s=timeout_s
        )
        return worst_case(stage) + max(map(longest, invocation.next), default=0)

    return longest(form.start)


def _run(form: Form, works: tuple[Work, ...], run_s: float) -> Iterator[Charge]:
    """Yield what the pipeline itself takes: the engine, the stages, and S3."""
    if form.engine == "express":
        gb_s = ceil(round(run_s / _EXPRESS_S, 9)) * _EXPRESS_S * _EXPRESS_GB
        yield Charge(STEP_FUNCTIONS, "runs on Express", "express_requests", 1)
        yield Charge(STEP_FUNCTIONS, "GB-s of them, in 64 MB", "express_gb_s", gb_s)
    else:
        yield Charge(STEP_FUNCTIONS, "states entered", "transitions", form.states)
    pairs = tuple(zip(form.invocations, works, strict=True))
    gb_s = sum(work.seconds * each.memory_mb / 1024 for each, work in pairs)
    yield Charge(STAGES, "requests", "lambda_requests", len(works))
    yield Charge(STAGES, "GB-s", "lambda_gb_s", gb_s)
    puts, gets = sum(work.puts for work in works), sum(work.gets for work in works)
    yield Charge(S3, "PUT: the upload, pictures written", "s3_puts", 1 + puts)
    yield Charge(S3, "GET: originals, pictures read", "s3_gets", gets)
    stored_kb = sum(work.bytes_stored for work in works) / 1000
    if stored_kb:
        months = stored_kb * _STORED_MONTHS
        yield Charge(S3, "kB-months of intermediates", "s3_kb_months", months)


def _around(form: Form, plan: Plan, works: tuple[Work, ...], run_s: float) -> Iterator[Charge]:
    """Yield what the platform takes around the pipeline."""
    facts = sum(1 for node in nodes_of(plan.nodes) if node.kind == "facts")
    history = platform.history(outputs=len(plan.outputs), facts=facts, invocations=len(works))
    calls = platform.calls(form.engine, run_s, history.events)
    objects = 1 + sum(work.puts + work.gets for work in works)
    log_bytes = platform.LOG_BYTES * (sum(each.times for each in calls) + len(works))
    log_bytes += platform.API_LOG_BYTES * platform.API_REQUESTS
    traced = platform.API_REQUESTS, *(each.times for each in calls if each.name != "images")
    for each in calls:
        yield Charge(PLATFORM, f"requests: {each.name}", "lambda_requests", each.times)
        yield Charge(PLATFORM, f"GB-s: {each.name}", "lambda_gb_s", each.gb_s)
    yield Charge(DYNAMODB, "write units: events", "dynamodb_writes", history.event_writes)
    yield Charge(DYNAMODB, "write units: rows of views", "dynamodb_writes", history.view_writes)
    yield Charge(DYNAMODB, "write units: grants", "dynamodb_writes", platform.GRANT_WRITES)
    yield Charge(DYNAMODB, "read units: histories", "dynamodb_reads", history.reads)
    yield Charge(API, "requests: a grant, a look", "api_requests", platform.API_REQUESTS)
    yield Charge(SQS, "requests: send, receive, delete", "sqs_requests", platform.QUEUE_REQUESTS)
    yield Charge(KMS, "requests, for 1 % of S3's", "kms_requests", objects * platform.KMS_SHARE)
    yield Charge(LOGS, "kB of lines", "log_kb", log_bytes / 1000)
    yield Charge(XRAY, "traces, by sample", "traces", sum(map(platform.traces, traced)))
