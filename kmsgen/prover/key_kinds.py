"""Which kind of key a key may be of which that is not told: one for whatever KMS takes and conditions tell apart.

A kind is a key spec with a usage, an origin, and whether the key is a multi-Region one, a primary or a replica. A request is for
one action, so a kind is needed only where there is an action that policies or grants allow, which KMS takes on such a key, and
that comes with other answers of the conditions which look at the kind than on each kind before.
Source: CreateKey (API reference); KMS Developer Guide, symm-asymm-choose-key-spec, multi-region-keys-overview.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kmsgen.authorizer.context.view import Resource
from kmsgen.authorizer.evaluation.kms_errors import refusal_of_key
from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.catalogue import grants as grant_operations
from kmsgen.catalogue.actions import ACTIONS, expand
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS
from kmsgen.catalogue.key_specs import KEY_SPECS, algorithms, in_partition, key_type, origins, usages
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import KIND, MULTI_REGION, ORIGIN, SPEC, Bundle, Key, KeyAccess
from kmsgen.policy.document import Document, Effect, Statement
from kmsgen.policy.grant import Grant
from kmsgen.policy.letter_case import folded
from kmsgen.policy.variables import variables_in
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.requests.named.vocabulary import constraint_pairs, documents_of

Values = tuple[str, ...]

_OF_KIND = frozenset(
    {
        *("kms:keyspec", "kms:keyusage", "kms:keyorigin", "kms:multiregion", "kms:multiregionkeytype"),
        *(f"kms:{name}algorithm" for name in ("encryption", "signing", "mac", "keyagreement", "encapsulation")),
    }
)
_ORIGINS = ("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
_SINGLE, _PRIMARY, _REPLICA = (False, None), (True, "PRIMARY"), (True, "REPLICA")
_STATE = "key-state"
KINDS = (
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    ("RSA_2048", "SIGN_VERIFY"),
    ("RSA_2048", "ENCRYPT_DECRYPT"),
    ("HMAC_256", "GENERATE_VERIFY_MAC"),
    ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
)
"""A key spec and usage of each key type, what a policy is most often for in front."""


def kinds_of(bundles: Sequence[Bundle], key: Key) -> Iterator[Key]:
    """Yield a key, and as of which other kinds it has to be asked about too. Raises OutsideError where variables hold a kind."""
    yield key
    if key.untold.isdisjoint((KIND, SPEC, ORIGIN, MULTI_REGION)):
        return
    allowed = list(_allowed(bundles))
    answers = _Answers(bundles)
    seen = set(_needs(key, allowed, answers))
    met: set[object] = set()
    for other in _candidates(key):
        kind = key_type(other.spec, other.usage), other.origin, other.multi_region_key_type, answers.of(other)
        if kind not in met:
            met.add(kind)
            new = _needs(other, allowed, answers) - seen
            seen |= new
            if new:
                yield other


def _candidates(key: Key) -> Iterator[Key]:
    """Yield every kind that a key may be of, the plainest first."""
    partition = key.arn.split(":")[1]
    every = dict.fromkeys([(key.spec, key.usage), *KINDS, *((spec, usage) for spec in KEY_SPECS for usage in usages(spec))])
    kinds = [kind for kind in every if _may_be(kind, key) and in_partition(kind[0], partition)]
    makes = _makes(key)
    plain = makes[0]
    for make in ([plain], makes[1:]):
        for spec, usage in kinds:
            for origin, (multi_region, kind) in make:
                if origin in origins(spec, multi_region=multi_region):
                    yield _with_id(
                        key._replace(spec=spec, usage=usage, origin=origin, multi_region=multi_region, multi_region_key_type=kind)
                    )


def _may_be(kind: tuple[str, str], key: Key) -> bool:
    same_type = SPEC in key.untold and key_type(*kind) == key_type(key.spec, key.usage)
    return KIND in key.untold or same_type or kind == (key.spec, key.usage)


def _makes(key: Key) -> list[tuple[str, tuple[bool, str | None]]]:
    own = (key.multi_region, key.multi_region_key_type)
    regions = [own]
    if MULTI_REGION in key.untold:
        regions = list(dict.fromkeys([own, *((_PRIMARY, _REPLICA) if key.multi_region else (_SINGLE, _PRIMARY, _REPLICA))]))
    sources = list(dict.fromkeys([key.origin, *_ORIGINS])) if ORIGIN in key.untold else [key.origin]
    return [(origin, region) for region in regions for origin in sources]


def _with_id(key: Key) -> Key:
    """Return a key with an id of a multi-Region key where it is one."""
    head, _, name = key.arn.rpartition("/")
    if key.multi_region and not name.startswith("mrk-"):
        return key._replace(arn=f"{head}/mrk-{name.replace('-', '')}")
    return key


def _allowed(bundles: Sequence[Bundle]) -> Iterator[Action]:
    """Yield the actions that some Allow or grant may give."""
    allows = [one for one in _statements(bundles) if one.effect is Effect.ALLOW]
    patterns = dict.fromkeys(name for one in allows for name in (("*",) if one.not_action else one.actions))
    names = dict.fromkeys(name.removeprefix("kms:") for pattern in patterns for name in expand(pattern))
    granted = (name for grant in _grants(bundles) for name in grant.operations)
    yield from (ACTIONS[name] for name in dict.fromkeys([*names, *granted]) if name in ACTIONS)


def _statements(bundles: Sequence[Bundle]) -> Iterator[Statement]:
    return (one for bundle in bundles for document in documents_of(bundle) for one in document.statements)


def _grants(bundles: Sequence[Bundle]) -> Iterator[Grant]:
    return (grant for bundle in bundles for access in bundle.keys for grant in access.grants)


def _needs(key: Key, allowed: Sequence[Action], answers: _Answers) -> set[tuple[object, ...]]:
    """Signatures of a key's kind, one for each action that KMS takes on it: a kind without a new one lets nobody do more."""
    seen = answers.of(key)
    target = Resource(key.arn, "key", KeyAccess(key, Document(())), account=key.arn.split(":")[4])
    refusals = {action.name: refusal_of_key(action, target.account, target) for action in allowed}
    taken = [name for name, refusal in refusals.items() if refusal is None or refusal.rule == _STATE]
    contexts = (True, False) if answers.of_context and key.spec == "SYMMETRIC_DEFAULT" else (False,)
    return {(name, seen, context) for name in taken for context in contexts}


