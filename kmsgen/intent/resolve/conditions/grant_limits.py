"""`when: {grant: ...}`: what the grants must be that kms:CreateGrant of a line makes.

Source: KMS Developer Guide, conditions-kms (kms:GrantOperations, kms:GranteePrincipal, kms:GranteeServicePrincipal,
kms:RetiringPrincipal, kms:RetiringServicePrincipal, kms:GrantConstraintType, kms:GrantIsForAWSResource).
"""

from __future__ import annotations

from kmsgen.arn import is_service_principal
from kmsgen.intent.form.model import GrantWhenFile
from kmsgen.intent.form.words import CONSTRAINTS
from kmsgen.intent.intent import GrantWhen
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.grants import resolve_operations
from kmsgen.intent.resolve.principals import resolve_principal
from kmsgen.reading import Steps

Values = tuple[str, ...]

_CREATE_GRANT = "kms:CreateGrant"


def resolve_grant_limits(file: GrantWhenFile | None, allowed: Values, steps: Steps, context: Context) -> GrantWhen:
    """Return what grants must be; reports what no grant is, and limits on a line that lets nobody create grants."""
    if file is None:
        return GrantWhen()
    if allowed and _CREATE_GRANT not in allowed:
        message = f"`grant` is about the grants that `{_CREATE_GRANT}` makes, which this line does not allow"
        context.refuse(steps, "when-without-effect", message, f"add `{_CREATE_GRANT}` to `can`, or leave it out")
    return GrantWhen(
        operations=resolve_operations(file.operations or [], (*steps, "operations"), context),
        grantees=_named(file.grantees, (*steps, "grantees"), context),
        retiring=_named(file.retiring, (*steps, "retiring"), context),
        constraint=_constraints(file.constraint, (*steps, "constraint"), context),
        for_aws=file.for_aws,
    )


def _named(texts: list[str] | None, steps: Steps, context: Context) -> Values:
    """Return the ARNs of principals, or the names of services: a grant shows either under a condition key of its own."""
    services = [text for text in texts or () if is_service_principal(text)]
    if services and len(services) != len(texts or ()):
        hint = "two lines, one for each"
        context.refuse(steps, "grant-mixed", "principals and AWS services stand under different condition keys", hint)
        return ()
    if services:
        return tuple(dict.fromkeys(services))
    found = (resolve_principal(text, (*steps, index), context) for index, text in enumerate(texts or ()))
    return tuple(dict.fromkeys(who.arn for who in found if who))


def _constraints(words: list[str] | None, steps: Steps, context: Context) -> Values:
    if words and context.key_type not in (None, "symmetric"):
        message = f"grants on a key of {context.spec} have no constraint: its operations have no encryption context"
        context.refuse(steps, "grant-constraint-key-type", message, "leave it out")
    return tuple(dict.fromkeys(CONSTRAINTS[word] for word in words or ()))
