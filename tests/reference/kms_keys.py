"""KMS's own condition keys: what they hold, from the key, the parameters of the request and the grant that it makes.

Source: KMS Developer Guide, conditions-kms, conditions-nitro-enclave, alias-authorization; KMS API Reference (required parameters
and defaults).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.reference import tables
from tests.reference.global_keys import of_service
from tests.reference.held import ABSENT, MAYBE, OPEN, Held, either, known, one_of, or_absent
from tests.reference.view import View, of_pairs

Data = Mapping[str, Any]
MANY_ALIASES = 50
"""Above so many aliases authorization by kms:ResourceAliases fails. KMS Developer Guide, resource-limits."""
REQUIRED = {
    "kms:datakeypairspec": "KeyPairSpec",
    "kms:wrappingalgorithm": "WrappingAlgorithm",
    "kms:wrappingkeyspec": "WrappingKeySpec",
    "kms:primaryregion": "PrimaryRegion",
    "kms:replicaregion": "ReplicaRegion",
}
"""Keys that show a parameter without which there is no request."""
DOUBTFUL_DEFAULT = {
    "kms:rotationperiodindays": ("RotationPeriodInDays", "365"),
    "kms:schedulekeydeletionpendingwindowindays": ("PendingWindowInDays", "30"),
    "kms:policyname": ("PolicyName", "default"),
}
"""Keys that show a parameter or its default (conditions-kms in general), or nothing, as others that are documented (U16)."""
OPTIONAL = {
    "kms:expirationmodel": "ExpirationModel",
    "kms:validto": "ValidTo",
    "kms:bypasspolicylockoutsafetycheck": "BypassPolicyLockoutSafetyCheck",
}
"""Keys that are documented as absent where the parameter is."""
ALGORITHMS = {
    "kms:signingalgorithm": ("SigningAlgorithm", "sign"),
    "kms:macalgorithm": ("MacAlgorithm", "hmac"),
    "kms:keyagreementalgorithm": ("KeyAgreementAlgorithm", "agree"),
    "kms:encapsulationalgorithm": ("EncapsulationAlgorithm", "kem"),
}
"""Keys that show a required algorithm, and the type of keys that takes it."""
KEY_PROPERTIES = {
    "kms:keyspec": ("spec", "KeySpec", "SYMMETRIC_DEFAULT"),
    "kms:customermasterkeyspec": ("spec", "KeySpec", "SYMMETRIC_DEFAULT"),
    "kms:keyusage": ("usage", "KeyUsage", "ENCRYPT_DECRYPT"),
    "kms:customermasterkeyusage": ("usage", "KeyUsage", "ENCRYPT_DECRYPT"),
    "kms:keyorigin": ("origin", "Origin", "AWS_KMS"),
    "kms:multiregion": ("multi_region", "MultiRegion", "false"),
}
"""Keys that show a property of the key: its field in a scenario, its parameter in CreateKey, its default in both."""


def text(value: object) -> str:
    """Return a parameter or property as a condition sees it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def parameter(view: View, name: str) -> Held | None:
    """Return a parameter of the request, if it is given."""
    value = view.parameters.get(name)
    return None if value is None else known(text(value))


def _required(key: str, name: str) -> Callable[[View], Held]:
    row = tables.key_row(key) or {}
    among = one_of(row["values"]) if row.get("values") else OPEN
    return lambda view: parameter(view, name) or view.told(key) or among


def _doubtful_default(key: str, name: str, default: str) -> Callable[[View], Held]:
    return lambda view: parameter(view, name) or view.told(key) or or_absent(known(default))


def _message_type(view: View) -> Held:
    """Return the type of the message, RAW where it is not given: a condition on a parameter works on its default too."""
    return parameter(view, "MessageType") or view.told("kms:messagetype") or known("RAW")


def _optional(key: str, name: str) -> Callable[[View], Held]:
    return lambda view: parameter(view, name) or view.told(key) or ABSENT


