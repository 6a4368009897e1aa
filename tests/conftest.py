"""How tests run: each worker begins with its share of those that wait for Terraform, and what one finds no other remembers."""

from __future__ import annotations

import os

import pytest

os.environ["KMSGEN_NO_CACHE"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests of real tools out to the workers, which take equal parts of the list."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    real = [item for item in items if item.get_closest_marker("real")]
    others = [item for item in items if not item.get_closest_marker("real")]
    ends = [len(others) * number // workers for number in range(workers + 1)]
    items[:] = [item for number in range(workers) for item in (*real[number::workers], *others[ends[number] : ends[number + 1]])]