class _Answers:
    """How the conditions of a bundle that look at the kind of a key come out."""

    def __init__(self, bundles: Sequence[Bundle]) -> None:
        read = [one for statement in _statements(bundles) for one in statement.conditions]
        if any(folded(name) in _OF_KIND for one in read for value in one.values for name in variables_in(value)):
            raise OutsideError("the kind of the key is not told, and a policy variable holds it")
        compiled = [compile_condition(one, deny=False, modern=True) for one in dict.fromkeys(read)]
        self._tests = [one for one in compiled if one.variable in _OF_KIND]
        if any(test.variables for test in self._tests):
            raise OutsideError("the kind of the key is not told, and is compared with a policy variable")
        keys = {one.variable for one in compiled}
        grants = list(_grants(bundles))
        of_context = any(one.startswith((ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS)) for one in keys)
        self.of_context = of_context or any(map(constraint_pairs, grants))
        self._operations = "kms:grantoperations" in keys or any("CreateGrant" in grant.operations for grant in grants)

    def of(self, key: Key) -> object:
        """Return all that conditions can know of the kind of a key."""
        held: Mapping[str, Values | None] = {
            "kms:keyspec": (key.spec,),
            "kms:keyusage": (key.usage,),
            "kms:keyorigin": (key.origin,),
            "kms:multiregion": ("true" if key.multi_region else "false",),
            "kms:multiregionkeytype": (key.multi_region_key_type,) if key.multi_region_key_type else None,
        }
        told: list[object] = []
        for test in self._tests:
            if test.variable in held:
                told.append(test.check(held[test.variable], lambda _key: None))
            else:
                possible = algorithms(key.spec, key.usage)
                told.append(frozenset(test.check((one,), lambda _key: None) for one in possible))
        kind = key_type(key.spec, key.usage) or ""
        told.append(grant_operations.operations(kind) if self._operations else None)
        return tuple(told)
