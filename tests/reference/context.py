"""The context of a request: what KMS and IAM know, which no caller can claim.

Source: KMS Developer Guide, conditions-kms, kms-api-permissions-reference; IAM User Guide, reference_policies_condition-keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import Key
from kmsgen.policy.grant import Grant
from tests.reference.people import Kind, Person

Values = dict[str, tuple[str, ...]]
SERVICE_ONLY = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
KNOWN = (
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:username", "aws:requestedregion",
    "aws:viaawsservice", "aws:principalisawsservice",
    "aws:principalservicename", "aws:resourceaccount", "aws:tagkeys",
)  # fmt: skip
"""Global keys that follow from the request."""
KNOWN_FAMILIES = ("aws:principaltag/", "aws:resourcetag/", "aws:requesttag/")
TOLD = ("kms:viaservice", "kms:grantisforawsresource", "kms:requestalias", "kms:trailingdayswithoutkeyusage")
"""KMS keys that only the caller can tell: how the call came, and what KMS counted."""
TOLD_FAMILIES = ("kms:recipientattestation:",)
PARAMETERS = {
    "kms:encryptionalgorithm": ("EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
    "kms:signingalgorithm": ("SigningAlgorithm", None),
    "kms:messagetype": ("MessageType", "RAW"),
    "kms:macalgorithm": ("MacAlgorithm", None),
    "kms:keyagreementalgorithm": ("KeyAgreementAlgorithm", None),
    "kms:encapsulationalgorithm": ("EncapsulationAlgorithm", None),
    "kms:datakeypairspec": ("KeyPairSpec", None),
    "kms:wrappingalgorithm": ("WrappingAlgorithm", None),
    "kms:wrappingkeyspec": ("WrappingKeySpec", None),
    "kms:expirationmodel": ("ExpirationModel", None),
    "kms:validto": ("ValidTo", None),
    "kms:rotationperiodindays": ("RotationPeriodInDays", "365"),
    "kms:schedulekeydeletionpendingwindowindays": ("PendingWindowInDays", "30"),
    "kms:primaryregion": ("PrimaryRegion", None),
    "kms:replicaregion": ("ReplicaRegion", None),
    "kms:policyname": ("PolicyName", "default"),
    "kms:bypasspolicylockoutsafetycheck": ("BypassPolicyLockoutSafetyCheck", None),
}
"""Condition keys that show a parameter of the request, and what they show without it."""


@dataclass(frozen=True)
class Target:
    """What is to be authorized: an action on a resource, on a key where there is one, in a Region."""

    action: str  # "Decrypt"
    resource: str  # an ARN or "*"
    key: Key | None
    region: str
    alias: str | None = None  # the alias by which the request names the key
    same_key: bool | None = None  # of a ReEncrypt

    @property
    def iam_action(self) -> str:
        """The action as policies spell it."""
        return self.action if ":" in self.action else f"kms:{self.action}"


def build(request: Request, person: Person, target: Target) -> Values:
    """Build the context of one action of a request."""
    context = _told(request, person)
    context.update(_of_person(person))
    context["aws:requestedregion"] = (target.region,)
    if target.resource != "*":
        context["aws:resourceaccount"] = (target.resource.split(":")[4],)
    row = ACTIONS.get(target.action)
    carried = row.condition_keys if row and ":alias/" not in target.resource else frozenset()
    kms = {**_of_key(target), **_of_parameters(request, target), **_of_grant(request), **_of_encryption_context(request)}
    kms["kms:calleraccount"] = (person.account,) if person.account else ()
    if "kms:viaservice" in context and "kms:viaservice" not in carried:
        del context["kms:viaservice"]
    context.update({name: values for name, values in kms.items() if _carries(carried, name) and values})
    return {name: values for name, values in context.items() if not _kms(name) or _carries(carried, name)}


def without_key_tags(context: Values) -> Values:
    """Leave out what key policies cannot see (C4)."""
    return {n: v for n, v in context.items() if n != "kms:resourcealiases" and not n.startswith("aws:resourcetag/")}


def _kms(name: str) -> bool:
    return name.startswith(("kms:", "aws:resourcetag/", "aws:requesttag/")) or name == "aws:tagkeys"


def _carries(carried: Iterable[str], name: str) -> bool:
    return any(name == key or (key.endswith((":", "/")) and name.startswith(key)) for key in _with_old_names(carried))


def _with_old_names(carried: Iterable[str]) -> set[str]:
    names = set(carried)
    names |= {"kms:customermasterkeyspec"} if "kms:keyspec" in names else set()
    return names | ({"kms:customermasterkeyusage"} if "kms:keyusage" in names else set())


def _told(request: Request, person: Person) -> Values:
    """Take from the caller what cannot be derived and does not contradict the request."""
    context = {name.lower(): tuple(values) for name, values in request.context.items()}
    service = person.kind is Kind.SERVICE
    for name in list(context):
        derived = name in KNOWN or name.startswith(KNOWN_FAMILIES)
        derived = derived or (name.startswith("kms:") and name not in TOLD and not name.startswith(TOLD_FAMILIES))
        misplaced = name in SERVICE_ONLY and not service
        if derived or misplaced or (name == "kms:viaservice" and service):
            del context[name]
    if "aws:sourcevpce" in context or "aws:sourcevpc" in context:
        context.pop("aws:sourceip", None)
    if context.get("aws:multifactorauthpresent") != ("true",):
        context.pop("aws:multifactorauthage", None)
    if service:
        for name in [name for name in context if name.startswith("aws:calledvia")]:
            del context[name]
    # KMS answers over TLS only.
    context.setdefault("aws:securetransport", ("true",))
    context["aws:viaawsservice"] = ("true" if "kms:viaservice" in context else "false",)
    context.setdefault("kms:grantisforawsresource", ("false",))
    return context


def _of_person(person: Person) -> Values:
    if person.kind is Kind.SERVICE:
        return {"aws:principalisawsservice": ("true",), "aws:principalservicename": (person.arn,)}
    context: Values = {
        "aws:principalisawsservice": ("false",),
        "aws:principalarn": (person.condition_arn,),
        "aws:principalaccount": (person.account,),
        "aws:principaltype": (person.kind.value,),
    }
    if person.kind is Kind.USER:
        context["aws:username"] = (person.name,)
    if person.kind is Kind.FEDERATED:
        context["aws:userid"] = (f"{person.account}:{person.name}",)
    if person.kind is Kind.ROOT:
        context["aws:userid"] = (person.account,)
    for name, value in person.beside.tags:
        context[f"aws:principaltag/{name.lower()}"] = (value,)
    organization = person.beside.organization
    if organization is not None:
        context["aws:principalorgid"] = (organization.id,)
        context["aws:principalorgpaths"] = organization.paths
    return context


def _of_key(target: Target) -> Values:
    key = target.key
    if key is None or ":alias/" in target.resource:
        return {}
    context: Values = {f"aws:resourcetag/{name.lower()}": (value,) for name, value in key.tags}
    context["kms:keyspec"] = context["kms:customermasterkeyspec"] = (key.spec,)
    context["kms:keyusage"] = context["kms:customermasterkeyusage"] = (key.usage,)
    context["kms:keyorigin"] = (key.origin,)
    context["kms:multiregion"] = ("true" if key.multi_region else "false",)
    context["kms:multiregionkeytype"] = (key.multi_region_key_type,) if key.multi_region_key_type else ()
    context["kms:resourcealiases"] = key.aliases if len(key.aliases) <= 50 else ()
    if target.alias:
        context["kms:requestalias"] = (target.alias,)
    return context


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_parameters(request: Request, target: Target) -> Values:
    context: Values = {}
    for name, (parameter, default) in PARAMETERS.items():
        value = request.parameters.get(parameter, default)
        context[name] = () if value is None else (_text(value),)
    if target.same_key is not None:
        context["kms:reencryptonsamekey"] = (_text(target.same_key),)
    if target.action == "CreateKey":
        context.update(_of_new_key(request.parameters))
    tags = request.parameters.get("Tags")
    for tag in tags if isinstance(tags, list | tuple) else ():
        context[f"aws:requesttag/{tag['TagKey'].lower()}"] = (tag["TagValue"],)
        context["aws:tagkeys"] = (*context.get("aws:tagkeys", ()), tag["TagKey"])
    keys = request.parameters.get("TagKeys")
    if isinstance(keys, list | tuple):
        context["aws:tagkeys"] = tuple(keys)
    return context


def _of_new_key(parameters: Mapping[str, object]) -> Values:
    spec = (_text(parameters.get("KeySpec", "SYMMETRIC_DEFAULT")),)
    usage = (_text(parameters.get("KeyUsage", "ENCRYPT_DECRYPT")),)
    multi = _text(parameters.get("MultiRegion", False))
    return {
        "kms:keyspec": spec, "kms:customermasterkeyspec": spec, "kms:keyusage": usage, "kms:customermasterkeyusage": usage,
        "kms:keyorigin": (_text(parameters.get("Origin", "AWS_KMS")),),
        "kms:multiregion": (multi,),
        "kms:multiregionkeytype": ("PRIMARY",) if multi == "true" else (),
    }  # fmt: skip


def context_pairs(grant: Grant) -> tuple[tuple[str, str], ...]:
    """Return the encryption context pairs of a grant's constraint."""
    constraints = grant.constraints
    return constraints.encryption_context_equals or constraints.encryption_context_subset or ()


