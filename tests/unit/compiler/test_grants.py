"""Grants of an intent, as they stand on a key."""

from __future__ import annotations

import pytest

from kmsgen.compiler.grants import lets_services_grant, named_grantees
from kmsgen.compiler.permit import Permit
from kmsgen.policy.document import Condition, Principal
from tests.unit.compiler.compiling import ROLE, Compile


def test_the_grants_stand_on_the_key(compiled: Compile) -> None:
    """For the judge a grant of the file exists, issued by the key's account."""
    grants = compiled("grants: [{name: g, grantee: role/b, operations: [Decrypt]}]").bundle.keys[0].grants
    assert [(grant.id, grant.issuing_account) for grant in grants] == [("g", "111122223333")]


def grant_permit(*conditions: Condition, action: str = "kms:CreateGrant") -> Permit:
    """Return a permit to create grants."""
    return Permit(Principal("AWS", f"{ROLE}app"), action, "key", conditions, "use", ())


FOR_AWS = Condition("Bool", "kms:GrantIsForAWSResource", ("true",))
TO_BATCH = Condition("StringEquals", "KMS:GranteePrincipal", (f"{ROLE}batch",))


@pytest.mark.parametrize(
    ("conditions", "may"), [((), True), ((FOR_AWS,), True), ((FOR_AWS._replace(values=("false",)),), False), ((TO_BATCH,), False)]
)
def test_services_may_make_grants_where_nothing_rules_that_out(conditions: tuple[Condition, ...], may: bool) -> None:  # noqa: FBT001
    """A grantee that is named is no service's own principal."""
    assert lets_services_grant(grant_permit(*conditions)) is may


def test_grantees_that_lines_name_are_known() -> None:
    """Once each; no pattern of a variable, and no negation, names anybody."""
    named = [
        grant_permit(TO_BATCH),
        grant_permit(TO_BATCH),
        grant_permit(TO_BATCH, action="kms:Decrypt"),
        grant_permit(TO_BATCH._replace(operator="StringNotEquals", values=(f"{ROLE}other",))),
        grant_permit(TO_BATCH._replace(values=("arn:aws:iam::111122223333:role/${aws:PrincipalTag/t}",))),
    ]
    assert named_grantees(named) == (f"{ROLE}batch",)
