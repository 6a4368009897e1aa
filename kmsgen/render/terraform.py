"""Bundle to Terraform: a module for the key's account, one for each other account, one for each replica's Region."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import account_of
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.json_form import format_document
from kmsgen.render import terraform_grants, terraform_policies
from kmsgen.render.artifact import Artifact
from kmsgen.render.environment import fill
from kmsgen.render.grant_calls import GrantCall, calls, script
from kmsgen.render.hcl import Call, Expression
from kmsgen.render.names import unique, words
from kmsgen.render.subject import Rendering, Subject, creation_of, key_id
from kmsgen.render.terraform_module import Module, Reference, Resource, policy_value

FORMAT = "terraform"
FOLDER = "terraform"
FILES = ("main.tf", "variables.tf", "outputs.tf", "versions.tf")
DEFAULT_DELETION_WINDOW = 30


def render(subject: Subject) -> Rendering:
    """Write a bundle as Terraform modules. Raises InputError for a key that the provider cannot create."""
    by_call = [call for call in calls(subject) if not terraform_grants.expressible(call.grant)]
    modules = [one for one in (_main(subject), *_replicas(subject), *_accounts(subject)) if not one.is_empty]
    artifacts = [artifact for module in modules for artifact in _files(module)]
    if by_call:
        artifacts += script(subject, by_call, FORMAT)
    return Rendering(tuple(artifacts), tuple(_notes(modules, by_call)))


def _files(module: Module) -> Iterator[Artifact]:
    for name in FILES:
        text = fill(f"terraform/{name}.j2", module=module)
        yield Artifact(f"{module.folder}/{name}", text, FORMAT, "module", account=module.account, region=module.region)


# --- the module of the key's account ------------------------------------------------------------------------------------


def _main(subject: Subject) -> Module:
    new_key = subject.new_key
    key_type = _key_type(subject, new_key) if new_key else ""
    reference = Reference(new_key.key.arn if new_key else "", f"{key_type}.this.arn", f"{key_type}.this.id")
    grants = terraform_grants.of(subject, key_type)
    return Module(
        FOLDER,
        subject.name,
        subject.account,
        region=subject.region if new_key or grants or subject.governed_keys() else "",
        key_type=key_type,
        key=_key(new_key, key_type, reference) if new_key else None,
        alias=_alias(new_key, key_type) if new_key else None,
        key_policies=() if new_key else _key_policies(subject),
        policies=terraform_policies.of_account(subject, subject.account, reference),
        grants=grants,
        deletion_window=_deletion_window(new_key) if new_key else 0,
    )


def _key_type(subject: Subject, access: KeyAccess) -> str:
    """Return the resource type that creates a key of this origin."""
    key = access.key
    if key.origin == "AWS_KMS":
        return "aws_kms_key"
    if key.origin == "EXTERNAL" and key.spec == "SYMMETRIC_DEFAULT" and not creation_of(access).replicas:
        return "aws_kms_external_key"
    raise subject.refuse(
        "terraform-cannot",
        f"Terraform's provider cannot create a key of origin `{key.origin}` and spec `{key.spec}` as asked",
        "render the other formats: `--format json --format cloudformation --format grants`",
    )


def _key(access: KeyAccess, key_type: str, reference: Reference) -> Resource:
    key, creation = access.key, creation_of(access)
    own: dict[str, object] = {"description": creation.description}
    if key_type == "aws_kms_key":
        own |= {"key_usage": key.usage, "customer_master_key_spec": key.spec}
    own["multi_region"] = key.multi_region
    if creation.rotation_days is not None and key_type == "aws_kms_key":
        own |= {"enable_key_rotation": True, "rotation_period_in_days": creation.rotation_days}
    return Resource("this", {**own, **_common(access, reference)})


def _common(access: KeyAccess, reference: Reference) -> dict[str, object]:
    """Return what a key and its replicas have alike."""
    tags = dict(creation_of(access).tags)
    return {
        "deletion_window_in_days": Expression("var.deletion_window_in_days"),
        "policy": policy_value(format_document(access.policy), reference),
        "tags": Call("merge", (Expression("var.tags"), tags)) if tags else Expression("var.tags"),
    }


def _deletion_window(access: KeyAccess) -> int:
    return creation_of(access).deletion_window_days or DEFAULT_DELETION_WINDOW


def _alias(access: KeyAccess, key_type: str) -> Resource | None:
    alias = creation_of(access).alias
    return Resource("this", {"name": alias, "target_key_id": Expression(f"{key_type}.this.id")}) if alias else None


def _key_policies(subject: Subject) -> tuple[Resource, ...]:
    governed = subject.governed_keys()
    labels = ["this"] if len(governed) == 1 else unique((f"key_{words(key_id(one.key.arn))}" for one in governed), "_")
    return tuple(
        Resource(label, {"key_id": key_id(one.key.arn), "policy": policy_value(format_document(one.policy), Reference())})
        for label, one in zip(labels, governed, strict=True)
    )


# --- the modules of replicas and of other accounts ----------------------------------------------------------------------


def _replicas(subject: Subject) -> Iterator[Module]:
    if (new_key := subject.new_key) is not None:
        for replica in creation_of(new_key).replicas:
            yield _replica(subject, new_key, replica.region)


def _replica(subject: Subject, access: KeyAccess, region: str) -> Module:
    creation, key_type = creation_of(access), "aws_kms_replica_key"
    own = {"description": creation.description, "primary_key_arn": Expression("var.primary_key_arn")}
    return Module(
        f"{FOLDER}/replica-{region}",
        subject.name,
        subject.account,
        region=region,
        input="primary_key_arn",
        key_type=key_type,
        key=Resource("this", {**own, **_common(access, Reference())}),
        alias=_alias(access, key_type),
        deletion_window=_deletion_window(access),
    )


def _accounts(subject: Subject) -> Iterator[Module]:
    """Yield a module for each other account whose principals get their half of cross-account access."""
    accounts = dict.fromkeys(account_of(principal) or subject.account for principal, _ in subject.identity_policies())
    new_key = subject.new_key
    reference = Reference(new_key.key.arn if new_key else "", "var.key_arn", 'split("/", var.key_arn)[1]')
    for account in accounts:
        if account != subject.account:
            policies = terraform_policies.of_account(subject, account, reference)
            given = "key_arn" if any(policy.refers for policy in policies) else ""
            yield Module(f"{FOLDER}/account-{account}", subject.name, account, input=given, policies=policies)


# --- what is said beside the files --------------------------------------------------------------------------------------


def _notes(modules: list[Module], by_call: list[GrantCall]) -> Iterator[str]:
    for module in modules:
        if module.folder != FOLDER:
            whose = f"Region {module.region}" if module.region else f"account {module.account}"
            yield f"terraform: `{module.folder}` is a module of its own, for a provider of {whose}"
        for policy in module.policies:
            if not policy.holder.kind:
                yield f"terraform: nothing can attach a policy to {policy.holder.principal}: attach `{policy.name}`"
    if by_call:
        names = ", ".join(call.label for call in by_call)
        yield f"terraform: the provider cannot express these grants; they are calls in `{FOLDER}/grants.sh`: {names}"
