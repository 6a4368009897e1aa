"""Words for what someone may do with a key, and what administrators and deployers need.

Every list is of exact actions; a word has no row for a key type that KMS does not let do it.
Source: KMS Developer Guide, key-policy-default (administrators, users), symm-asymm-compare, kms-api-permissions-reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.catalogue.actions import ACTIONS, fits, works_in_key_policy
from kmsgen.catalogue.condition_keys import FOR_AWS_RESOURCE
from kmsgen.catalogue.key_specs import KEY_TYPES
from kmsgen.catalogue.model import Capability, Values
from kmsgen.policy.document import Condition

_VIEW: Values = (
    "DescribeKey",
    "GetKeyLastUsage",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListResourceTags",
)
_ROTATE: Values = ("DisableKeyRotation", "EnableKeyRotation", "GetKeyRotationStatus", "ListKeyRotations", "RotateKeyOnDemand")
# KMS answers these for every key; of a key that cannot rotate they tell nothing.
_ROTATION_READS = frozenset({"GetKeyRotationStatus", "ListKeyRotations"})
_MANAGE: Values = ("CreateAlias", "DeleteAlias", "DescribeKey", "DisableKey", "EnableKey", "UpdateAlias", "UpdateKeyDescription")
_TAG: Values = ("ListResourceTags", "TagResource", "UntagResource")
_POLICY: Values = ("GetKeyPolicy", "PutKeyPolicy")
_DELETION: Values = ("CancelKeyDeletion", "ScheduleKeyDeletion")
_IMPORT: Values = ("DeleteImportedKeyMaterial", "GetParametersForImport", "ImportKeyMaterial")
_REPLICATE: Values = ("ReplicateKey", "UpdatePrimaryRegion")
_IMPORTABLE_TYPES: Values = tuple(key_type for key_type in KEY_TYPES if key_type != "ml-kem")


def _useful(name: str, key_type: str) -> bool:
    return fits(ACTIONS[name], key_type) and (key_type == "symmetric" or name not in _ROTATION_READS)


def _by_key_type(names: Values, key_types: Values = KEY_TYPES) -> dict[str, Values]:
    """Return the actions that each key type has, in alphabetical order; no entry where it has none."""
    rows = {key_type: sorted(name for name in names if _useful(name, key_type)) for key_type in key_types}
    return {key_type: tuple(f"kms:{name}" for name in row) for key_type, row in rows.items() if row}


def _word(word: str, names: Values, why: str, conditions: tuple[Condition, ...] = ()) -> Capability:
    return Capability(word, _by_key_type(names), why, conditions)


def _anywhere(word: str, names: Values, why: str) -> Capability:
    return Capability(word, {"*": names}, why)


_LIST_KEYS: Values = ("kms:ListAliases", "kms:ListKeys")
_CONSOLE_LISTS: Values = ("iam:ListRoles", "iam:ListUsers", *_LIST_KEYS, "tag:GetResources")
_SNAPSHOT: Values = (
    "iam:GetAccountAuthorizationDetails",
    "iam:GetGroupPolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupPolicies",
    "iam:ListGroupsForUser",
    "iam:ListRolePolicies",
    "iam:ListUserPolicies",
    *_LIST_KEYS,
)

CAPABILITIES: dict[str, Capability] = {
    row.word: row
    for row in (
        _word("encrypt", ("Encrypt",), "encrypt small data under the key itself"),
        _word("decrypt", ("Decrypt",), "decrypt what the key, or a data key of it, protects"),
        _word("re-encrypt", ("ReEncryptFrom", "ReEncryptTo"), "ReEncrypt checks one permission on each of its two keys"),
        _word(
            "generate-data-key",
            ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
            "envelope encryption: both forms of the call are in use, by SDKs and by AWS services",
        ),
        _word(
            "generate-data-key-pair",
            ("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"),
            "a key pair whose private half is encrypted under the key",
        ),
        _word("sign", ("Sign",), "sign messages; reading the public key is get-public-key"),
        _word("verify", ("Verify",), "verify signatures inside KMS"),
        _word("generate-mac", ("GenerateMac",), "make an HMAC"),
        _word("verify-mac", ("VerifyMac",), "verify an HMAC"),
        _word("derive-shared-secret", ("DeriveSharedSecret",), "key agreement with somebody else's public key"),
        _word("encapsulate", ("Encapsulate",), "make a shared secret for the owner of the ML-KEM key"),
        _word("decapsulate", ("Decapsulate",), "recover a shared secret with the ML-KEM key"),
        _word("get-public-key", ("GetPublicKey",), "download the public key, to encrypt or verify outside KMS"),
        _word("describe", ("DescribeKey",), "what SDKs and consoles call before they use a key; metadata only"),
        _word("view", _VIEW, "read all there is to read about one key, but use nothing"),
        _word(
            "use-grants",
            ("CreateGrant", "ListGrants", "RevokeGrant"),
            "the third statement that the console adds for key users: grants only through an AWS service for its resource",
            (FOR_AWS_RESOURCE,),
        ),
        _word("revoke-grants", ("ListGrants", "RevokeGrant"), "see the grants of the key and take them back"),
        _word("manage", _MANAGE, "day-to-day: enable, disable, describe, name; the alias half of aliases is for IAM policies"),
        _word("tag", _TAG, "tags of the key; with tag conditions in IAM policies this gives access, so it is a word of its own"),
        _word(
            "rotate",
            ("DisableKeyRotation", "EnableKeyRotation", "RotateKeyOnDemand", *_ROTATION_READS),
            "automatic and on-demand rotation, which only symmetric encryption keys have",
        ),
        _word("change-policy", _POLICY, "read and replace the key policy: whoever has this can give anything to anyone"),
        _word("schedule-deletion", _DELETION, "delete the key after a waiting period, or call that off"),
        Capability(
            "import-material",
            _by_key_type(_IMPORT, _IMPORTABLE_TYPES),
            "imported key material; no page says that ML-KEM keys can have it",
        ),
        _word("replicate", _REPLICATE, "multi-Region keys; creating the replica also takes create-keys in its Region"),
        _anywhere("list-keys", _LIST_KEYS, "no key resource: IAM policies only, Resource *"),
        _anywhere("console-lists", _CONSOLE_LISTS, "what the KMS console lists; tag:GetResources has no key resource either"),
        _anywhere("snapshot", _SNAPSHOT, "what `kmsgen snapshot` and `kmsgen drift` read beside keys; view lets them read keys"),
        _anywhere("create-keys", ("kms:CreateKey",), "no key resource yet: IAM policies only, Resource *"),
        _anywhere(
            "create-multi-region-keys",
            ("iam:CreateServiceLinkedRole", "kms:CreateKey"),
            "the first multi-Region key of an account creates the role that keeps related keys the same",
        ),
    )
}


def actions_of(word: str, key_type: str) -> Values:
    """Return the exact actions of a word for a key type; nothing for an unknown word or where the type lacks them."""
    found = CAPABILITIES.get(word)
    return found.actions.get(key_type, found.actions.get("*", ())) if found else ()


_ADMINISTRATOR: Values = tuple(sorted({*_VIEW, *_MANAGE, *_TAG, *_ROTATE, *_POLICY, *_DELETION, "ListGrants", "RevokeGrant"}))
ADMINISTRATOR: Mapping[str, Values] = _by_key_type(_ADMINISTRATOR)
"""What runs a key of each type: the console's administrators, without use, CreateGrant and actions without effect."""
MULTI_REGION_ADMINISTRATOR: Values = tuple(f"kms:{name}" for name in _REPLICATE)
IMPORT_ADMINISTRATOR: Values = tuple(f"kms:{name}" for name in _IMPORT)