def _algorithm(key_name: str, name: str, key_type: str) -> Callable[[View], Held]:
    def rule(view: View) -> Held:
        key = view.need.key
        fits = key is not None and tables.key_type(dict(key)) == key_type
        told = parameter(view, name) or view.told(key_name)
        return told or (one_of(tables.algorithms(dict(key or {}))) if fits else OPEN)

    return rule


def _encryption_algorithm(view: View) -> Held:
    """Symmetric keys have one algorithm. Of others the request tells it; the default is none that they can do."""
    key = dict(view.need.key or {})
    if tables.key_type(key) == "symmetric":
        return known("SYMMETRIC_DEFAULT")
    halves = {"ReEncryptFrom": "SourceEncryptionAlgorithm", "ReEncryptTo": "DestinationEncryptionAlgorithm"}
    told = parameter(view, halves.get(view.need.action, "EncryptionAlgorithm")) or view.told("kms:encryptionalgorithm")
    return told or one_of(["SYMMETRIC_DEFAULT", *tables.algorithms(key)])


def _key_property(field: str, name: str, default: str) -> Callable[[View], Held]:
    def rule(view: View) -> Held:
        key = view.need.key
        if key is not None:
            return known(text(default if key.get(field) is None else key[field]))
        if view.need.action == "CreateKey" and view.request_is("CreateKey"):
            return parameter(view, name) or known(default)
        # What the other checks of a key to be made see of it is not said (U9).
        return or_absent(_of_new_key(view, field, name, default))

    return rule


def _of_new_key(view: View, field: str, name: str, default: str) -> Held:
    if view.request_is("ReplicateKey"):
        primary = view.scenario["key"]
        return known(text(default if primary.get(field) is None else primary[field]))
    return (parameter(view, name) or known(default)) if view.request_is("CreateKey") else OPEN


def _multi_region_type(view: View) -> Held:
    key = view.need.key
    if key is not None:
        return known(key["multi_region_key_type"]) if key.get("multi_region_key_type") else ABSENT
    if view.request_is("CreateKey"):
        made = known("PRIMARY") if parameter(view, "MultiRegion") == known("true") else ABSENT
        return made if view.need.action == "CreateKey" else or_absent(made)
    return either(ABSENT, one_of(["PRIMARY", "REPLICA"]))


def _caller_account(view: View) -> Held:
    return of_service(view, "kms:calleraccount") if view.is_service else known(view.caller.account)


def _resource_aliases(view: View) -> Held:
    if view.need.key is None:
        return MAYBE
    aliases = view.need.key.get("aliases") or ()
    return known(*aliases) if 0 < len(aliases) <= MANY_ALIASES else ABSENT


def _request_alias(view: View) -> Held:
    return known(view.need.alias) if view.need.alias else view.told("kms:requestalias") or ABSENT


def _same_key(view: View) -> Held:
    same = view.need.same_key
    return one_of(["true", "false"]) if same is None else known(text(same))


# --- grants -------------------------------------------------------------------------------------------------------------


def filled(constraints: Data | None) -> dict[str, Mapping[str, str]]:
    """Return the encryption context constraints that count: an empty map beside a filled one is like none."""
    kinds = ("EncryptionContextEquals", "EncryptionContextSubset")
    given = {kind: dict(constraints[kind]) for kind in kinds if constraints and constraints.get(kind) is not None}
    return {kind: pairs for kind, pairs in given.items() if pairs} or given


def constraint_type(constraints: Data | None) -> Held:
    """Return what kms:GrantConstraintType shows of a grant. S14: whether an empty map alone is a constraint is not said."""
    given = filled(constraints)
    found = one_of(given) if given else ABSENT
    return found if any(given.values()) else or_absent(found)


def pairs_of(constraints: Data | None) -> Mapping[str, str]:
    """Return the pairs of the encryption context constraint of a grant."""
    return next(iter(filled(constraints).values()), {})


