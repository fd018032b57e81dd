"""`make diff-local`: in what the embedded cloud differs from AWS, each with its reason."""

import sys

from infra.environments import table


def main() -> int:
    """Print the differences of environments/local.yaml."""
    sys.stdout.write("\n".join(table("local")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
