"""What KMS refuses although authorization lets it through: every rule that applies, with the exceptions it may answer.

Which of several rules answers first is not documented, nor for some which exception does: then any will do.

Source: KMS Developer Guide, key-state, symm-asymm-compare, kms-api-permissions-reference, create-grant-overview, alias-about,
concepts; KMS API Reference, CreateGrant, PutKeyPolicy, UpdateAlias. Names of exceptions are those on the wire: a bad request is
ValidationException, where the pages print ValidationError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.reference import tables
from tests.reference.caller import Caller, Kind
from tests.reference.global_keys import request_tags
from tests.reference.grants import operations
from tests.reference.kms_keys import filled
from tests.reference.need import Need
from tests.reference.patterns import lower, text_of

Data = Mapping[str, Any]
INVALID = ("ValidationException",)
UNSUPPORTED = ("UnsupportedOperationException",)
ANY: tuple[str, ...] = ()
STORES = ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
MATERIAL = ("ImportKeyMaterial", "GetParametersForImport", "DeleteImportedKeyMaterial")
ROTATION = ("EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand")
TAKE_POLICIES = ("PutKeyPolicy", "CreateKey", "ReplicateKey")
PAIRS = ("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")
CHANGES = (
    "CancelKeyDeletion", "CreateAlias", "DeleteAlias", "DeleteImportedKeyMaterial", "DisableKey", "DisableKeyRotation",
    "EnableKey", "EnableKeyRotation", "ImportKeyMaterial", "PutKeyPolicy", "ReplicateKey", "RotateKeyOnDemand",
    "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription", "UpdatePrimaryRegion",
)  # fmt: skip
"""What nobody does to an AWS managed key."""
EXCEPTIONS = {
    "1": "DisabledException", "2": "DisabledException", "3": "KMSInvalidStateException", "4": "KMSInvalidStateException",
    "5": "KMSInvalidStateException", "6": "UnsupportedOperationException", "7": "UnsupportedOperationException",
    "8": "KMSInvalidStateException", "9": "UnsupportedOperationException", "11": "KMSInvalidStateException",
    "14": "KMSInvalidStateException", "15": "KMSInvalidStateException",
}  # fmt: skip
"""The footnotes of the key-state page by what they answer."""
GRANT_OPERATIONS = {
    "symmetric": (
        "CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo", "RetireGrant",
    ),
    "hmac": ("CreateGrant", "DescribeKey", "GenerateMac", "RetireGrant", "VerifyMac"),
    "encrypt": (
        "CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo", "RetireGrant",
    ),
    "sign": ("CreateGrant", "DescribeKey", "GetPublicKey", "RetireGrant", "Sign", "Verify"),
    "agree": ("CreateGrant", "DeriveSharedSecret", "DescribeKey", "GetPublicKey", "RetireGrant"),
    "kem": ("CreateGrant", "Decapsulate", "DescribeKey", "Encapsulate", "GetPublicKey", "RetireGrant"),
}  # fmt: skip


ENCRYPTION_ALGORITHMS = {
    "Encrypt": "EncryptionAlgorithm",
    "Decrypt": "EncryptionAlgorithm",
    "ReEncryptFrom": "SourceEncryptionAlgorithm",
    "ReEncryptTo": "DestinationEncryptionAlgorithm",
}
"""The parameter with the algorithm, by action: SYMMETRIC_DEFAULT where it is not given."""


@dataclass(frozen=True)
class Refusal:
    """A rule of KMS that a request breaks, and the exceptions that may answer; none given: any may."""

    rule: str
    exceptions: tuple[str, ...]


def refusals(request: Data, caller: Caller, needed: list[Need], described: list[str]) -> Iterator[Refusal]:
    """Yield what KMS refuses of a request, but for the lockout check; `described` are the ARNs of all keys and aliases told."""
    name = tables.canonical(request["action"])
    keys = [need for need in needed if need.half == "key"]
    for index, need in enumerate(keys):
        leaving = name == "UpdateAlias" and index == 0 and len(keys) > 1
        yield from _of_key(need, caller, leaving=leaving)
    if name == "CreateGrant":
        yield from (Refusal("grant-request", INVALID) for need in keys if _bad_grant(request, need.key or {}))
    told = request.get("grant_id") or (request.get("parameters") or {}).get("GrantId")
    if name == "RevokeGrant" and told and any(need.access and told not in _grant_ids(need.access) for need in keys):
        yield Refusal("no-such-grant", ("NotFoundException",))
    if context_on_asymmetric(needed):
        yield Refusal("encryption-context", ANY)
    yield from _of_aliases(name, needed, described)
    yield from _of_regions(name, request, needed, described)
    yield from _of_tags(request)
    yield from _of_parameters(name, request, keys)


def _of_parameters(name: str, request: Data, keys: list[Need]) -> Iterator[Refusal]:
    """Yield what KMS refuses of parameters: a policy that nobody puts, no algorithm for an RSA key, a call that is not made."""
    told = request.get("parameters") or {}
    if name == "PutKeyPolicy" and told.get("PolicyName", "default") != "default":
        yield Refusal("policy-name", ANY)
    if name == "UpdatePrimaryRegion" and keys and (keys[0].key or {}).get("multi_region_key_type") == "REPLICA":
        yield Refusal("not-the-primary", ANY)
    if name in TAKE_POLICIES and any(_is_no_principal(one) for one in _principals(told.get("Policy"))):
        yield Refusal("key-policy-form", ("MalformedPolicyDocumentException",))
    for need in keys if told else ():
        parameter = ENCRYPTION_ALGORITHMS.get(need.action)
        asked = told.get(parameter, "SYMMETRIC_DEFAULT")
        if parameter and need.key and asked not in tables.algorithms(dict(need.key)):
            yield Refusal("key-type", ("InvalidKeyUsageException",))
    if str(told.get("DryRun", "false")).lower() == "true":
        yield Refusal("dry-run", ("DryRunOperationException",))


def _principals(policy: Any) -> Iterator[str]:
    """Yield what a key policy, text or data, names under AWS."""
    found = json.loads(policy) if isinstance(policy, str) else policy or {}
    statements = found.get("Statement") or []
    for statement in [statements] if isinstance(statements, Mapping) else statements:
        named = statement.get("Principal", statement.get("NotPrincipal"))
        values = named.get("AWS", []) if isinstance(named, Mapping) else []
        yield from [values] if isinstance(values, str) else values


def _is_no_principal(text: str) -> bool:
    """Tell whether a text is a group, or the id that stands for a user or role once it is deleted."""
    return re.match(r"arn:[^:]*:iam:[^:]*:[^:]*:group/|A(ID|RO)A", text) is not None


def context_on_asymmetric(needed: list[Need]) -> bool:
    """Tell whether a request gives a key an encryption context that cannot have one: only symmetric encryption keys can."""
    keys = [need for need in needed if need.half == "key" and need.key and need.encryption_context]
    return any(tables.key_type(dict(need.key or {})) != "symmetric" for need in keys)


def _grant_ids(access: Data) -> list[str]:
    return [str(grant.get("GrantId")) for grant in access.get("grants") or ()]


# --- keys ---------------------------------------------------------------------------------------------------------------


def _of_key(need: Need, caller: Caller, *, leaving: bool) -> Iterator[Refusal]:
    row, key = tables.action_row(need.action), dict(need.key or {})
    if caller.kind is not Kind.SERVICE and caller.account != need.account and row["cross_account"] is False:
        yield Refusal("cross-account", ("AccessDeniedException", "NotFoundException"))
    if key.get("manager") == "AWS" and need.action in CHANGES:
        yield Refusal("aws-managed", ANY)
    yield from _by_type(need.action, row, key)
    if not leaving:
        yield from _by_state(need.action, row, key)


def _by_type(action: str, row: dict[str, Any], key: dict[str, Any]) -> Iterator[Refusal]:
    kind, origin = tables.key_type(key), key.get("origin") or "AWS_KMS"
    use = row["cryptographic"] is not False
    types = row["key_types"]
    if types is not None and not (_fits_kem(action, types, use=use) if kind == "kem" else kind in types):
        yield Refusal("key-type", ("InvalidKeyUsageException", *UNSUPPORTED) if use else UNSUPPORTED)
    multi_region = str(key.get("multi_region", False)).lower() == "true"
    wrong = (
        action in MATERIAL and origin != "EXTERNAL",
        action in ROTATION[:2] and origin != "AWS_KMS",
        action in (*ROTATION[2:], *PAIRS) and origin in STORES,
        action in ROTATION and key.get("multi_region_key_type") == "REPLICA",
        action in ("ReplicateKey", "UpdatePrimaryRegion") and not multi_region,
        action == "ReplicateKey" and key.get("multi_region_key_type") == "REPLICA",
    )
    if any(wrong):
        yield Refusal("key-type", UNSUPPORTED)


def _fits_kem(action: str, types: list[str], *, use: bool) -> bool:
    """Tell what is not tabulated: an ML-KEM key is managed as the five types are that the table knows (S9)."""
    return "kem" in types if use else len(types) == 5 or action == "GetPublicKey"


def _by_state(action: str, row: dict[str, Any], key: dict[str, Any]) -> Iterator[Refusal]:
    """Read the table of key states; Encapsulate and Decapsulate, which it lacks, fail as other cryptographic operations (S9)."""
    states = row["key_states"]
    if states is None and action in ("Encapsulate", "Decapsulate"):
        states = tables.action_row("Decrypt")["key_states"]
    found = (states or {}).get(key.get("state") or "Enabled")
    if found is None or found["ok"] in (True, None):
        return
    if found["ok"] == "conditional":
        yield from _conditional(action, found["notes"], key)
        return
    yield Refusal("key-state", tuple(EXCEPTIONS[note] for note in found["notes"] if note in EXCEPTIONS))


def _conditional(action: str, notes: list[str], key: dict[str, Any]) -> Iterator[Refusal]:
    origin = key.get("origin") or "AWS_KMS"
    if ("7" in notes and origin in STORES) or ("9" in notes and origin != "EXTERNAL"):
        yield Refusal("key-state", UNSUPPORTED)
    # Footnote 10: the present key of an alias may be pending deletion, the new one may not.
    if action == "UpdateAlias" and "10" in notes:
        yield Refusal("key-state", ("KMSInvalidStateException",))


# --- requests -----------------------------------------------------------------------------------------------------------


def _bad_grant(request: Data, key: Data) -> bool:
    grant = request.get("create_grant") or {}
    constraints = grant.get("Constraints") or {}
    given, asked = filled(constraints), operations(grant)
    service, principal = grant.get("GranteeServicePrincipal"), grant.get("GranteePrincipal")
    retiring = [name for name in ("RetiringPrincipal", "RetiringServicePrincipal") if grant.get(name)]
    return any(
        (
            not asked or asked == {"CreateGrant"},
            not asked <= set(GRANT_OPERATIONS[tables.key_type(dict(key))]),
            bool(service) is bool(principal),
            len(retiring) == 2,
            len([pairs for pairs in given.values() if pairs]) == 2,
            any(given.values()) and tables.key_type(dict(key)) != "symmetric",
            bool(service) and not (constraints.get("SourceArn") and retiring),
        )
    )


def names_of(key: Data) -> list[str]:
    """Return the ARNs of a key and of its aliases."""
    return [key["arn"], *(":".join([*key["arn"].split(":")[:5], alias]) for alias in key.get("aliases") or ())]


def _of_aliases(name: str, needed: list[Need], described: list[str]) -> Iterator[Refusal]:
    aliases = [text_of(need.resource) for need in needed if need.half == "alias"]
    keys = [need.key for need in needed if need.half == "key" and need.key]
    if any(":alias/aws/" in alias for alias in aliases):
        yield Refusal("reserved-alias", ANY)
    if name not in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        return
    places = {tuple(arn.split(":")[3:5]) for arn in [*aliases, *(key["arn"] for key in keys)] if not arn.endswith("~")}
    if len(places) > 1:
        yield Refusal("alias-place", ANY)
    if name == "CreateAlias" and set(aliases) & set(described):
        yield Refusal("alias", ("AlreadyExistsException",))
    if name == "UpdateAlias" and len({(tables.key_type(dict(key)), key.get("usage") or "ENCRYPT_DECRYPT") for key in keys}) > 1:
        yield Refusal("alias-type", ANY)


def _of_regions(name: str, request: Data, needed: list[Need], described: list[str]) -> Iterator[Refusal]:
    """Yield what one Region cannot have: a second key of the same id (ReplicateKey), or a key of another Region (ReEncrypt)."""
    arns = [text_of(need.resource) for need in needed if need.action in ("ReplicateKey", "ReEncryptFrom", "ReEncryptTo")]
    parts = [arn.split(":") for arn in arns if arn.startswith("arn:")]
    if name == "ReEncrypt" and len({part[3] for part in parts}) > 1:
        yield Refusal("request", ("NotFoundException",))
    region = (request.get("parameters") or {}).get("ReplicaRegion")
    if name != "ReplicateKey" or not region:
        return
    for part in parts:
        if part[3] == region or _partition_of(region) != part[1]:
            yield Refusal("request", ANY)
        elif ":".join([*part[:3], str(region), *part[4:]]) in described:
            yield Refusal("request", ("AlreadyExistsException",))


def _partition_of(region: str) -> str | None:
    """Return the partition of a Region by how its name begins; None for what is no name of a Region."""
    if not re.fullmatch(r"[a-z]+(-[a-z]+)+-[0-9]", region):
        return None
    heads = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
    return next((partition for head, partition in heads.items() if region.startswith(head)), "aws")


def _of_tags(request: Data) -> Iterator[Refusal]:
    names = list(request_tags(request.get("parameters") or {}))
    if any(lower(name).startswith("aws:") for name in names):
        yield Refusal("reserved-tag", ("TagException",))


# --- the lockout check --------------------------------------------------------------------------------------------------


def new_policy(request: Data) -> Data | None:
    """Return the policy that a request gives a key, where the lockout check looks at it."""
    parameters = request.get("parameters") or {}
    bypass = str(parameters.get("BypassPolicyLockoutSafetyCheck", "false")).lower() == "true"
    raw = parameters.get("Policy")
    if raw is None or bypass or tables.canonical(request["action"]) not in TAKE_POLICIES:
        return None
    found: Data = json.loads(raw) if isinstance(raw, str) else raw
    return found
