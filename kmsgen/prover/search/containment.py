"""Containment: principals to whom one bundle gives no more than another, without a search.

One more Allow that matches never takes access away, one more Deny never gives any (`evaluation.outcome`). So where two bundles
differ in what their policies say alone, whoever has every Allow of the first in the second too, and in the first every Deny of
the second, has in the first no access that he lacks in the second, whatever a request holds and however AWS reads it.
"""

from collections.abc import Sequence

from kmsgen.authorizer.language.principal import Naming
from kmsgen.authorizer.language.statement import Rule
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Document
from kmsgen.prover.search.symmetry import Seen

_NOTHING = Document(())


def differ_in_policies_alone(bundles: Sequence[Bundle]) -> bool:
    """Return whether bundles are the same but for the first key's policy and the identity policies of principals."""
    first, *others = map(_without_policies, bundles)
    return all(one == first for one in others)


def _without_policies(bundle: Bundle) -> Bundle:
    keys = tuple(one._replace(policy=_NOTHING, creation=None) for one in bundle.keys[:1])
    principals = {name: one._replace(identity_policies=()) for name, one in bundle.principals.items()}
    return bundle._replace(keys=(*keys, *bundle.keys[1:]), principals=principals)


def gives_no_more(first: Seen, second: Seen) -> bool:
    """Containment by statements: true only if the first of two bundles that differ in policies alone gives no more."""
    allows, denies = (_contents(first, deny=deny) for deny in (False, True))
    return allows <= _contents(second, deny=False) and denies >= _contents(second, deny=True)


def _contents(seen: Seen, *, deny: bool) -> frozenset[object]:
    return frozenset(_content(rule, naming) for rule, naming in seen.rules if rule.deny is deny)


def _content(rule: Rule, naming: Naming) -> object:
    """Statement without its Sid, as a value: where it stands, what it says, how it names the principal."""
    modern = tuple(test.modern for test in rule.conditions)
    return (rule.layer, rule.level, rule.statement._replace(sid=None), rule.resource, modern, naming)
