"""A witness: one call with all that decides it, so that it can be put to the authorizer again."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from kmsgen.arn import account_of
from kmsgen.authorizer.language.principal import caller_of
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.condition_keys import PRINCIPAL_TAG, RESOURCE_TAG
from kmsgen.catalogue.model import Values
from kmsgen.policy.bundle import Bundle, KeyAccess, PrincipalPolicies
from kmsgen.policy.letter_case import folded


class Witness(NamedTuple):
    """A request, the bundle that decides it, and the outcome; of a call that needs several permissions the one named.

    The bundle holds what a proof assumed: IAM policies of a principal that nothing describes, keys in a state for the call.
    """

    request: Request
    bundle: Bundle
    outcome: str = "allowed"


def witness_of(request: Request, bundle: Bundle, outcome: str = "allowed") -> Witness:
    """Return a witness with as much of a bundle as decides it: the keys it is about, and what stands beside its principal."""
    request, bundle = _told(request, bundle)
    keys = tuple(_keys(request, bundle))
    return Witness(request, bundle._replace(keys=keys, principals=dict(_principals(request, bundle))), outcome)


def _told(request: Request, bundle: Bundle) -> tuple[Request, Bundle]:
    """Return both with the tags and aliases that the request tells of the first key told of the key itself."""
    if not bundle.keys or not bundle.keys[0].key.untold:
        return request, bundle
    first, *others = bundle.keys
    context, tags = dict[str, Values](), list(first.key.tags)
    aliases = dict.fromkeys(first.key.aliases)
    for name, values in request.context.items():
        lower = folded(name)
        if lower.startswith(RESOURCE_TAG):
            tags += [(name[len(RESOURCE_TAG) :], value) for value in values]
            continue
        if lower in _ON_ALIASES:
            aliases |= dict.fromkeys(values)
        if lower != "kms:resourcealiases":
            context[name] = values
    key = first.key._replace(tags=tuple(tags), aliases=tuple(aliases), untold=frozenset())
    return request._replace(context=context), bundle._replace(keys=(first._replace(key=key), *others))


_ON_ALIASES = ("kms:resourcealiases", "kms:requestalias")


def _keys(request: Request, bundle: Bundle) -> Iterator[KeyAccess]:
    named = {name.partition(":alias/")[2] or name for name in request.resources}
    for number, access in enumerate(bundle.keys):
        if number == 0 or named & {access.key.arn, *(alias.removeprefix("alias/") for alias in access.key.aliases)}:
            yield access


def _principals(request: Request, bundle: Bundle) -> Iterator[tuple[str, PrincipalPolicies]]:
    """Yield what stands beside the principal, and what tells the organization of its account and of the key's."""
    caller = caller_of(request.principal, bundle.principals)
    own = {name: bundle.principals.get(name) for name in (caller.arn, caller.role) if name}
    replaced = frozenset() if caller.described_itself else frozenset(map(folded, request.context))
    yield from ((name, _without_tags(beside, replaced)) for name, beside in own.items() if beside is not None)
    accounts = {caller.account, account_of(bundle.keys[0].key.arn) if bundle.keys else None} - {None}
    for name, beside in bundle.principals.items():
        if name not in own and beside.organization is not None and (account := account_of(name)) in accounts:
            accounts.remove(account)
            yield name, PrincipalPolicies(organization=beside.organization)


def _without_tags(beside: PrincipalPolicies, replaced: Container[str]) -> PrincipalPolicies:
    """Return policies without the tags in whose place a request tells session tags (IAM User Guide, id_session-tags)."""
    return beside._replace(tags=tuple(one for one in beside.tags if folded(f"{PRINCIPAL_TAG}{one[0]}") not in replaced))
