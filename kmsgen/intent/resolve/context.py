"""Scope and kind of key, which the other parts of an intent are checked against."""

from __future__ import annotations

from kmsgen.catalogue.key_specs import KEY_TYPES
from kmsgen.errors import Location
from kmsgen.intent.files.problems import Problems
from kmsgen.reading import Steps

# Key policies and IAM policies are Latin-1 texts: PutKeyPolicy, parameter Policy.
_LAST_POLICY_CHARACTER = "\u00ff"


class Context:
    """Account, Regions, key spec and so on, as far as they could be read. None: unknown, so nothing is compared with it."""

    account: str | None = None
    partition: str = "aws"
    regions: tuple[str, ...] = ()
    regions_given: bool = False
    new_regions: frozenset[str] = frozenset()  # Regions of the partition that the catalogue does not have
    organization: str | None = None
    spec: str = "SYMMETRIC_DEFAULT"
    usage: str = "ENCRYPT_DECRYPT"
    key_type: str | None = None  # None: any type
    spec_told: bool = True  # else `spec` is what keys that exist are taken to be
    origin: str | None = None  # None: any origin
    multi_region: bool | None = None  # None: either
    key_accounts: frozenset[str] = frozenset()  # whose the keys are that exist; none: the scope's account
    every_key: bool = False
    delegation: str = "key-policy"
    iam_only: bool = False  # no key policy is written: every key, or keys that keep theirs

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def key_types(self) -> tuple[str, ...]:
        """Return the key types that the intent may be about."""
        return (self.key_type,) if self.key_type else KEY_TYPES

    def is_foreign(self, account: str) -> bool:
        """Tell whether a principal's account is another one than that of the keys, or of one of them."""
        owners = self.key_accounts or {self.account} - {None}
        return bool(owners) and owners != {account}

    @property
    def whose_policy(self) -> str:
        """Where the key policies are, in words, that this intent does not write."""
        others = sorted(self.key_accounts - {self.account or ""})
        return f"the key policy, in account {', '.join(others)}" if others else "the key policy: list the keys, and write it"

    def refuse(self, steps: Steps, code: str, message: str, hint: str = "") -> None:
        """Report a value."""
        self.problems.add(steps, code, message, hint)

    def where(self, steps: Steps) -> Location:
        """Return the place of a value."""
        return self.problems.tree.where(steps)

    def check_policy_text(self, text: str, steps: Steps) -> None:
        """Refuse a text that no policy can hold."""
        bad = next((character for character in text if character > _LAST_POLICY_CHARACTER), None)
        if bad is not None:
            hint = "policies hold characters up to U+00FF only"
            self.refuse(steps, "policy-charset", f"`{text}` holds `{bad}` (U+{ord(bad):04X}), which no policy can", hint)
