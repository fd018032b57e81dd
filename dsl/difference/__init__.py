"""Difference: what changes between two plans, for those who use, run and pay for a pipeline."""
