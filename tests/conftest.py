"""How tests run: each worker begins with its share of those that wait for Terraform; what one finds no other remembers."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Iterator

import coverage
import pytest

import kmsgen
from tests.unmeasured import FOLDERS, MODULES, TESTS, is_measured, leave_forks_out, unmeasured

os.environ["KMSGEN_NO_CACHE"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests of real tools out to the workers, which take equal parts of the list."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    real = [item for item in items if item.get_closest_marker("real")]
    others = [item for item in items if not item.get_closest_marker("real")]
    ends = [len(others) * number // workers for number in range(workers + 1)]
    items[:] = [item for number in range(workers) for item in (*real[number::workers], *others[ends[number] : ends[number + 1]])]


@pytest.fixture(autouse=True, scope="module")
def measurement(request: pytest.FixtureRequest) -> Iterator[None]:
    """Measure coverage, if it is measured at all, only where it is to be."""
    if is_measured(request.path):
        yield
        return
    with unmeasured():
        yield


def pytest_configure() -> None:
    """Load all of kmsgen where coverage is measured, for a module that a test loads which is not would count as never loaded.

    Raises UsageError where what is not to be measured is not there.
    """
    gone = [name for name in (*FOLDERS, *MODULES) if not (TESTS / name).exists()]
    if gone:
        raise pytest.UsageError(f"tests/unmeasured.py names what is not there: {', '.join(gone)}")
    if coverage.Coverage.current() is not None:
        leave_forks_out()
        for module in pkgutil.walk_packages(kmsgen.__path__, "kmsgen."):
            if module.name != "kmsgen.__main__":
                importlib.import_module(module.name)
