"""Terraform modules: what is in them. How it looks stands in `templates/terraform`."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Self

from kmsgen.arn import parse_arn
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.document import Document
from kmsgen.render.deployment import creation_of
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.names import ATTACHABLE
from kmsgen.render.references import KeyReference, KeyReferences
from kmsgen.render.terraform.hcl import Expression, identifier

DEFAULT_DELETION_WINDOW = 30
TAGS = 50


class NamedPrincipals(NamedTuple):
    """The users or the roles of the module's account that its key policies name: ARN by name."""

    kind: str
    arns: Mapping[str, str]


def named_principals(documents: Iterable[Document], account: str) -> tuple[NamedPrincipals, ...]:
    """Return the users and roles of an account whom policies name as principals."""
    found: dict[str, dict[str, str]] = {}
    statements = (statement for document in documents for statement in document.statements)
    for principal in (one for statement in statements for one in statement.principals or () if one.kind == "AWS"):
        arn = parse_arn(principal.value)
        if arn and arn.service == "iam" and arn.account == account and arn.kind in ATTACHABLE:
            found.setdefault(arn.kind, {})[arn.name.rpartition("/")[2]] = principal.value
    return tuple(NamedPrincipals(kind, dict(sorted(names.items()))) for kind, names in sorted(found.items()))


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
    """A Terraform module, one folder. `reference` is how it names the key to create, or given."""

    folder: str
    intent: str
    account: str
    region: str = ""
    created: KeyAccess | None = None  # the key, or the one that it is a replica of
    key_type: str = ""  # the resource type that creates it
    alias: str | None = None
    given: str = ""  # the variable that tells of a key that the module does not create
    reference: KeyReference | KeyReferences | None = None
    puts_out_key: bool = False  # the key's ARN and id are outputs
    key_policies: tuple[KeyPolicyResource, ...] = ()
    policies: tuple[IdentityPolicy, ...] = ()
    grants: tuple[GrantResource, ...] = ()
    moved: Mapping[str, str] = MappingProxyType({})  # new addresses of resources by what they were before
    removed: tuple[str, ...] = ()  # addresses of what Terraform is to let go as it is
    named: tuple[NamedPrincipals, ...] = ()  # principals that can be looked up first
    given_keys: tuple[str, ...] = ()  # the intents of whose keys a module about several is told

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
    def further_tags(self) -> int:
        """How many tags there is room for beside those of the intent (KMS Developer Guide, "Tags in AWS KMS")."""
        return TAGS - len(creation_of(self.created).tags if self.created else ())

    def looking_up(self) -> Self:
        """Return the module with the principals that its key policies name."""
        documents = [self.created.policy] if self.created else [one.document for one in self.key_policies]
        return self._replace(named=named_principals(documents, self.account))

    @property
    def named_addresses(self) -> tuple[str, ...]:
        """Addresses of the data sources that look up the principals whom the key policies name."""
        return tuple(f"data.aws_iam_{one.kind}.named" for one in self.named)

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
    def required_terraform(self) -> str:
        """The oldest Terraform that has what the module uses: `removed` blocks, terraform_data, preconditions and `moved`."""
        return "1.7" if self.removed else "1.4" if self.grants else "1.3"

    @property
    def grant_ids(self) -> Mapping[str, Expression]:
        """The ids of the grants, by name."""
        return {grant.title: Expression(f"aws_kms_grant.{identifier(grant.label)}.grant_id") for grant in self.grants}