def of_constraint(grant: Grant) -> Values:
    """Return the keys that show the encryption context constraint of a grant."""
    kinds = {
        "EncryptionContextEquals": grant.constraints.encryption_context_equals,
        "EncryptionContextSubset": grant.constraints.encryption_context_subset,
    }
    return {
        "kms:grantconstrainttype": tuple(kind for kind, pairs in kinds.items() if pairs is not None),
        **{f"kms:encryptioncontext:{name.lower()}": (value,) for name, value in context_pairs(grant)},
    }


def _of_grant(request: Request) -> Values:
    grant = request.create_grant
    if grant is None:
        return {}
    constraints = grant.constraints
    retiring = (grant.retiring,) if grant.retiring else ()
    return {
        "kms:grantoperations": grant.operations,
        "kms:granteeserviceprincipal" if grant.grantee_is_service else "kms:granteeprincipal": (grant.grantee,),
        "kms:retiringserviceprincipal" if grant.retiring_is_service else "kms:retiringprincipal": retiring,
        "kms:grantconstrainttype": of_constraint(grant)["kms:grantconstrainttype"],
        "kms:grantconstraintsourcearn": (constraints.source_arn,) if constraints.source_arn else (),
    }


def _of_encryption_context(request: Request) -> Values:
    pairs = tuple(request.encryption_context.items())
    if request.create_grant is not None:
        pairs = context_pairs(request.create_grant)
    context: Values = {f"kms:encryptioncontext:{name.lower()}": (value,) for name, value in pairs}
    context["kms:encryptioncontextkeys"] = tuple(name for name, _value in pairs)
    return context
