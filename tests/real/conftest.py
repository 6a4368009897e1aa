"""The servers and programs of the tests against real components."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.servers import Moto, running_moto


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    """Serve moto for the whole run."""
    with running_moto() as server:
        yield server
