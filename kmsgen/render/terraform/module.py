"""Terraform modules: what is in them. How it looks stands in `templates/terraform`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.document import Document
from kmsgen.render.deployment import creation_of
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.references import KeyReference
from kmsgen.render.terraform.hcl import Expression, identifier

DEFAULT_DELETION_WINDOW = 30


class KeyPolicyResource(NamedTuple):
    """An aws_kms_key_policy: the policy of a key that the module does not create. `key_id` is a text or an expression."""

    label: str
    key_id: object
    document: Document


class GrantResource(NamedTuple):
    """An aws_kms_grant. `title` is its name in the output `grant_ids`; an empty context is no constraint."""

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
    """A Terraform module, one folder.

    `created` is the key, or the one that it is a replica of, and `key_type` the resource type that creates it. `given` is the
    variable through which a module is told of a key that it does not create, `reference` how it names the key to create or given.
    `puts_out_key` says whether the key's ARN and id are outputs. `moved` has the addresses of resources by what they were before,
    `removed` the addresses of what Terraform is to let go as it is.
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
    moved: Mapping[str, str] = MappingProxyType({})
    removed: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to create, and nothing to let go."""
        return not (self.created or self.key_policies or self.policies or self.grants or self.removed)

    @property
    def deletion_window_days(self) -> int:
        """Default of the variable `deletion_window_in_days`."""
        days = creation_of(self.created).deletion_window_days if self.created else None
        return days or DEFAULT_DELETION_WINDOW

    @property
    def key_policy_addresses(self) -> tuple[str, ...]:
        """Resource addresses of the key policies, for which grants wait."""
        return tuple(f"aws_kms_key_policy.{key_policy.label}" for key_policy in self.key_policies)

    @property
    def policy_arns(self) -> Mapping[str, list[Expression]]:
        """The ARNs of the IAM policies, by the principal that they are for."""
        found: dict[str, list[Expression]] = {}
        for policy in self.policies:
            found.setdefault(policy.holder.principal, []).append(Expression(f"aws_iam_policy.{identifier(policy.label)}.arn"))
        return found

    @property
    def grant_ids(self) -> Mapping[str, Expression]:
        """The ids of the grants, by name."""
        return {grant.title: Expression(f"aws_kms_grant.{identifier(grant.label)}.grant_id") for grant in self.grants}
