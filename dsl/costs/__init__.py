"""Costs: what a plan does for one image, and what AWS asks for a million of them.

    plan -> form -> usage of one image -> bill
    (tasks)  (invocations)  (requests, bytes, seconds)  (dollars, line by line)

A model, not a meter: docs/costs.md has its assumptions, each formula names its source.
"""
