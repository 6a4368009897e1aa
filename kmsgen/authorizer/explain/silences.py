"""Contradictions and silences of AWS: what kmsgen does about each, a row each.

The rule is always the same: an access is allowed only where every reading allows it, and a Deny applies where any reading applies
it. `Decision.notes` names the rows that mattered.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SILENCES: Mapping[str, str] = MappingProxyType(
    {
        "C1": "the root user is not exempt from the default deny: a key policy (or, across accounts, IAM) must allow it too",
        "C2": "an encryption context constraint of a grant is compared exactly, the case of its keys included",
        "C3": "several values of kms:MacAlgorithm in one condition are alternatives, or all of them have to match: an Allow with "
        "them does not count, a Deny does",
        "C4": "aws:ResourceTag and kms:ResourceAliases work in IAM policies only: no Allow of a key policy counts on them",
        "C10": "ScheduleKeyDeletion takes 7 to 30 days, as its page says; the range that the API declares is wider",
        "S1": "a permissions boundary or session policy that does not allow the action limits what a grant gives",
        "S2": "a grant to a principal of another account is enough, without an IAM policy there",
        "S3": "the lockout check is made with all conditions, boundaries, session policies and SCPs",
        "S5": "a child of a grant with a SourceArn constraint must have the same SourceArn",
        "S6": "a grant to an account gives its root user the operations, its other principals only with an IAM policy",
        "S7": "a grant to a role reaches every session of it; a grant to a session reaches that session only",
        "S8": "what the grant and encryption context keys hold in a RetireGrant request is open: a Deny applies both ways",
        "S9": "AWS does not document this action in this key state or for this key type: it is taken to fail",
        "S11": "NotPrincipal in a key policy denies in every form that the documentation leaves open",
        "S12": "a condition that cannot be evaluated never widens access: an Allow with it does not match, a Deny does",
        "S13": "a CanonicalUser in a key policy is given nothing, and a Deny that names one applies to everyone",
        "S14": "an empty encryption context constraint alone asks for an empty encryption context, or for nothing",
        "P1": "the session's role is not described: aws:PrincipalArn is taken to be that of the role without a path (of a name "
        "that AWS gives, under AWS's path), and of a role of that name under a path a Deny applies, and no Allow",
        "P2": "a wildcard within a principal of a policy gives nobody anything; a Deny with it applies to those it fits",
        "P3": "a wildcard within a segment of a resource may reach across colons, or not: an Allow does not count on it",
        "P4": "a key has several values but is no set, or stands under no set operator: it must hold for one and for all",
        "P5": "a policy variable whose value holds a wildcard: an Allow takes it literally only",
        "P6": "the account that issued the grant is not given: nobody retires the grant as that account",
        "P7": "nothing tells whose session a federated user is: a Deny that names a user of the account, or stands beside one, "
        "applies; no Allow does",
        "P8": "the grant's SourceArn constraint needs a request that an AWS service makes for that resource",
        "P10": "the parameters of the CreateGrant are not given: no Allow counts on a condition that reads them",
        "P9": "the whole call needs more than what was asked: {0}",
        "P11": "AWS always sends {0} with such a request, which does not tell it: no Allow counts on it, a Deny applies",
        "P12": "AWS may send {0} with such a request, and nothing tells it: no Allow counts on it, a Deny applies",
        "P13": "the key has more aliases than the quota of 50: nobody is authorized by kms:ResourceAliases",
        "P15": "a name or a value is the same but for the case of letters beyond ASCII: an Allow does not count on that",
        "P14": "{0} follows from the caller, the key or the parameters: what the request tells of it otherwise does not count",
        "C11": "AWS's sources differ on whether such a request has the condition key: a Deny on it counts, an Allow does not",
        "C16": "AWS's pages differ on what {0} holds here: a Deny on it counts, an Allow does not",
        "S15": "no page of AWS says what {0} holds here: a Deny on it counts, an Allow does not",
        "S16": "a federated session whom only `*` names has what its session policies allow: of roles alone the page says that "
        "they limit nothing",
        "S17": "no page of AWS says with which exception KMS refuses this",
    }
)


def describe(note: str) -> str:
    """Return the sentence of a note: `S1`, or `P9:detail`, which is put into the sentence."""
    name, _, detail = note.partition(":")
    return SILENCES[name].format(detail) if name in SILENCES else note
