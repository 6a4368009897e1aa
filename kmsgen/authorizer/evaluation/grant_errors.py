"""CreateGrant parameters that KMS refuses, whatever the policies allow.

Source: KMS Developer Guide, grants, create-grant-overview; CreateGrant (KMS API Reference).
"""

from collections.abc import Iterator

from kmsgen.arn import is_service_principal, names_principal
from kmsgen.authorizer.evaluation.refusal import Refusal, invalid
from kmsgen.catalogue import grants as catalogue
from kmsgen.catalogue.key_specs import key_type
from kmsgen.policy.bundle import Key
from kmsgen.policy.grant import Grant

RULE = "grant-request"
CREATE = "CreateGrant"


def bad_grant(grant: Grant, key: Key) -> Iterator[Refusal]:
    """Yield a refusal for each fault in the parameters of a CreateGrant for a key."""
    kind = key_type(key.spec, key.usage) or ""
    yield from (invalid(RULE, fault) for fault in grant.faults)
    if not grant.operations:
        yield invalid(RULE, "a grant lists at least one operation")
    if set(grant.operations) == {CREATE}:
        yield invalid(RULE, "a grant must not list CreateGrant alone")
    for operation in grant.operations:
        if operation not in catalogue.operations(kind):
            yield invalid(RULE, f"the operation `{operation}` does not fit a key of spec {key.spec}")
    yield from _bad_principals(grant)
    yield from _bad_constraints(grant, kind)
    if grant.name is not None and not catalogue.NAME.match(grant.name):
        yield invalid(RULE, f"`{grant.name}` is no name of a grant")


def _bad_principals(grant: Grant) -> Iterator[Refusal]:
    for text, service in ((grant.grantee, grant.grantee_is_service), (grant.retiring, grant.retiring_is_service)):
        if not text:
            continue
        if service and not is_service_principal(text):
            yield invalid(RULE, f"`{text}` is no service principal")
        if not service and not names_principal(text):
            yield Refusal("InvalidArnException", RULE, f"`{text}` is no account, user, role or session")
    if grant.grantee_is_service and (grant.constraints.source_arn is None or grant.retiring is None):
        yield invalid(RULE, "a grant to a service principal needs a SourceArn constraint and a retiring principal")


def _bad_constraints(grant: Grant, kind: str) -> Iterator[Refusal]:
    constraints = grant.constraints
    both = (constraints.encryption_context_equals, constraints.encryption_context_subset)
    given = [pairs for pairs in both if pairs is not None]
    if len(given) == 2:
        yield invalid(RULE, "a grant has one encryption context constraint at most")
    if given and not catalogue.takes_encryption_context(kind):
        because = "only symmetric encryption keys take an encryption context constraint"
        yield invalid(RULE, because, None if any(given) else "S14")
    for pairs in given:
        characters = sum(len(name) + len(value) for name, value in pairs)
        if len(pairs) > catalogue.MAX_CONTEXT_PAIRS or characters > catalogue.MAX_CONTEXT_CHARACTERS:
            yield invalid(RULE, "an encryption context constraint takes 8 pairs and 384 characters")
    if constraints.source_arn is not None and not catalogue.SOURCE_ARN.match(constraints.source_arn):
        yield invalid(RULE, f"`{constraints.source_arn}` is no ARN that a SourceArn constraint takes")
