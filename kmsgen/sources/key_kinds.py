"""Which kinds of key a bare key policy can be the policy of: it does not tell, and what it allows depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from kmsgen.catalogue import services
from kmsgen.catalogue.actions import ACTIONS, expand, fits
from kmsgen.catalogue.key_specs import KEY_SPECS, in_partition, key_type, usages
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.policy.document import Document, Effect, Statement
from kmsgen.policy.letter_case import folded

Kind = tuple[str, str]  # key spec, key usage

# One of each key type, what a policy is most often for in front.
KINDS: tuple[Kind, ...] = (
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    ("RSA_2048", "SIGN_VERIFY"),
    ("RSA_2048", "ENCRYPT_DECRYPT"),
    ("HMAC_256", "GENERATE_VERIFY_MAC"),
    ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
)
# Conditions that hold for keys of some kinds only.
_KEY_SPEC = "kms:keyspec"
_TELLING = (_KEY_SPEC, "kms:keyusage", "kms:encryptionalgorithm", "kms:signingalgorithm", "kms:macalgorithm",
            "kms:keyagreementalgorithm", "kms:encapsulationalgorithm")  # fmt: skip


def likely_kind(policy: Document) -> Kind:
    """Return the kind of key that knows most of the actions which a policy names; of several, one that its services take."""
    named = {name for statement in policy.statements for name in _actions(statement) if name in _names(statement)}
    kinds = (*_kinds_of_services(policy), *KINDS)
    return max(kinds, key=lambda kind: sum(fits(ACTIONS[name.removeprefix("kms:")], _type(kind)) for name in named))


def _kinds_of_services(policy: Document) -> Iterator[Kind]:
    """Yield the kinds that services which a policy names can use alone, such as those of Route 53."""
    named = {one.value for statement in policy.statements for one in statement.principals or () if one.kind == "Service"}
    for row in services.SERVICES.values():
        if row.key_specs and not named.isdisjoint(one.principal for one in row.statements):
            yield from ((spec, usage) for spec in row.key_specs for usage in usages(spec))


def every_kind(bundle: Bundle) -> tuple[Bundle, ...]:
    """Return the bundle once for each kind of key that its first key could be, as far as that may change what is allowed.

    The first is as given. A kind is left out if every action that the key policy or a grant allows on such a key is allowed on
    the first kind too, and no condition looks at the kind.
    """
    first = bundle.keys[0]
    given = (first.key.spec, first.key.usage)
    others = [kind for kind in (*KINDS, *_named_kinds(bundle, first.key)) if kind != given and _offered(kind, first.key)]
    told = _looks_at_kind(bundle)
    allowed = _allowed(bundle)
    chosen = [kind for kind in dict.fromkeys(others) if told or any(_only(name, kind, given) for name in allowed)]
    keys = (first.key._replace(spec=spec, usage=usage) for spec, usage in chosen)
    return (bundle, *(bundle._replace(keys=(first._replace(key=key), *bundle.keys[1:])) for key in keys))


def _type(kind: Kind) -> str:
    return key_type(*kind) or "symmetric"


def _offered(kind: Kind, key: Key) -> bool:
    return in_partition(kind[0], key.arn.split(":")[1])


def _only(name: str, kind: Kind, other: Kind) -> bool:
    action = ACTIONS[name.removeprefix("kms:")]
    return fits(action, _type(kind)) and not fits(action, _type(other))


def _names(statement: Statement) -> frozenset[str]:
    return frozenset(name for action in statement.actions if not set("*?") & set(action) for name in expand(action))


def _actions(statement: Statement) -> tuple[str, ...]:
    """Return the actions that a statement is about; all but a few for NotAction is taken as all."""
    patterns = ("*",) if statement.not_action else statement.actions
    return tuple(dict.fromkeys(name for pattern in patterns for name in expand(pattern)))


def _allowed(bundle: Bundle) -> set[str]:
    first = bundle.keys[0]
    allows = (statement for statement in first.policy.statements if statement.effect is Effect.ALLOW)
    granted = (f"kms:{name}" for grant in first.grants for name in grant.operations if name in ACTIONS)
    return {*(name for statement in allows for name in _actions(statement)), *granted}


def _statements(bundle: Bundle) -> Iterator[Statement]:
    yield from bundle.keys[0].policy.statements
    for policies in bundle.principals.values():
        for document in policies.identity_policies:
            yield from document.statements


def _looks_at_kind(bundle: Bundle) -> bool:
    keys = (folded(condition.key) for statement in _statements(bundle) for condition in statement.conditions)
    return any(key in _TELLING for key in keys)


def _named_kinds(bundle: Bundle, key: Key) -> Iterator[Kind]:
    """Yield the kinds that conditions on kms:KeySpec tell from others."""
    for statement in _statements(bundle):
        for condition in statement.conditions:
            patterns = condition.values if folded(condition.key) == _KEY_SPEC else ()
            specs = (spec for spec in KEY_SPECS if any(fnmatchcase(spec, pattern) for pattern in patterns))
            yield from ((spec, usage) for spec in specs for usage in usages(spec) if _offered((spec, usage), key))
