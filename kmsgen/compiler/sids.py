"""Statement ids that explain: who, what for, under which kind of condition. Unique, and the same from run to run.

A Sid of a key policy may contain spaces, one of an IAM policy only letters and digits. Source: KMS Developer Guide,
key-policy-overview; IAM User Guide, reference_policies_elements_sid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kmsgen.arn import parse_arn
from kmsgen.policy.document import Condition, Principal
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
LONGEST = 96
VERBS = {
    "delegate": "Let IAM policies decide for",
    "deploy": "Deploy by",
    "administer": "Administer by",
    "use": "Use by",
    "serve": "Service",
}
# Prefix of a condition key -> what a Sid says of it.
WORDS = (
    ("kms:granteeprincipal", "with grants to one grantee"),
    ("kms:grantisforawsresource", "with grants for AWS resources"),
    ("kms:viaservice", "through services"),
    ("kms:encryptioncontext", "with encryption context"),
    ("aws:currenttime", "for a time"),
    ("aws:source", "from named sources"),
    ("aws:multifactor", "with MFA"),
    ("aws:principaltag", "with principal tags"),
    ("kms:requestalias", "by alias"),
)


class Sids:
    """The Sids of one document, or of all documents whose statements are named together."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def spaced(self, text: str) -> str:
        """Return a Sid of words for a key policy, not given before."""
        return self._unused(NOT_PLAIN.sub(" ", text).strip()[:LONGEST].strip(), " ")

    def joined(self, text: str) -> str:
        """Return a Sid of letters and digits for an IAM policy, not given before."""
        words = NOT_PLAIN.sub(" ", text).split()
        return self._unused("".join(word[0].upper() + word[1:] for word in words)[:LONGEST], "")

    def _unused(self, text: str, separator: str) -> str:
        name, number = text, 1
        while folded(name) in self._taken:
            number += 1
            name = f"{text}{separator}{number}"
        self._taken.add(folded(name))
        return name


def describe(purpose: str, principals: Iterable[Principal], conditions: Iterable[Condition], topic: str = "") -> str:
    """Return what a statement is for, in words."""
    conditions = tuple(conditions)
    names = [name for principal in principals for name in _names(principal, conditions)]
    who = " and ".join(names) if len(names) <= 2 else f"{len(names)} principals"
    suffix = [
        text
        for prefix, word in WORDS
        for excluded, text in ((False, word), (True, f"but not {word}"))
        if any(folded(each.key).startswith(prefix) and _excludes(each) is excluded for each in conditions)
    ]
    head = f"{VERBS[purpose]} {topic}" if purpose == "serve" else f"{VERBS[purpose]} {who}"
    return " ".join((head, *([topic] if topic and purpose != "serve" else []), *suffix))


def _excludes(condition: Condition) -> bool:
    """Return whether a condition holds where what it looks at is not so, or not there."""
    name = split_operator(condition.operator)
    if name is None or "Not" in name.base:
        return name is not None
    return condition.values == (("true",) if name.base == "Null" else ("false",)) and name.base in ("Null", "Bool")


def _names(principal: Principal, conditions: Iterable[Condition]) -> list[str]:
    """Return who a principal is in words: everyone is who the conditions leave."""
    if principal.value != "*":
        return [plain_name(principal.value)]
    said = {folded(condition.key): condition.values for condition in conditions}
    patterns = [_matched(value) for value in said.get("aws:principalarn", ())]
    members = ["members of an organization" for key in ("aws:principalorgid", "aws:principalorgpaths") if key in said]
    accounts = [f"everyone of account {value}" for value in said.get("kms:calleraccount", ())]
    return patterns or members or accounts or ["everyone"]


def _matched(pattern: str) -> str:
    """Return whom a pattern of ARNs matches in words; one without a name matches all of a kind, or all under a path."""
    arn, name = parse_arn(pattern), plain_name(pattern).strip("*?-")
    if name or arn is None:
        return f"{name} and the like"
    path = NOT_PLAIN.sub(" ", arn.name).strip()
    return f"every {arn.kind} under {path}" if path else f"every {arn.kind}"


def plain_name(principal: str) -> str:
    """Return the name in a principal's ARN, without its path; an account by its number."""
    arn = parse_arn(principal)
    if arn is None:
        return principal
    if arn.resource == "root":
        return f"account {arn.account}"
    return arn.name.rpartition("/")[2]