def administrator(key_type: str, *, multi_region: bool = False, imported: bool = False) -> Values:
    """Return the administrator set of a key: of its type, and what multi-Region keys and imported material add."""
    found = set(ADMINISTRATOR.get(key_type, ()))
    found |= set(MULTI_REGION_ADMINISTRATOR if multi_region else ())
    found |= set(IMPORT_ADMINISTRATOR if imported and key_type in _IMPORTABLE_TYPES else ())
    return tuple(sorted(found))


_DEPLOYER: Values = (
    "CreateAlias",
    "DeleteAlias",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "ListResourceTags",
    "PutKeyPolicy",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
)
DEPLOYER: Mapping[str, Values] = {
    key_type: tuple(f"kms:{name}" for name in _DEPLOYER if fits(ACTIONS[name], key_type)) for key_type in KEY_TYPES
}
"""What Terraform and CloudFormation call on the key to create it, change it and read it back.

The AWS provider of Terraform reads the rotation status of every key whose material KMS made, whatever its type.
"""


def in_key_policy(names: Values) -> Values:
    """Return those of the IAM names that a key policy can allow; the rest has effect in IAM policies only."""
    rows = (ACTIONS.get(name.removeprefix("kms:")) for name in names if name.startswith("kms:"))
    return tuple(row.iam_name for row in rows if row is not None and works_in_key_policy(row))
