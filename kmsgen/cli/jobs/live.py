"""A live account set beside an intent: its keys by their aliases or ARNs, its principals with what the intent gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kmsgen.arn import Arn, parse_arn
from kmsgen.cli.reports.drift import ChangedProperty
from kmsgen.compiler import compile_intent
from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant
from kmsgen.sources.live.session import Session
from kmsgen.sources.live.snapshot import Snapshot, named_principals, take

_PATTERN = {"*", "?"}
_NOTHING = PrincipalPolicies()


class Sides(NamedTuple):
    """What an intent compiles to and what there is, about the same keys and principals; `gone` do not exist."""

    wanted: Bundle
    live: Bundle
    gone: tuple[str, ...] = ()


def sides(intent: Intent, session: Session) -> Sides:
    """Read the keys and principals of an intent. Raises KmsgenError, also where one of them cannot be read."""
    compiled = compile_intent(intent).bundle
    names = tuple(dict.fromkeys(_principals(compiled, intent.scope.account)))
    snapshot = take(session, _keys(intent), names)
    if snapshot.refused:
        raise InputError(one for error in snapshot.refused.values() for one in error.diagnostics)
    _refuse_unread(snapshot, names, intent)
    wanted = tuple(_wanted(intent, compiled, access, number) for number, access in enumerate(snapshot.bundle.keys))
    if not intent.governed:
        wanted = tuple(access._replace(key=access.key._replace(state="Enabled")) for access in snapshot.bundle.keys)
    before, after = _beside(compiled, snapshot, names, wanted)
    return Sides(Bundle(wanted, before), Bundle(snapshot.bundle.keys, after), tuple(one for one in snapshot.gone if one in names))


def changes(found: Sides) -> Iterator[ChangedProperty]:
    """Yield the properties of keys that are others than the intent says; of tags those that it names."""
    for wanted, live in ((one.key, other.key) for one, other in zip(found.wanted.keys, found.live.keys, strict=True)):
        for name in ("spec", "usage", "origin", "state", "multi_region"):
            told = str(getattr(wanted, name)), str(getattr(live, name))
            if told[0] != told[1]:
                yield ChangedProperty(live.arn, name, *told)
        tags = dict(live.tags)
        for name, value in wanted.tags:
            if tags.get(name) != value:
                yield ChangedProperty(live.arn, f"tag {name}", value, tags.get(name, "none"))


# --- keys ---------------------------------------------------------------------------------------------------------------


def _keys(intent: Intent) -> tuple[str, ...]:
    """Return the names of the keys: of one to create its alias in each Region. Raises InputError where nothing names them."""
    place = Location(intent.path)
    if intent.every_key:
        raise input_error(place, "no-key", "the intent is about every key, and names none", "list keys, or use `kmsgen snapshot`")
    if intent.key is None:
        return intent.keys
    if intent.key.alias is None:
        raise input_error(place, "no-alias", "a key without an alias cannot be found", "give it one: `alias`")
    scope = intent.scope
    regions = dict.fromkeys((*scope.regions[:1], *intent.key.replicas))
    return tuple(str(Arn(scope.partition, "kms", region, scope.account, intent.key.alias)) for region in regions)


def _wanted(intent: Intent, compiled: Bundle, live: KeyAccess, number: int) -> KeyAccess:
    """Return what the intent says of a key that there is; of one that it does not create it tells the policy and grants alone."""
    access = compiled.keys[number]
    key = live.key._replace(state="Enabled", spec=access.key.spec, usage=access.key.usage)
    if intent.key:
        wanted = access.key
        key = key._replace(origin=wanted.origin, multi_region=wanted.multi_region, tags=wanted.tags, aliases=wanted.aliases)
    policy = _about(access.policy, access.key.arn, key.arn)
    return KeyAccess(key, policy, tuple(_identified(access.grants, live.grants)))


def _identified(wanted: Iterable[Grant], live: Iterable[Grant]) -> Iterator[Grant]:
    """Yield grants under the ids that KMS gave them: each that of a live one which says the same."""
    left = list(live)
    for grant in wanted:
        same = next((one for one in left if _said(one) == _said(grant)), None)
        if same is not None:
            left.remove(same)
        yield same or grant


def _about(document: Document, placeholder: str, arn: str) -> Document:
    """Return a policy with the id of a key in place of that which it had before it was created."""
    old, new = (text.rpartition("/")[2] for text in (placeholder, arn))
    statements = tuple(
        one._replace(resources=tuple(text.replace(old, new) for text in one.resources)) for one in document.statements
    )
    return document._replace(statements=statements)


def _said(grant: Grant) -> Grant:
    """Return a grant without what KMS gives it, and without an order that means nothing."""
    limits = grant.constraints
    equals, subset = (
        None if pairs is None else tuple(sorted(pairs))
        for pairs in (limits.encryption_context_equals, limits.encryption_context_subset)
    )
    constraints = limits._replace(encryption_context_equals=equals, encryption_context_subset=subset)
    return grant._replace(id="", tokens=(), operations=tuple(sorted(grant.operations)), constraints=constraints)


# --- principals ---------------------------------------------------------------------------------------------------------


def _principals(compiled: Bundle, account: str) -> Iterator[str]:
    """Yield the roles and users of the intent's account that it names in full."""
    named = (*compiled.principals, *(name for access in compiled.keys for name in named_principals(access)))
    for name in named:
        arn = parse_arn(name)
        if arn and arn.service == "iam" and arn.kind in ("role", "user") and arn.account == account and not _PATTERN & set(name):
            yield name


def _refuse_unread(snapshot: Snapshot, names: tuple[str, ...], intent: Intent) -> None:
    unread = {name: why for name, why in snapshot.unread.items() if name in names and name not in snapshot.gone}
    hint = "`kmsgen snapshot --help` lists the permissions; the preset snapshot-reader gives them"
    if unread:
        raise InputError(
            Diagnostic(Location(intent.path), "missing-permission", f"the IAM policies of {name} were not read: {why}", hint)
            for name, why in unread.items()
        )


def _beside(
    compiled: Bundle, snapshot: Snapshot, names: tuple[str, ...], keys: tuple[KeyAccess, ...]
) -> tuple[Mapping[str, PrincipalPolicies], Mapping[str, PrincipalPolicies]]:
    """Return what stands beside principals by the intent, and what there is.

    Whom the intent does not name has on both sides what there is; of another account, or named by a pattern, what it compiles to.
    """
    told = {name: _on(one, compiled.keys[0].key, keys[0].key) for name, one in compiled.principals.items()}
    apart = {name: one for name, one in told.items() if name not in names}
    own = {name: told.get(name, _NOTHING) for name in names}
    live = {name: snapshot.bundle.principals.get(name, _NOTHING) for name in names}
    before = {name: one._replace(tags=live[name].tags) for name, one in own.items()}
    after = {name: one._replace(organization=own[name].organization) for name, one in live.items()}
    others = {name: one for name, one in snapshot.bundle.principals.items() if name not in names}
    shared = {**others, **apart}
    return {**shared, **before}, {**shared, **after}


def _on(policies: PrincipalPolicies, placeholder: Key, live: Key) -> PrincipalPolicies:
    documents = tuple(_about(one, placeholder.arn, live.arn) for one in policies.identity_policies)
    return policies._replace(identity_policies=documents)
