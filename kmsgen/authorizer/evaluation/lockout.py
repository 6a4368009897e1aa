"""The lockout safety check: a new key policy must let the caller change it again.

Source: CreateKey, PutKeyPolicy, ReplicateKey (KMS API Reference), BypassPolicyLockoutSafetyCheck; KMS Developer Guide,
key-policy-default, customer-managed-policies, key-policy-overview; AWS Knowledge Center, kms-policy-error-invalid-principals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kmsgen.arn import is_group, is_unique_id, parse_arn
from kmsgen.authorizer.context import parameters
from kmsgen.authorizer.decision import Decision, Outcome
from kmsgen.authorizer.evaluation.refusal import Refusal
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, REQUEST_TAG
from kmsgen.errors import InputError
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import KEY_POLICY_BYTES, compact_policy, parse_document
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator
from kmsgen.reading import parse

MALFORMED = "MalformedPolicyDocumentException"
RULE = "lockout"
_ACTIONS = frozenset({"putkeypolicy", "createkey", "replicatekey"})
_OVERLY_PERMISSIVE = (ENCRYPTION_CONTEXT, REQUEST_TAG)

Decide = Callable[[Bundle, Request], Decision]


def check(bundle: Bundle, principal: str, context: Mapping[str, tuple[str, ...]], decide: Decide) -> Decision:
    """Decide whether the principal could put the key policy of the bundle's first key again (kms:PutKeyPolicy).

    Conditions, boundary, session policies, SCPs and RCPs all count, as AWS does not say which do (S3).
    """
    again = Request(principal, "kms:PutKeyPolicy", (bundle.keys[0].key.arn,), context=context)
    decision = decide(bundle, again)
    notes = decision.notes if decision.outcome is Outcome.ALLOWED else ("S3", *decision.notes)
    return decision._replace(notes=tuple(dict.fromkeys(notes)))


def refusal(request: Request, bundle: Bundle, decide: Decide) -> Refusal | None:
    """Return why KMS refuses the key policy in the `Policy` parameter; None if it does not, or if the action takes none."""
    name = folded(request.action).removeprefix("kms:")
    if name not in _ACTIONS or not bundle.keys:
        return None
    document = _read(request.parameters["Policy"])
    if isinstance(document, Refusal):
        return document
    if parameters.flag(request.parameters, "BypassPolicyLockoutSafetyCheck"):
        return None
    decision = check(_with_policy(bundle, name, request, document), request.principal, request.context, decide)
    if decision.outcome is Outcome.ALLOWED:
        return None
    because = "the new key policy will not allow you to update the key policy in the future: " + ", ".join(decision.reason)
    return Refusal(MALFORMED, RULE, because, "S3")


def _read(raw: object) -> Document | Refusal:
    """Parse the Policy parameter (JSON text or plain data); a Refusal where it is too long or malformed."""
    text = raw if isinstance(raw, str) else compact_policy(raw)
    if len(text.encode(errors="replace")) > KEY_POLICY_BYTES:
        return Refusal("LimitExceededException", "key-policy-size", "a key policy has at most 32,768 bytes")
    try:
        document = parse_document(parse(raw, "Policy.json").data if isinstance(raw, str) else raw, principals="required")
    except InputError as error:
        return Refusal(MALFORMED, "key-policy-form", str(error.diagnostics[0].message))
    return _malformed(document) or document


def _malformed(document: Document) -> Refusal | None:
    for statement in document.statements:
        nobody = [one.value for one in statement.principals or () if one.kind == "AWS" and _is_invalid(one.value)]
        if nobody:
            return Refusal(MALFORMED, "key-policy-form", f"`{nobody[0]}` is no valid principal of a key policy")
        for condition in statement.conditions:
            operator = split_operator(condition.operator)
            if operator and operator.quantifier == "ForAllValues" and folded(condition.key).startswith(_OVERLY_PERMISSIVE):
                because = f"`{condition.operator}` with `{condition.key}` holds of requests without it: OverlyPermissiveCondition"
                return Refusal(MALFORMED, "key-policy-form", because)
    return None


def _is_invalid(principal: str) -> bool:
    """Tell whether no policy can be put that names a principal: a group, or the id that a deleted user or role leaves."""
    return is_group(principal) or is_unique_id(principal)


def _with_policy(bundle: Bundle, action: str, request: Request, document: Document) -> Bundle:
    """Return the bundle after the call: the new policy on the key that is changed, created or replicated, without grants."""
    wanted = request.resources[0] if request.resources else bundle.keys[0].key.arn
    access = next((item for item in bundle.keys if item.key.arn == wanted), bundle.keys[0])
    key = access.key
    if action == "createkey":
        key = Key(key.arn, management_account=key.management_account)
    elif action == "replicatekey":
        key = _replica(key, request)
    return bundle._replace(keys=(KeyAccess(key, document),))


def _replica(key: Key, request: Request) -> Key:
    arn = parse_arn(key.arn)
    region = parameters.text_of(request.parameters.get("ReplicaRegion"))
    text = str(arn._replace(region=region)) if arn and region else key.arn
    return key._replace(arn=text, multi_region_key_type="REPLICA", tags=(), aliases=())
