"""No coverage is measured while random tests run: what these happen to reach is no rule that a test tells, and it costs most."""

from __future__ import annotations

from collections.abc import Iterator

import coverage
import pytest


@pytest.fixture(autouse=True, scope="module")
def unmeasured() -> Iterator[None]:
    """Stop the measurement of coverage, if there is one, for the tests of a module."""
    measured = coverage.Coverage.current()
    if measured is None:
        yield
        return
    measured.stop()
    yield
    measured.start()
