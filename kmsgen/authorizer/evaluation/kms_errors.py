"""What KMS refuses although authorization lets it through: key type, key state, calls across accounts, bad grants.

Source: KMS Developer Guide, key-state, symm-asymm-compare, key-policy-modifying-external-accounts, create-grant-overview, grants;
KMS API Reference.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, account_of, is_service_principal, parse_arn
from kmsgen.authorizer.context import parameters
from kmsgen.authorizer.context.lookup import Target, View
from kmsgen.authorizer.language.principal import Caller
from kmsgen.catalogue import grants as catalogue
from kmsgen.catalogue.actions import FOOTNOTES
from kmsgen.catalogue.key_specs import CUSTOM_KEY_STORE_ORIGINS, algorithms, key_type
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Key
from kmsgen.policy.grant import Grant

VALIDATION = "ValidationError"
UNSUPPORTED = "UnsupportedOperationException"
INVALID_STATE = "KMSInvalidStateException"


class Refusal(NamedTuple):
    """KMS's exception, the rule behind it (`key-state`, `key-type` ...), what it says, and a silence that it rests on.

    `also` are further exceptions that the page allows for in the same place.
    """

    error: str
    rule: str
    because: str
    note: str | None = None
    also: tuple[str, ...] = ()


def refusal_of_key(action: Action, caller: Caller, target: Target) -> Refusal | None:
    """Return why KMS refuses an action on a key whoever asks and whatever the request holds."""
    if target.kind == "*":
        return None
    if caller.account is not None and target.account != caller.account and not action.cross_account:
        return Refusal("AccessDeniedException", "cross-account", f"kms:{action.name} does not reach keys of other accounts")
    if target.key is None:
        return None
    return _wrong_type(action, target.key) or _wrong_origin(action, target.key) or _wrong_state(action, target, target.key)


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


def _wrong_state(action: Action, target: Target, key: Key) -> Refusal | None:
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


_CONDITIONAL: dict[str, Callable[[Key, Target], bool]] = {
    "6": lambda key, _target: key.origin == "EXTERNAL",
    "7": lambda key, _target: key.origin in CUSTOM_KEY_STORE_ORIGINS,
    "8": lambda key, _target: key.origin == "EXTERNAL",
    "9": lambda key, _target: key.origin != "EXTERNAL",
    "10": lambda _key, target: not target.leaving,
}


def refusal_of_request(view: View) -> Refusal | None:
    """Return why KMS refuses what the request holds: an algorithm or context that the key lacks, a bad grant."""
    return next(_refusals_of_request(view), None)


def _refusals_of_request(view: View) -> Iterator[Refusal]:
    key = view.target.key
    if len(view.request.grant_tokens) > catalogue.MAX_TOKENS_PER_REQUEST:
        yield Refusal(VALIDATION, "grant-tokens", "a request takes at most 10 grant tokens")
    if key is None:
        return
    if view.action.encryption_context and view.encryption_context and key.spec != "SYMMETRIC_DEFAULT":
        yield Refusal(VALIDATION, "encryption-context", "only symmetric encryption keys take an encryption context")
    yield from _wrong_algorithm(view, key)
    if view.action.name == "CreateGrant" and view.request.create_grant is not None:
        yield from bad_grant(view.request.create_grant, key)


_ALGORITHMS = (
    "kms:encryptionalgorithm",
    "kms:signingalgorithm",
    "kms:macalgorithm",
    "kms:keyagreementalgorithm",
    "kms:encapsulationalgorithm",
)


def _wrong_algorithm(view: View, key: Key) -> Iterator[Refusal]:
    for name in _ALGORITHMS:
        asked = parameters.of(name, view.action.name, view.request.parameters) if name in view.action.condition_keys else None
        if asked and asked[0] not in algorithms(key.spec, key.usage):
            yield Refusal("InvalidKeyUsageException", "key-type", f"a key of spec {key.spec} has no algorithm `{asked[0]}`")


def bad_grant(grant: Grant, key: Key) -> Iterator[Refusal]:
    """Yield what is wrong with the parameters of a CreateGrant for a key."""
    kind = key_type(key.spec, key.usage) or ""
    if not grant.operations:
        yield Refusal(VALIDATION, "grant-request", "a grant lists at least one operation")
    for operation in grant.operations:
        if operation not in catalogue.operations(kind):
            yield Refusal(VALIDATION, "grant-request", f"the operation `{operation}` does not fit a key of spec {key.spec}")
    yield from _bad_principals(grant)
    yield from _bad_constraints(grant, kind)
    if grant.name is not None and not catalogue.NAME.match(grant.name):
        yield Refusal(VALIDATION, "grant-request", f"`{grant.name}` is no name of a grant")


def _bad_principals(grant: Grant) -> Iterator[Refusal]:
    for text, service in ((grant.grantee, grant.grantee_is_service), (grant.retiring, grant.retiring_is_service)):
        if text is None:
            continue
        if service and not is_service_principal(text):
            yield Refusal(VALIDATION, "grant-request", f"`{text}` is no service principal")
        if not service and not names_principal(text):
            yield Refusal("InvalidArnException", "grant-request", f"`{text}` is no account, user, role or session")
    if grant.grantee_is_service and (grant.constraints.source_arn is None or grant.retiring is None):
        message = "a grant to a service principal needs a SourceArn constraint and a retiring principal"
        yield Refusal(VALIDATION, "grant-request", message)


def names_principal(text: str) -> bool:
    """Return whether a text is an account, or the ARN of an account, user, role, session or federated user."""
    arn = parse_arn(text)
    if arn is None or not ACCOUNT_ID.match(account_of(text) or ""):
        return bool(ACCOUNT_ID.match(text))
    kinds = {"iam": ("user", "role"), "sts": ("assumed-role", "federated-user")}.get(arn.service, ())
    return (arn.service == "iam" and arn.resource == "root") or (arn.kind in kinds and bool(arn.name) and "*" not in text)


def _bad_constraints(grant: Grant, kind: str) -> Iterator[Refusal]:
    constraints = grant.constraints
    both = (constraints.encryption_context_equals, constraints.encryption_context_subset)
    given = [pairs for pairs in both if pairs is not None]
    if len(given) == 2:
        yield Refusal(VALIDATION, "grant-request", "a grant has one encryption context constraint at most")
    if given and not catalogue.takes_encryption_context(kind):
        yield Refusal(VALIDATION, "grant-request", "only symmetric encryption keys take an encryption context constraint")
    for pairs in given:
        characters = sum(len(name) + len(value) for name, value in pairs)
        if len(pairs) > catalogue.MAX_CONTEXT_PAIRS or characters > catalogue.MAX_CONTEXT_CHARACTERS:
            yield Refusal(VALIDATION, "grant-request", "an encryption context constraint takes 8 pairs and 384 characters")
    if constraints.source_arn is not None and not catalogue.SOURCE_ARN.match(constraints.source_arn):
        yield Refusal(VALIDATION, "grant-request", f"`{constraints.source_arn}` is no ARN that a SourceArn constraint takes")
