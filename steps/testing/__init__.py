"""Public tools for those who write steps: a contract suite, strategies and small original files.

import pytest
from steps.plugins import load
from steps.testing import RULES

@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_my_step_keeps_the_contract(rule):
    rule(load("acme.glow"))
"""

from steps.testing.running import Replies, RuleBroken, outcome
from steps.testing.strategies import KINDS, options_for, pictures
from steps.testing.suite import RULES, Rule

__all__ = ["KINDS", "RULES", "Replies", "Rule", "RuleBroken", "options_for", "outcome", "pictures"]
