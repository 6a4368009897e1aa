"""What could be left out, and whether what no described key needs of an IAM policy is needed by no key whatever.

IAM policies are about the keys of every account and Region, and a bundle describes some of them.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from kmsgen.authorizer.language.statement import Rule
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.actions import ACTIONS, fits, works_in_key_policy
from kmsgen.catalogue.key_specs import key_type
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition, Statement
from kmsgen.policy.letter_case import folded
from kmsgen.prover.entries import entries_of

NEVER_MATCHES, SHADOWED, WITHOUT_EFFECT, DENIES_NOTHING = "never-matches", "shadowed", "without-effect", "denies-nothing"

# What a request tells of its caller and its time alone, whichever key it is for (reference_policies_condition-keys).
_OF_CALLERS = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principaltype",
        "aws:securetransport",
        "aws:sourceip",
        "aws:userid",
        "aws:username",
    }
)


class Dead(NamedTuple):
    """A statement, or one entry of its Action element, that could be left out.

    `kind`: `never-matches` (no request meets principal, resource and conditions), `shadowed` (what it allows, others do too),
    `without-effect` (an Allow of which nothing comes), `denies-nothing` (a Deny of what nobody is allowed anyway).
    """

    source: str
    rule: Rule
    kind: str
    action: str | None = None


def is_dead_everywhere(dead: Dead, key: Key | None, arns: Collection[str]) -> bool:
    """Return whether a part of an IAM policy, dead for all keys of `arns`, is dead for every key that there could be.

    It is where its statement is about those keys alone, or where no request for any key meets it; `key`: for which it was found.
    """
    statement = dead.rule.statement
    if statement.resources and not statement.not_resource and set(statement.resources) <= set(arns):
        return True
    actions = [one for entry, some in entries_of(dead.rule).items() if dead.action in (None, entry) for one in some]
    return dead.kind == NEVER_MATCHES and key is not None and _unmet_by_every_key(statement, actions, key)


def _unmet_by_every_key(statement: Statement, actions: Sequence[str], key: Key) -> bool:
    """Return whether requests for all keys fail an IAM statement on some actions, where those for one key do.

    So where nothing in it depends on the key: Resource, conditions, and that KMS offers the actions for the kind of key.
    """
    every = "*" in statement.resources and not statement.not_resource
    offered = all(_offered(action, key) for action in actions)
    return every and offered and all(_tells_no_key(condition, actions) for condition in statement.conditions)


def _offered(name: str, key: Key) -> bool:
    action = ACTIONS[name.removeprefix("kms:")]
    multi_region = key.multi_region or not action.multi_region_only
    return works_in_key_policy(action) and fits(action, key_type(key.spec, key.usage) or "") and multi_region


def _tells_no_key(condition: Condition, actions: Sequence[str]) -> bool:
    """Return whether a condition is on the caller, against values without variables, or on what no request for them has."""
    lower = folded(condition.key)
    if lower in _OF_CALLERS or lower.startswith(condition_keys.PRINCIPAL_TAG):
        return not any("$" in value for value in condition.values)
    return not any(condition_keys.carried(condition.key, action) for action in actions)
