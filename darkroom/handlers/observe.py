"""Logs, traces and metrics, the same in every function: JSON lines that carry the image's id."""

from aws_lambda_powertools import Logger, Metrics, Tracer

logger = Logger()
tracer = Tracer()
metrics = Metrics()