def _grant_field(key: str, name: str, *, always: bool = False) -> Callable[[View], Held]:
    def rule(view: View) -> Held:
        grant = view.request.get("create_grant")
        if grant is None:
            return view.told(key) or (OPEN if always else MAYBE)
        value = grant.get(name)
        return known(*([value] if isinstance(value, str) else value)) if value else ABSENT

    return rule


def _constraint_type(view: View) -> Held:
    if view.need.action == "RetireGrant":
        grant = view.retired_grant()
        return MAYBE if grant is None else or_absent(constraint_type(grant.get("Constraints")))
    grant = view.request.get("create_grant")
    return MAYBE if grant is None else constraint_type(grant.get("Constraints"))


def _constraint_source(view: View) -> Held:
    grant = view.request.get("create_grant")
    if grant is None:
        return MAYBE
    source = (grant.get("Constraints") or {}).get("SourceArn")
    return known(source) if source else ABSENT


def _for_aws_resource(view: View) -> Held:
    """Never true in a direct call: false or absent, which of the two no page says."""
    direct = or_absent(known("false"))
    told = view.told("kms:grantisforawsresource")
    return told or (either(direct, known("true")) if view.is_service or view.through_service else direct)


# --- the encryption context ---------------------------------------------------------------------------------------------


def _context_pairs(view: View) -> tuple[Mapping[str, str], bool] | None:
    """Return the pairs, and whether they may also be absent; None where they are not told."""
    if view.need.action == "CreateGrant":
        grant = view.request.get("create_grant")
        return None if grant is None else (pairs_of(grant.get("Constraints")), False)
    if view.need.action == "RetireGrant":
        # S8: whether the constraint of the grant shows in a request to retire it is not said.
        grant = view.retired_grant()
        return None if grant is None else (pairs_of(grant.get("Constraints")), True)
    key = view.need.key
    if key is not None and tables.key_type(dict(key)) != "symmetric":
        return {}, False
    return view.need.encryption_context, False


def _encryption_context(view: View, name: str) -> Held:
    found = _context_pairs(view)
    if found is None:
        return MAYBE
    held = of_pairs(name, found[0])
    return or_absent(held) if found[1] else held


def _encryption_context_keys(view: View) -> Held:
    found = _context_pairs(view)
    if found is None:
        return MAYBE
    held = known(*found[0]) if found[0] else ABSENT
    return or_absent(held) if found[1] else held


RULES: dict[str, Callable[[View], Held]] = {
    **{key: _required(key, name) for key, name in REQUIRED.items()},
    **{key: _doubtful_default(key, *row) for key, row in DOUBTFUL_DEFAULT.items()},
    **{key: _optional(key, name) for key, name in OPTIONAL.items()},
    **{key: _algorithm(key, *row) for key, row in ALGORITHMS.items()},
    **{key: _key_property(*row) for key, row in KEY_PROPERTIES.items()},
    "kms:messagetype": _message_type,
    "kms:multiregionkeytype": _multi_region_type,
    "kms:encryptionalgorithm": _encryption_algorithm,
    "kms:calleraccount": _caller_account,
    "kms:resourcealiases": _resource_aliases,
    "kms:requestalias": _request_alias,
    "kms:reencryptonsamekey": _same_key,
    "kms:grantoperations": _grant_field("kms:grantoperations", "Operations", always=True),
    "kms:granteeprincipal": _grant_field("kms:granteeprincipal", "GranteePrincipal"),
    "kms:granteeserviceprincipal": _grant_field("kms:granteeserviceprincipal", "GranteeServicePrincipal"),
    "kms:retiringprincipal": _grant_field("kms:retiringprincipal", "RetiringPrincipal"),
    "kms:retiringserviceprincipal": _grant_field("kms:retiringserviceprincipal", "RetiringServicePrincipal"),
    "kms:grantconstrainttype": _constraint_type,
    "kms:grantconstraintsourcearn": _constraint_source,
    "kms:grantisforawsresource": _for_aws_resource,
    "kms:encryptioncontextkeys": _encryption_context_keys,
}
FAMILIES: dict[str, Callable[[View, str], Held]] = {"kms:encryptioncontext:": _encryption_context}
