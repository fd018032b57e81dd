"""Sharing: letting pages of other origins call the API from a browser (CORS)."""

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway

from infra.routes import Route

# What a page may send beside what any form can.
_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"]

SHARED = {"Access-Control-Allow-Origin": "method.request.header.Origin", "Vary": "'Origin'"}
"""Headers of the gateway's own refusals.

They can hold no condition, so they let any page read why it was refused: a code, and nothing of
anybody's.
"""


def answer_preflights(
    rest: apigateway.RestApi, routes: Iterable[Route], origins: tuple[str, ...]
) -> None:
    """Have the gateway tell browsers what a page of `origins` may ask; without any, nothing."""
    methods: dict[str, list[str]] = {}
    for route in routes:
        methods.setdefault(route.path, []).append(route.method)
    for path, allowed in methods.items() if origins else ():
        rest.root.resource_for_path(path).add_cors_preflight(
            allow_origins=list(origins),
            allow_methods=allowed,
            allow_headers=_HEADERS,
            max_age=Duration.hours(1),
        )
