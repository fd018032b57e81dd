"""Backends: a plan to files. Each is a pure function of what it is given."""
