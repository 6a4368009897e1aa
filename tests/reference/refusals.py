"""What KMS refuses although authorization lets it through: every rule that applies, with the exception it raises.

Source: KMS Developer Guide, key-state, symm-asymm-compare, kms-api-permissions-reference, create-grant-overview;
KMS API Reference, CreateGrant, PutKeyPolicy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from kmsgen.authorizer.request import Request
from kmsgen.catalogue import key_specs
from kmsgen.catalogue.actions import ACTIONS, FOOTNOTES
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document
from tests.reference.context import Target
from tests.reference.evaluator import ask
from tests.reference.people import Kind, Person

Refusal = tuple[str, str]  # rule, exception
STORES = ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
MATERIAL = ("ImportKeyMaterial", "GetParametersForImport", "DeleteImportedKeyMaterial")
GRANT_OPERATIONS = {
    "symmetric": (
        "CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo", "RetireGrant",
    ),
    "hmac": ("CreateGrant", "DescribeKey", "GenerateMac", "RetireGrant", "VerifyMac"),
    "asymmetric-encrypt": (
        "CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo", "RetireGrant",
    ),
    "asymmetric-sign": ("CreateGrant", "DescribeKey", "GetPublicKey", "RetireGrant", "Sign", "Verify"),
    "key-agreement": ("CreateGrant", "DeriveSharedSecret", "DescribeKey", "GetPublicKey", "RetireGrant"),
    "ml-kem": ("CreateGrant", "Decapsulate", "DescribeKey", "Encapsulate", "GetPublicKey", "RetireGrant"),
}  # fmt: skip


def of_key(action: str, key: Key, person: Person) -> Iterator[Refusal]:
    """Yield what speaks against an action on a key: across accounts, by type, by state."""
    row = ACTIONS[action]
    if person.kind is not Kind.SERVICE and person.account != key.arn.split(":")[4] and row.cross_account is False:
        yield "cross-account", "AccessDeniedException"
    yield from _by_type(row, key)
    yield from _by_state(row, key)


def _by_type(row: Action, key: Key) -> Iterator[Refusal]:
    kind = key_specs.key_type(key.spec, key.usage)
    use = row.cryptographic or row.name in ("Encapsulate", "Decapsulate")
    if row.key_types is not None and kind not in row.key_types and (use or kind != "ml-kem" or row.name == "GetPublicKey"):
        yield "key-type", "InvalidKeyUsageException" if use else "UnsupportedOperationException"
    if row.name in MATERIAL and key.origin != "EXTERNAL":
        yield "key-type", "UnsupportedOperationException"
    if row.name in ("EnableKeyRotation", "DisableKeyRotation") and key.origin != "AWS_KMS":
        yield "key-type", "UnsupportedOperationException"
    if row.name in ("RotateKeyOnDemand", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext") and key.origin in STORES:
        yield "key-type", "UnsupportedOperationException"
    if row.multi_region_only and not key.multi_region:
        yield "key-type", "UnsupportedOperationException"


def _by_state(row: Action, key: Key) -> Iterator[Refusal]:
    rule = row.states[key.state] if row.states is not None else None
    if rule is None or rule.ok:
        return
    if rule.ok is None:
        stores, imported = "7" in rule.notes and key.origin in STORES, "9" in rule.notes and key.origin != "EXTERNAL"
        if stores or imported:
            yield "key-state", "UnsupportedOperationException"
        return
    for note in rule.notes:
        name = FOOTNOTES[note][0]
        if name:
            yield "key-state", name


def of_grant_request(request: Request, key: Key) -> Iterator[Refusal]:
    """Yield what is wrong with the parameters of a CreateGrant."""
    grant = request.create_grant
    kind = key_specs.key_type(key.spec, key.usage)
    if grant is None:
        yield "grant-request", "ValidationError"
        return
    constraints = grant.constraints
    contexts = [constraints.encryption_context_equals, constraints.encryption_context_subset]
    given = [pairs for pairs in contexts if pairs is not None]
    wrong = (
        not set(grant.operations) <= set(GRANT_OPERATIONS[kind]) or not grant.operations,
        len(given) == 2,
        bool(given) and kind != "symmetric",
        grant.grantee_is_service and (constraints.source_arn is None or grant.retiring is None),
    )
    if any(wrong):
        yield "grant-request", "ValidationError"


def lockout(request: Request, bundle: Bundle, person: Person, access: KeyAccess, region: str) -> Iterator[Refusal]:
    """Yield the lockout check's refusal, where the new policy would not let the caller put a policy again."""
    raw = request.parameters.get("Policy")
    bypass = str(request.parameters.get("BypassPolicyLockoutSafetyCheck", "false")).lower() == "true"
    if raw is None or bypass:
        return
    policy = raw if isinstance(raw, Document) else parse_document(json.loads(raw) if isinstance(raw, str) else raw)
    after = access._replace(policy=policy, grants=())
    again = request._replace(action="kms:PutKeyPolicy", parameters={}, create_grant=None, encryption_context={})
    target = Target("PutKeyPolicy", access.key.arn, access.key, region)
    if ask(again, bundle, person, target, after).outcome != "allowed":
        yield "lockout", "MalformedPolicyDocumentException"
