"""What a Terraform module is made of, and how a policy is written in it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.render.names import Holder
from kmsgen.render.references import Part, parts, replaced
from kmsgen.render.terraform.hcl import Call, Expression, Template


class Reference(NamedTuple):
    """The expressions that stand for a key to create: for its ARN and for its id."""

    key_arn: str = ""
    arn: str = ""
    id: str = ""

    def expression(self, part: Part) -> str | Expression:
        """Return a part of a text as HCL takes it."""
        if isinstance(part, str):
            return part
        return Expression(self.arn if part is None else self.id)

    def value(self, text: str) -> object:
        """Return a text with each mention of the key as an expression."""
        found = [self.expression(part) for part in parts(text, self.key_arn)]
        if len(found) == 1:
            return found[0]
        return Template(tuple(found)) if found else ""


class Resource(NamedTuple):
    """One resource: its name in Terraform, its arguments, and those of its block of constraints, if it has one.

    `key` is what an output is filed under; `after` are the resources that it waits for.
    """

    label: str
    body: Mapping[str, object]
    nested: Mapping[str, object] = MappingProxyType({})
    key: str = ""
    after: tuple[str, ...] = ()


class Policy(NamedTuple):
    """One IAM policy and who it is attached to. `refers`: it names a key to create."""

    label: str
    name: str
    holder: Holder
    body: Mapping[str, object]
    refers: bool

    @property
    def attachment(self) -> Mapping[str, object]:
        """The arguments of aws_iam_role_policy_attachment or aws_iam_user_policy_attachment."""
        return {self.holder.kind: self.holder.name, "policy_arn": Expression(f"aws_iam_policy.{self.label}.arn")}


class Module(NamedTuple):
    """What one folder of Terraform holds.

    `arn` and `id` are expressions for the key's; `input` is the variable through which the module is told of the key, if it is.
    """

    folder: str
    intent: str
    account: str
    region: str = ""
    arn: str = ""
    id: str = ""
    input: str = ""
    key_type: str = ""
    key: Resource | None = None
    alias: Resource | None = None
    key_policies: tuple[Resource, ...] = ()
    policies: tuple[Policy, ...] = ()
    grants: tuple[Resource, ...] = ()
    deletion_window: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to create."""
        return not (self.key or self.key_policies or self.policies or self.grants)

    @property
    def resources(self) -> Iterator[tuple[str, Resource]]:
        """Every resource with its type, in the order of the file."""
        if self.key:
            yield self.key_type, self.key
        if self.alias:
            yield "aws_kms_alias", self.alias
        yield from (("aws_kms_key_policy", key_policy) for key_policy in self.key_policies)
        for policy in self.policies:
            yield "aws_iam_policy", Resource(policy.label, policy.body)
            if policy.holder.kind:
                yield f"aws_iam_{policy.holder.kind}_policy_attachment", Resource(policy.label, policy.attachment)
        yield from (("aws_kms_grant", grant) for grant in self.grants)

    @property
    def policy_arns(self) -> Mapping[str, object]:
        """The ARNs of the IAM policies, by the principal that they are for."""
        found: dict[str, list[object]] = {}
        for policy in self.policies:
            found.setdefault(policy.holder.principal, []).append(Expression(f"aws_iam_policy.{policy.label}.arn"))
        return found

    @property
    def grant_ids(self) -> Mapping[str, object]:
        """The ids of the grants, by name."""
        return {grant.key: Expression(f"aws_kms_grant.{grant.label}.grant_id") for grant in self.grants}


def policy_value(data: object, reference: Reference) -> Call:
    """Return a policy for an argument that takes JSON."""
    return Call("jsonencode", (replaced(data, reference.value) if reference.key_arn else data,))
