"""What stands on the keys of a bundle, policies and grants, compiled when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.authorizer.applicable.rule_set import RuleSet, rules_of_one
from kmsgen.authorizer.evaluation.grants import GrantRule, compile_grants
from kmsgen.authorizer.language.principal import Caller
from kmsgen.authorizer.language.statement import Layer
from kmsgen.policy.bundle import KeyAccess

NO_RULES = RuleSet(())


class KeyRules:
    """The compiled policies and grants of some keys, by ARN; a key that is none of them has neither."""

    def __init__(self, keys: Iterable[KeyAccess]) -> None:
        self._access = {access.key.arn: access for access in keys}
        self._policies: dict[str, RuleSet] = {}
        self._grants: dict[str, tuple[GrantRule, ...]] = {}
        self._by_name: dict[str, dict[str, list[GrantRule]]] = {}

    def policy(self, arn: str) -> RuleSet:
        """Return the statements of a key policy."""
        found = self._policies.get(arn)
        if found is None:
            if arn not in self._access:
                return NO_RULES
            found = self._policies[arn] = rules_of_one(self._access[arn].policy, Layer.KEY_POLICY)
        return found

    def grants(self, arn: str) -> tuple[GrantRule, ...]:
        """Return the grants of a key."""
        found = self._grants.get(arn)
        if found is None:
            if arn not in self._access:
                return ()
            found = self._grants[arn] = tuple(compile_grants(self._access[arn].grants))
        return found

    def grants_for(self, caller: Caller, arn: str) -> list[GrantRule]:
        """Return the grants of a key that may name a caller."""
        if not self.grants(arn):
            return []
        index = self._index(arn)
        names = [caller.arn, caller.role, caller.account, caller.root if caller.account else None]
        found = [rule for name in dict.fromkeys(names) if name for rule in index.get(name, ())]
        return list(dict.fromkeys(found))

    def _index(self, arn: str) -> dict[str, list[GrantRule]]:
        index = self._by_name.get(arn)
        if index is None:
            index = self._by_name[arn] = {}
            for rule in self.grants(arn):
                names = (rule.grant.grantee, rule.grant.retiring, rule.grant.issuing_account)
                for name in dict.fromkeys(name for name in names if name):
                    index.setdefault(name, []).append(rule)
        return index
