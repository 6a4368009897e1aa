"""Bearing of a bundle on one of its keys: that key alone, with those described principals who can change an answer about it."""

import re
from collections.abc import Collection, Iterator

from kmsgen.arn import account_of, parse_arn
from kmsgen.policy.bundle import Bundle, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Effect

_NAME = re.compile(r"[\w+=,.@-]+")


class Bearings:
    """An index of the principals that a bundle describes, by the keys that they matter to.

    Whom a key's policy and grants do not name does not matter to what these could do without, nor to who is let in: each access
    of such a principal is one that somebody undescribed has too, who has every IAM policy, or none.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._order = {principal: number for number, principal in enumerate(bundle.principals)}
        described = bundle.principals.items()
        organized = {account_of(name) for name, beside in described if beside.organization or beside.scps}
        told = ((account_of(name), beside, name) for name, beside in described)
        of_account = {(home, beside.organization, beside.scps): name for home, beside, name in told if home in organized}
        # tags only a description tells, and of an account one principal of each organization and set of SCPs must
        self._always = [*of_account.values(), *(name for name, beside in described if beside.tags or beside.service_linked)]
        self._by_name: dict[str, list[str]] = {}
        for principal in bundle.principals:
            for name in set(principal.rpartition(":")[2].split("/")[1:]):
                self._by_name.setdefault(name, []).append(principal)

    def on(self, access: KeyAccess, also: Collection[str] = ()) -> Bundle:
        """Bundle of one key, with every described principal that matters to it, and those of `also`."""
        names = {name for text in _texts(access) for name in _NAME.findall(text)}
        named = [principal for name in names for principal in self._by_name.get(name, ())]
        bearing = sorted({*self._always, *named, *also}, key=self._order.__getitem__)
        return self.bundle._replace(keys=(access,), principals={one: self.bundle.principals[one] for one in bearing})


class Holders:
    """An index of the principals that a bundle describes, by the keys that they may have access to."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._order = {principal: number for number, principal in enumerate(bundle.principals)}
        self._of_any: list[str] = []
        self._by_key: dict[str, list[str]] = {}
        self._by_name: dict[str, list[str]] = {}
        for principal, beside in bundle.principals.items():
            for name in set(principal.rpartition(":")[2].split("/")[1:]):
                self._by_name.setdefault(name, []).append(principal)
            keys = keys_named(beside)
            for key in keys or ():
                self._by_key.setdefault(key, []).append(principal)
            self._of_any += [principal] if keys is None else []

    def of(self, access: KeyAccess) -> Bundle:
        """Bundle of one key, with everyone whom it names or whose IAM policies may be about it; all, where it names everybody.

        Whoever is left out has no access to it, as no key policy or grant names him and no IAM policy of his is about it.
        """
        if _names_everybody(access):
            return self.bundle._replace(keys=(access,))
        names = {name for text in _texts(access) for name in _NAME.findall(text)}
        named = (principal for name in names for principal in self._by_name.get(name, ()))
        held = sorted({*self._of_any, *self._by_key.get(access.key.arn, ()), *named}, key=self._order.__getitem__)
        return self.bundle._replace(keys=(access,), principals={one: self.bundle.principals[one] for one in held})


def _names_everybody(access: KeyAccess) -> bool:
    """Return whether a key policy or a grant reaches principals whom it does not name one by one, whatever their IAM policies."""
    allows = [statement for statement in access.policy.statements if statement.effect is Effect.ALLOW]
    wide = any(one.not_principal or any({"*", "?"} & set(who.value) for who in one.principals or ()) for one in allows)
    return wide or any(grant.grantee.endswith(":root") for grant in access.grants)


def alone_with(bundle: Bundle) -> Bundle:
    """Return the bundle of its first key alone, with the principals described whom that names, or who tell more than policies.

    Whoever is let in by the whole bundle without being named there is let in here, and is named here by no more policies: what
    is proved here of strangers holds there.
    """
    access = bundle.keys[0]
    named = {principal.value for statement in access.policy.statements for principal in statement.principals or ()}
    named.update(name for grant in access.grants for name in (grant.grantee, grant.retiring or ""))
    principals = {name: beside for name, beside in bundle.principals.items() if name in named or _tells_more(beside)}
    return bundle._replace(keys=(access,), principals=principals)


def _tells_more(beside: PrincipalPolicies) -> bool:
    return bool(beside.organization or beside.tags or beside.service_linked)


def _texts(access: KeyAccess) -> Iterator[str]:
    for statement in access.policy.statements:
        yield from (principal.value for principal in statement.principals or ())
        for condition in statement.conditions:
            yield from condition.values
    for grant in access.grants:
        yield from (grant.grantee, grant.retiring or "")


def keys_named(beside: PrincipalPolicies) -> frozenset[str] | None:
    """Return the ARNs of keys that the identity policies of a principal are about; None where they may be about any."""
    resources = frozenset(_resources(beside))
    return resources if all(map(_is_key, resources)) else None


def _resources(beside: PrincipalPolicies) -> Iterator[str]:
    for document in beside.identity_policies:
        for statement in document.statements:
            yield from ("*",) if statement.not_resource or not statement.resources else statement.resources


def _is_key(resource: str) -> bool:
    arn = parse_arn(resource)
    return arn is not None and arn.service == "kms" and arn.kind == "key" and not {"*", "?", "$"} & set(resource)
