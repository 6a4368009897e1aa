"""Merged IAM policies to CloudFormation templates: as many as their parameters, resources, outputs and sizes need.

Which template a policy is in is told by a digest of its name alone. Where a template would be too large, about half of its
policies go to one new template; all others stay where they are, whatever intents and principals come.
Source: CloudFormation User Guide, "CloudFormation quotas" (parameters, resources and outputs of a template; its size in S3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from kmsgen.render.artifact import Artifact
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.references import named_ids

PARAMETERS = 200
RESOURCES = 500
OUTPUTS = 200
BYTES = 1_000_000

Policies = Sequence[IdentityPolicy]
Write = Callable[[str, Policies], Artifact]


def templates(policies: Policies, ids: frozenset[str], write: Write, path: str = "") -> Iterator[tuple[Artifact, Policies]]:
    """Yield templates with their policies. `ids` are those of keys of which a stack is told, each by a parameter.

    `write` makes a template of the suffix of its name and its policies; `path` are the digits in which their digests agree. A
    policy that alone is too much is in a template of its own.
    """
    if not policies:
        return
    if len(policies) == 1 or _is_counted_within(policies, ids):
        found = write(_suffix(path), policies)
        if len(policies) == 1 or len(found.text.encode()) <= BYTES:
            yield found, policies
            return
    for digit in "01":
        yield from templates([one for one in policies if _digits(one)[len(path)] == digit], ids, write, path + digit)


def _is_counted_within(policies: Policies, ids: frozenset[str]) -> bool:
    parameters = frozenset[str]().union(*(named_ids(one.document) for one in policies)) & ids
    outputs = sum(not one.holder.kind for one in policies)
    return len(parameters) <= PARAMETERS and len(policies) <= RESOURCES and outputs <= OUTPUTS


def _suffix(path: str) -> str:
    """Return what tells a template from the others of its account: of two halves the first keeps the name."""
    digits = path.rstrip("0")
    return f"-{digits}" if digits else ""


def _digits(policy: IdentityPolicy) -> str:
    return f"{int(hashlib.sha256(policy.name.encode()).hexdigest(), 16):0256b}"
