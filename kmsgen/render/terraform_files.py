"""The files of a Terraform module, as blocks."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.render.hcl import Block, Expression, text
from kmsgen.render.terraform_module import Module, Policy, Resource

AWS_PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.70"}
KEY_ARN = "^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/"


def files(module: Module) -> dict[str, tuple[Block, ...]]:
    """Return what each file of a module holds, by its name."""
    return {
        "main.tf": (*_guards(module), *_resources(module)),
        "variables.tf": tuple(_variables(module)),
        "outputs.tf": tuple(_outputs(module)),
        "versions.tf": (
            Block("terraform", (), ({"required_version": ">= 1.3"}, Block("required_providers", (), ({"aws": AWS_PROVIDER},)))),
        ),
    }


# --- main.tf ------------------------------------------------------------------------------------------------------------


def _guards(module: Module) -> Iterator[Block]:
    """Yield what stops the module in another account or Region than its own."""
    why = "The policies name this account: anywhere else they would mean something else."
    yield _guard("aws_caller_identity", "account_id", module.account, "account")._replace(comment=why)
    if module.region:
        yield _guard("aws_region", "id", module.region, "Region")


def _guard(source: str, attribute: str, wanted: str, what: str) -> Block:
    condition = {
        "condition": Expression(f"self.{attribute} == {text(wanted)}"),
        "error_message": f"This module belongs to {what} {wanted}.",
    }
    return Block("data", (source, "current"), (Block("lifecycle", (), (Block("postcondition", (), (condition,)),)),))


def _resources(module: Module) -> Iterator[Block]:
    if module.key:
        yield _resource(module.key_type, module.key)
    if module.alias:
        yield _resource("aws_kms_alias", module.alias)
    for key_policy in module.key_policies:
        yield _resource("aws_kms_key_policy", key_policy)
    for policy in module.policies:
        yield from _policy(policy)
    for grant in module.grants:
        yield _grant(grant, module)


def _resource(type_: str, resource: Resource) -> Block:
    return Block("resource", (type_, resource.label), (resource.body,))


def _policy(policy: Policy) -> Iterator[Block]:
    yield Block("resource", ("aws_iam_policy", policy.label), (policy.body,))
    kind, name = policy.holder.kind, policy.holder.name
    if kind:
        attached = {kind: name, "policy_arn": Expression(f"aws_iam_policy.{policy.label}.arn")}
        yield Block("resource", (f"aws_iam_{kind}_policy_attachment", policy.label), (attached,))


def _grant(grant: Resource, module: Module) -> Block:
    """Return a grant; it is made when the policies of keys that exist are in place."""
    constraints = (Block("constraints", (), (grant.nested,)),) if grant.nested else ()
    policies = ", ".join(f"aws_kms_key_policy.{policy.label}" for policy in module.key_policies)
    later = ({"depends_on": Expression(f"[{policies}]")},) if policies else ()
    return Block("resource", ("aws_kms_grant", grant.label), (grant.body, *constraints, *later))


# --- variables.tf -------------------------------------------------------------------------------------------------------


def _variables(module: Module) -> Iterator[Block]:
    if module.input == "key_arn":
        about = "ARN of the key, an output of the module that creates it."
        yield _key_arn("key_arn", about, "[A-Za-z0-9-]+", "The value must be the ARN of a KMS key.")
    if module.input == "primary_key_arn":
        about = "ARN of the multi-Region primary key, an output of the module that creates it."
        yield _key_arn("primary_key_arn", about, "mrk-[A-Za-z0-9-]+", "The value must be the ARN of a multi-Region key.")
    if module.key:
        about = "Days that KMS waits before it deletes a key that is scheduled for deletion."
        days = "var.deletion_window_in_days"
        valid = _validation(f"{days} >= 7 && {days} <= 30", "KMS waits 7 to 30 days.")
        yield _variable("deletion_window_in_days", about, "number", {"default": module.deletion_window}, valid)
    if module.policies:
        yield _variable("iam_policy_path", "Path of the IAM policies.", "string", {"default": "/"})
    if module.key or module.policies:
        about = "Further tags for everything that the module creates; the tags of the intent come first."
        yield _variable("tags", about, "map(string)", {"default": {}})


def _key_arn(name: str, about: str, key_id: str, otherwise: str) -> Block:
    condition = f'can(regex("{KEY_ARN}{key_id}$", var.{name}))'
    return _variable(name, about, "string", {}, _validation(condition, otherwise))


def _variable(name: str, about: str, type_: str, default: dict[str, object], *validation: Block) -> Block:
    attributes = {"description": about, "type": Expression(type_), **default, "nullable": False}
    return Block("variable", (name,), (attributes, *validation))


def _validation(condition: str, otherwise: str) -> Block:
    return Block("validation", (), ({"condition": Expression(condition), "error_message": otherwise},))


# --- outputs.tf ---------------------------------------------------------------------------------------------------------


def _outputs(module: Module) -> Iterator[Block]:
    if module.arn:
        yield _output("key_arn", "ARN of the key.", Expression(module.arn))
        yield _output("key_id", "Id of the key.", Expression(module.id))
    if module.alias:
        yield _output("alias_arn", "ARN of the key's alias.", Expression("aws_kms_alias.this.arn"))
        yield _output("alias_name", "Name of the key's alias.", Expression("aws_kms_alias.this.name"))
    if module.policies:
        yield _output("policy_arns", "ARNs of the IAM policies, by the principal that they are for.", module.policy_arns)
    if module.grants:
        yield _output("grant_ids", "Ids of the grants, by name.", module.grant_ids)


def _output(name: str, about: str, value: object) -> Block:
    return Block("output", (name,), ({"description": about, "value": value},))
