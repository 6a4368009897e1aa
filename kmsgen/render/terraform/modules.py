"""Bundle to Terraform: a module for the key's account, one for each other account, one for each replica's Region."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import account_of
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.json_form import format_document
from kmsgen.render import key_request
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.deployment import Deployment, creation_of, key_id
from kmsgen.render.environment import environment
from kmsgen.render.grant_calls import GrantCall, calls, script
from kmsgen.render.json_text import refuse_escapes
from kmsgen.render.names import unique, words
from kmsgen.render.terraform import grants, hcl, policies
from kmsgen.render.terraform.hcl import Call, Expression
from kmsgen.render.terraform.module import Module, Reference, Resource, policy_value

FORMAT = "terraform"
FOLDER = "terraform"
TEMPLATES = environment("terraform", {"hcl": hcl.value, "hcl_body": hcl.body})
FILES = ("main.tf", "variables.tf", "outputs.tf", "versions.tf")
DEFAULT_DELETION_WINDOW = 30

# The key specs that aws_kms_key takes, as of hashicorp/aws 5.100.
CREATED_SPECS = frozenset(
    (
        "SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "RSA_2048", "RSA_3072", "RSA_4096",
        "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "SM2",
    )
)  # fmt: skip
GIVEN_KEY = "key_arn"
ID_OF_GIVEN_KEY = f'split("/", var.{GIVEN_KEY})[1]'


def render(deployment: Deployment) -> Rendering:
    """Write a bundle as Terraform modules; what the provider cannot express comes as calls beside them, and a note says so."""
    refuse_escapes(deployment, deployment.documents(), "Terraform's provider")
    by_call = [call for call in calls(deployment) if not grants.expressible(call.grant)]
    modules = [one for one in (_main(deployment), *_replicas(deployment), *_accounts(deployment)) if not one.is_empty]
    artifacts = [artifact for module in modules for artifact in _files(module)]
    notes = list(_notes(modules, by_call))
    if (new_key := deployment.new_key) is not None and not creating_type(new_key):
        artifacts.append(key_request.artifact(deployment, new_key, FORMAT))
        notes.append("terraform: " + key_request.note("the provider", FORMAT, GIVEN_KEY))
    if by_call:
        artifacts += script(deployment, by_call, FORMAT)
    return Rendering(tuple(artifacts), tuple(notes))


def _files(module: Module) -> Iterator[Artifact]:
    for name in FILES:
        text = TEMPLATES.get_template(f"{name}.j2").render(module=module)
        yield Artifact(f"{module.folder}/{name}", text, FORMAT, "module", account=module.account, region=module.region)


# --- the module of the key's account ------------------------------------------------------------------------------------


def _main(deployment: Deployment) -> Module:
    new_key = deployment.new_key
    own = _own_key(deployment, new_key) if new_key else Module(FOLDER, deployment.name, deployment.account)
    reference = Reference(new_key.key.arn if new_key else "", own.arn, own.id)
    key_policies = own.key_policies if new_key else _key_policies(deployment)
    after = tuple(f"aws_kms_key_policy.{key_policy.label}" for key_policy in key_policies)
    given = grants.of(deployment, own.id)
    return own._replace(
        region=deployment.region if new_key or given or deployment.governed_keys() else "",
        key_policies=key_policies,
        policies=policies.of_account(deployment, deployment.account, reference),
        grants=tuple(grant._replace(after=after) for grant in given),
    )


def _own_key(deployment: Deployment, access: KeyAccess) -> Module:
    """Return the module with the key to create; where the provider cannot create it, the module is told of it."""
    key_type = creating_type(access)
    if key_type:
        return Module(
            FOLDER,
            deployment.name,
            deployment.account,
            arn=f"{key_type}.this.arn",
            id=f"{key_type}.this.id",
            key_type=key_type,
            key=_key(access, key_type),
            alias=_alias(access, f"{key_type}.this.id"),
            deletion_window=_deletion_window(access),
        )
    given = Expression(ID_OF_GIVEN_KEY)
    return Module(
        FOLDER,
        deployment.name,
        deployment.account,
        arn=f"var.{GIVEN_KEY}",
        id=ID_OF_GIVEN_KEY,
        input=GIVEN_KEY,
        alias=_alias(access, ID_OF_GIVEN_KEY),
        key_policies=(_key_policy("this", given, access),),
    )


def creating_type(access: KeyAccess) -> str:
    """Return the resource type that creates such a key; an empty text where the provider has none."""
    key = access.key
    if key.origin == "AWS_KMS" and key.spec in CREATED_SPECS:
        return "aws_kms_key"
    return "aws_kms_external_key" if key.origin == "EXTERNAL" and key.spec == "SYMMETRIC_DEFAULT" else ""


def _key(access: KeyAccess, key_type: str) -> Resource:
    key, creation = access.key, creation_of(access)
    own: dict[str, object] = {"description": creation.description}
    if key_type == "aws_kms_key":
        own |= {"key_usage": key.usage, "customer_master_key_spec": key.spec}
    own["multi_region"] = key.multi_region
    if creation.rotation_days is not None and key_type == "aws_kms_key":
        own |= {"enable_key_rotation": True, "rotation_period_in_days": creation.rotation_days}
    return Resource("this", {**own, **_common(access)})


def _common(access: KeyAccess) -> dict[str, object]:
    """Return what a key and its replicas have alike."""
    tags = dict(creation_of(access).tags)
    return {
        "deletion_window_in_days": Expression("var.deletion_window_in_days"),
        "policy": policy_value(format_document(access.policy), Reference()),
        "tags": Call("merge", (Expression("var.tags"), tags)) if tags else Expression("var.tags"),
    }


def _deletion_window(access: KeyAccess) -> int:
    return creation_of(access).deletion_window_days or DEFAULT_DELETION_WINDOW


def _alias(access: KeyAccess, identifier: str) -> Resource | None:
    alias = creation_of(access).alias
    return Resource("this", {"name": alias, "target_key_id": Expression(identifier)}) if alias else None


def _key_policies(deployment: Deployment) -> tuple[Resource, ...]:
    """Return the policies of keys that exist."""
    governed = deployment.governed_keys()
    labels = ["this"] if len(governed) == 1 else unique((f"key_{words(key_id(one.key.arn))}" for one in governed), "_")
    return tuple(_key_policy(label, key_id(one.key.arn), one) for label, one in zip(labels, governed, strict=True))


def _key_policy(label: str, key: object, access: KeyAccess) -> Resource:
    return Resource(label, {"key_id": key, "policy": policy_value(format_document(access.policy), Reference())})


# --- the modules of replicas and of other accounts ----------------------------------------------------------------------


def _replicas(deployment: Deployment) -> Iterator[Module]:
    if (new_key := deployment.new_key) is not None:
        for replica in creation_of(new_key).replicas:
            yield _replica(deployment, new_key, replica.region)


def _replica(deployment: Deployment, access: KeyAccess, region: str) -> Module:
    creation = creation_of(access)
    key_type = "aws_kms_replica_key" if access.key.origin == "AWS_KMS" else "aws_kms_replica_external_key"
    own = {"description": creation.description, "primary_key_arn": Expression("var.primary_key_arn")}
    return Module(
        f"{FOLDER}/replica-{region}",
        deployment.name,
        deployment.account,
        region=region,
        arn=f"{key_type}.this.arn",
        id=f"{key_type}.this.id",
        input="primary_key_arn",
        key_type=key_type,
        key=Resource("this", {**own, **_common(access)}),
        alias=_alias(access, f"{key_type}.this.id"),
        deletion_window=_deletion_window(access),
    )


def _accounts(deployment: Deployment) -> Iterator[Module]:
    """Yield a module for each other account whose principals get their half of cross-account access."""
    accounts = dict.fromkeys(account_of(principal) or deployment.account for principal, _ in deployment.identity_policies())
    new_key = deployment.new_key
    reference = Reference(new_key.key.arn if new_key else "", f"var.{GIVEN_KEY}", ID_OF_GIVEN_KEY)
    for account in accounts:
        if account != deployment.account:
            halves = policies.of_account(deployment, account, reference)
            given = GIVEN_KEY if any(half.refers for half in halves) else ""
            yield Module(f"{FOLDER}/account-{account}", deployment.name, account, input=given, policies=halves)


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
