"""The templates, as CloudFormation's own linter sees them."""

import pytest
from cfnlint.api import lint_file

# CDK writes out the dependency on a role that the reference to it implies already.
_REDUNDANT_DEPENDENCY = "W3005"


@pytest.mark.slow
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_templates_have_no_errors_and_no_warnings(templates, environment):
    """Nor does one stack depend on the other in a circle: that is an error of its own."""
    found = [
        f"{match.rule.id} {match.message}"
        for path in templates[environment].paths
        for match in lint_file(path)
        if match.rule.id != _REDUNDANT_DEPENDENCY
    ]

    assert found == []
