"""Going back is moving one alias."""

from types import SimpleNamespace

import pytest

from infra.rollback import go_back


class Orchestrator:
    """The versions of a function, and which of them is live."""

    def __init__(self, live, *versions):
        self.live, self.versions, self.weights = live, ("$LATEST", *versions), {"9": 0.1}

    def get_alias(self, **asked):
        assert asked["Name"] == "live"
        return {"FunctionVersion": self.live}

    def get_paginator(self, operation):
        assert operation == "list_versions_by_function"
        pages = [{"Versions": [{"Version": each}]} for each in self.versions]
        return SimpleNamespace(paginate=lambda **_: pages)

    def update_alias(self, **asked):
        self.live = asked["FunctionVersion"]
        self.weights = asked["RoutingConfig"]["AdditionalVersionWeights"]


def test_the_release_before_is_live_again_and_alone():
    """Numbers count, not letters; the share of one that was being rolled out is gone."""
    function = Orchestrator("10", "3", "8", "9", "10", "11")

    assert go_back(function, "orchestrator") == ("10", "9")
    assert function.live == "9"
    assert function.weights == {}


def test_any_release_can_be_gone_back_to():
    """If there is a version of that number."""
    function = Orchestrator("10", "3", "8", "9", "10")

    assert go_back(function, "orchestrator", "3") == ("10", "3")
    with pytest.raises(LookupError, match="no version 7 of orchestrator"):
        go_back(function, "orchestrator", "7")


def test_before_the_first_release_there_is_none():
    """Nothing is moved."""
    function = Orchestrator("1", "1")

    with pytest.raises(LookupError, match="Version 1 is the first"):
        go_back(function, "orchestrator")
    assert function.live == "1"
