"""From what the last render gave to what the file says: what goes is held until what takes its place is out there.

Every step can then be applied, and leaves no gap: the old deployer may still put the policy that lets the new one, access stands
in key policy and IAM policies while it moves from one to the other, and what is deleted or revoked is so by who may.
Source: KMS API reference, PutKeyPolicy (the caller must be able to change the policy that it puts), DeleteAlias, RevokeGrant.
"""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.arn import parse_arn
from kmsgen.intent.intent import Ending, Intent, IntentScope
from kmsgen.render.history import NOTHING_HELD, Former, History

_MOVING = frozenset(("key-policy", "iam"))


def former_of(intent: Intent, history: History, *, applied: bool = False) -> Former:
    """Return what is held beside an intent. `applied`: what the last render wrote is out there, so what it held ends.

    Grants are all that earlier renders made: which of them are gone, `grant_calls` tells.
    """
    held = NOTHING_HELD if applied else history.former
    names = _besides(intent.name, history.name, held.names)
    grants = tuple(dict.fromkeys((*history.grants, *held.grants)))
    if not intent.governed:
        # a key policy that is let go lets who deploys revoke them
        return Former(grants=grants, names=names, changed=held.changed)
    created = history.created
    before = created.alias if created and intent.key else None
    alias = intent.key.alias if intent.key else None
    deployers = _besides(intent.scope.deployer, history.deployer, held.deployers)
    delegations = _besides(intent.delegation, history.delegation, held.delegations)
    return Former(
        tuple(arn for arn in deployers if _is_of(arn, intent.scope)),
        tuple(word for word in delegations if {word, intent.delegation} == _MOVING),
        _besides(alias, before, held.aliases) if intent.key else (),
        grants,
        names,
        held.changed,
    )


def _is_of(arn: str, scope: IntentScope) -> bool:
    """Return whether a deployer is of the intent's account: from another one no key policy can be changed."""
    parsed = parse_arn(arn)
    return parsed is not None and (parsed.partition, parsed.account) == (scope.partition, scope.account)


def _besides(now: str | None, last: str | None, held: Iterable[str]) -> tuple[str, ...]:
    """Return what earlier renders had, `last` and `held`, each once, but for what the file says `now`."""
    return tuple(one for one in dict.fromkeys((last, *held)) if one is not None and one != now)


def in_between(intent: Intent, former: Former) -> Intent:
    """Return the intent that gives what the file says and what is held beside it."""
    ending = Ending(former.deployers, former.aliases, grants=bool(former.grants))
    return intent._replace(ending=ending, delegation="both" if former.delegations else intent.delegation)
