"""The compiler as a fixture."""

from __future__ import annotations

import pytest

from kmsgen.compiler import Compiled
from tests.unit.compiler.compiling import ADMIN, HEAD, KEY, Compile, compile_text


@pytest.fixture
def compiled() -> Compile:
    """Compile `users`, `services` ... given as YAML, for a new symmetric key with one administrator unless said otherwise."""

    def build(text: str, *, head: str = HEAD, key: str = KEY, admin: str = ADMIN) -> Compiled:
        return compile_text(head + key + admin + text)

    return build
