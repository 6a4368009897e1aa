"""Counts which productions of the language were made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Coverage:
    """How often each production was made, each pair of (operator family, type of key), and each spelling of a condition key."""

    productions: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)

    def made(self, production: str) -> None:
        """Count one production."""
        self.productions[production] += 1

    def compared(self, family: str, key_type: str, name: str) -> None:
        """Count one condition."""
        self.pairs[family, key_type] += 1
        self.keys[name] += 1
