"""`python -m darkroom`."""

if __name__ == "__main__":
    # Not for the processes that `process` starts, which import this module as well.
    import sys

    from darkroom.cli import main

    sys.exit(main())
