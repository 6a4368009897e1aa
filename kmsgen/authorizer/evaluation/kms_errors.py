"""KMS refusals of an allowed call on a key or alias: for its type, state, origin, owner or name.

Source: KMS Developer Guide, concepts (AWS managed keys), key-state, symm-asymm-compare, key-policy-modifying-external-accounts,
alias-about, rotate-keys; KMS API Reference, CreateAlias, EnableKeyRotation, RotateKeyOnDemand.
"""

import re
from collections.abc import Callable

from kmsgen.authorizer.context.view import Resource
from kmsgen.authorizer.evaluation.refusal import Refusal, invalid
from kmsgen.catalogue.actions import FOOTNOTES
from kmsgen.catalogue.key_specs import CUSTOM_KEY_STORE_ORIGINS, key_type
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Key

UNSUPPORTED = "UnsupportedOperationException"
INVALID_STATE = "KMSInvalidStateException"


def refusal_of_key(action: Action, account: str | None, target: Resource) -> Refusal | None:
    """Return why KMS refuses an action on a key, whatever the request holds; None if it does not. `account` is the caller's."""
    if target.kind in ("*", "new key"):
        return None
    if target.kind == "alias" and target.shape is None:
        refusal = _bad_alias(target)
        if refusal is not None:
            return refusal
    if account is not None and target.account != account and not action.cross_account:
        return Refusal("AccessDeniedException", "cross-account", f"kms:{action.name} does not reach keys of other accounts")
    if target.key is None:
        return None
    refusals = (_managed(action, target.key), _wrong_type(action, target.key), _wrong_origin(action, target.key))
    return next((one for one in refusals if one is not None), None) or _wrong_state(action, target, target.key)


_ALIAS_NAME = re.compile(r"alias/[a-zA-Z0-9/_-]{1,250}\Z")
_AWS_ALIAS = "alias/aws/"


def _bad_alias(target: Resource) -> Refusal | None:
    name = target.arn.split(":", 5)[5]
    if name.startswith(_AWS_ALIAS):
        return Refusal("InvalidAliasNameException", "alias", f"`{_AWS_ALIAS}` is reserved for AWS managed keys", "S17")
    if not _ALIAS_NAME.match(name):
        return invalid("alias", f"`{name}` is no name of an alias")
    return None


_CHANGING = frozenset({"Write", "Tagging", "Permissions management"})
_OF_GRANTS = frozenset({"CreateGrant", "RetireGrant", "RevokeGrant"})


def _managed(action: Action, key: Key) -> Refusal | None:
    """Refuse changes to an AWS managed key; grants on it are not refused, for AWS services make them for their users."""
    changes = not _CHANGING.isdisjoint(action.access_levels) and not action.cryptographic and action.name not in _OF_GRANTS
    if key.manager != "AWS" or not changes:
        return None
    return Refusal("AccessDeniedException", "aws-managed-key", f"nobody can call kms:{action.name} on an AWS managed key", "S17")


_ON_THE_PRIMARY = frozenset({"EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"})


def _wrong_type(action: Action, key: Key) -> Refusal | None:
    kind = key_type(key.spec, key.usage)
    if kind is None:
        return Refusal("InvalidKeyUsageException", "key-type", f"there is no key of spec {key.spec} and usage {key.usage}")
    if action.key_types is not None and kind not in action.key_types:
        error = "InvalidKeyUsageException" if action.cryptographic or action.grantable else UNSUPPORTED
        error = UNSUPPORTED if action.name == "GetPublicKey" else error
        return Refusal(error, "key-type", f"kms:{action.name} does not work with a key of spec {key.spec}, usage {key.usage}")
    if action.multi_region_only and not key.multi_region:
        return Refusal(UNSUPPORTED, "key-type", f"kms:{action.name} works with multi-Region keys only")
    if action.name == "ReplicateKey" and key.multi_region_key_type == "REPLICA":
        return Refusal(UNSUPPORTED, "key-type", "only a primary key can be replicated")
    if action.name in _ON_THE_PRIMARY and key.multi_region_key_type == "REPLICA":
        return Refusal(UNSUPPORTED, "key-type", "the rotation of related multi-Region keys is set on the primary key")
    return None


_MATERIAL = ("ImportKeyMaterial", "GetParametersForImport", "DeleteImportedKeyMaterial")
_PAIRS = ("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")
_NO_CUSTOM_STORE = ("AWS_KMS", "EXTERNAL")
_ORIGINS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_MATERIAL, ("EXTERNAL",)),
    **dict.fromkeys(("EnableKeyRotation", "DisableKeyRotation"), ("AWS_KMS",)),
    "RotateKeyOnDemand": _NO_CUSTOM_STORE,
    **dict.fromkeys(_PAIRS, _NO_CUSTOM_STORE),
}


def _wrong_origin(action: Action, key: Key) -> Refusal | None:
    if key.origin not in _ORIGINS.get(action.name, (key.origin,)):
        return Refusal(UNSUPPORTED, "key-type", f"kms:{action.name} does not work with a key of origin {key.origin}")
    return None


def _wrong_state(action: Action, target: Resource, key: Key) -> Refusal | None:
    rule = (action.states or {}).get(key.state)
    if rule is None:
        return None
    if rule.ok is None and not rule.notes:
        return Refusal(INVALID_STATE, "key-state", f"a key that kms:{action.name} works with is never {key.state}", "S9")
    holding = [note for note in rule.notes if note in _CONDITIONAL and _CONDITIONAL[note](key, target)]
    if rule.ok is not False and not holding:
        return None
    # a footnote whose condition holds speaks for itself; else the catalogue names the exception to report first
    plain = [FOOTNOTES[note][0] for note in rule.notes if note not in _CONDITIONAL]
    names = [FOOTNOTES[note][0] for note in holding] or [name for name in rule.exceptions if name in plain]
    names = names or list(rule.exceptions)
    others = tuple(name for name in plain if name != names[0] and not holding)
    return Refusal(names[0], "key-state", f"the key is {key.state}, and kms:{action.name} fails then", also=others)


_CONDITIONAL: dict[str, Callable[[Key, Resource], bool]] = {
    "6": lambda key, _target: key.origin == "EXTERNAL",
    "7": lambda key, _target: key.origin in CUSTOM_KEY_STORE_ORIGINS,
    "8": lambda key, _target: key.origin == "EXTERNAL",
    "9": lambda key, _target: key.origin != "EXTERNAL",
    "10": lambda _key, target: not target.leaving,
}
