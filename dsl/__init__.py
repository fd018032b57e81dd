"""The compiler: pipeline.yaml in; a plan, a state machine and its wiring out."""
