"""What is needed of the intents of a run once their IAM policies are merged: keys to create, and who attaches whose policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

from kmsgen.policy.document import Document
from kmsgen.render.deployment import key_id
from kmsgen.render.merging.halves import Halves
from kmsgen.render.references import named_ids


class Keyed(NamedTuple):
    """The key to create of an intent: its place in the run, the intent's name, the ARN that stands for it."""

    number: int
    intent: str
    key_arn: str


class IntentsOfRun(NamedTuple):
    """What is needed of the intents of a run when their policies are merged.

    `keys` are those to create, by id; `attaching` counts by principal the intents that attach its policies and those that do not.
    """

    keys: Mapping[str, Keyed]
    region: str
    attaching: Mapping[str, Counter[bool]]

    @classmethod
    def of(cls, found: Iterable[Halves]) -> Self:
        """Go through the intents once."""
        keys: dict[str, Keyed] = {}
        attaching: dict[str, Counter[bool]] = {}
        region = ""
        for number, one in enumerate(found):
            region = region or one.region
            if one.key_arn:
                keys[key_id(one.key_arn)] = Keyed(number, one.intent, one.key_arn)
            for arn in {*one.policies, *one.own}:
                attaching.setdefault(arn, Counter())[one.attaches] += 1
        return cls(keys, region, attaching)

    def named_in(self, documents: Iterable[Document]) -> list[Keyed]:
        """Return the keys that are named in policies, in the order of their intents."""
        ids = frozenset[str]().union(*map(named_ids, documents))
        return sorted(self.keys[one] for one in ids if one in self.keys)
