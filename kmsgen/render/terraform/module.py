"""What a Terraform module is made of; how it looks stands in `templates/terraform`."""

from collections.abc import Mapping
from typing import NamedTuple

from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.document import Document
from kmsgen.render.deployment import creation_of
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.references import KeyReference
from kmsgen.render.terraform.hcl import Expression

DEFAULT_DELETION_WINDOW = 30


class KeyPolicyResource(NamedTuple):
    """An aws_kms_key_policy: the policy of a key that the module does not create. `key_id` is a text or an expression."""

    label: str
    key_id: object
    document: Document


class GrantResource(NamedTuple):
    """An aws_kms_grant. `title` is what the output of its id is filed under; an empty context demands nothing."""

    label: str
    title: str
    name: str | None
    key_id: object
    grantee: str
    retiring: str | None
    operations: tuple[str, ...]
    context_equals: Mapping[str, str]
    context_subset: Mapping[str, str]


class Module(NamedTuple):
    """What one folder of Terraform holds.

    `created` is the key, or the one that it is a replica of, and `key_type` the resource type that creates it. `given` is the
    variable through which a module is told of a key that it does not create. `reference` is how it names the key.
    """

    folder: str
    intent: str
    account: str
    region: str = ""
    created: KeyAccess | None = None
    key_type: str = ""
    alias: str | None = None
    given: str = ""
    reference: KeyReference | None = None
    puts_out_key: bool = False
    key_policies: tuple[KeyPolicyResource, ...] = ()
    policies: tuple[IdentityPolicy, ...] = ()
    grants: tuple[GrantResource, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to create."""
        return not (self.created or self.key_policies or self.policies or self.grants)

    @property
    def deletion_window_days(self) -> int:
        """The days that KMS waits before it deletes the key, unless the module is told otherwise."""
        days = creation_of(self.created).deletion_window_days if self.created else None
        return days or DEFAULT_DELETION_WINDOW

    @property
    def key_policy_addresses(self) -> tuple[str, ...]:
        """The addresses of the key policies: a grant waits for them."""
        return tuple(f"aws_kms_key_policy.{key_policy.label}" for key_policy in self.key_policies)

    @property
    def policy_arns(self) -> Mapping[str, list[Expression]]:
        """The ARNs of the IAM policies, by the principal that they are for."""
        found: dict[str, list[Expression]] = {}
        for policy in self.policies:
            found.setdefault(policy.holder.principal, []).append(Expression(f"aws_iam_policy.{policy.label}.arn"))
        return found

    @property
    def grant_ids(self) -> Mapping[str, Expression]:
        """The ids of the grants, by name."""
        return {grant.title: Expression(f"aws_kms_grant.{grant.label}.grant_id") for grant in self.grants}
