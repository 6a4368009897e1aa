"""Bundle to Terraform: a module for the key's account, one for each other account, one for each replica's Region."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import account_of, region_of
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.json_form import KEY_POLICY_BYTES, as_sent, compact_policy, format_document
from kmsgen.render import deployer, identity_policies, key_request
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.deployment import Deployment, creation_of, key_id
from kmsgen.render.grant_calls import GrantCall, calls, script
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.names import attachable_kind, resource_words
from kmsgen.render.references import KeyReference, refers
from kmsgen.render.terraform import grants
from kmsgen.render.terraform.addresses import carried, creating_type, moved_policies, policy_label, renamed
from kmsgen.render.terraform.hcl import Expression
from kmsgen.render.terraform.module import KeyPolicyResource, Module
from kmsgen.render.terraform.templates import TEMPLATES
from kmsgen.render.text.json_text import refuse_escapes

FORMAT = "terraform"
FOLDER = "terraform"
FILES = ("main.tf", "variables.tf", "outputs.tf", "versions.tf")

# KMS counts characters; hashicorp/aws 5.100 checks the length of a Go string.
DESCRIPTION_BYTES = 8192
GIVEN_KEY = "key_arn"
GIVEN_PRIMARY_KEY = "primary_key_arn"
ID_OF_GIVEN_KEY = Expression(f'split("/", var.{GIVEN_KEY})[1]')


def render(deployment: Deployment) -> Rendering:
    """Write Terraform modules of a bundle; what the provider cannot express comes as AWS CLI calls, and a note says so.

    Raises InputError for a text that the provider cannot pass on.
    """
    refuse_escapes(deployment, deployment.documents(), "Terraform's provider")
    _refuse_long_description(deployment)
    _refuse_long_key_policies(deployment)
    by_call = [call for call in calls(deployment) if not grants.expressible(call.grant)]
    every = (_main(deployment), *_replicas(deployment), *_accounts(deployment), _deployer(deployment))
    modules = [one.looking_up() for one in every if not one.is_empty]
    artifacts = [artifact for module in modules for artifact in files(module)]
    notes = [*_notes(modules, by_call), *(f"terraform: {note}" for note in grants.change_hands(deployment))]
    if (new_key := deployment.new_key) is not None and not creating_type(new_key):
        artifacts.append(key_request.artifact(deployment, new_key, FORMAT))
        notes.append("terraform: " + key_request.note("the provider", FORMAT, GIVEN_KEY))
    artifacts += script(deployment, by_call, FORMAT, grants.ended_by_call(deployment))
    return Rendering(tuple(artifacts), tuple(notes))


def _refuse_long_description(deployment: Deployment) -> None:
    creation = deployment.new_key.creation if deployment.new_key else None
    if creation is not None and len(creation.description.encode()) > DESCRIPTION_BYTES:
        message = f"the description has more than {DESCRIPTION_BYTES} bytes, by which Terraform's provider counts"
        raise deployment.refuse("long-description", message, "shorten it, or leave out the format terraform")


def _refuse_long_key_policies(deployment: Deployment) -> None:
    for access in deployment.governed_keys():
        size = len(as_sent(compact_policy(format_document(access.policy))).encode())
        if size > KEY_POLICY_BYTES:
            message = (
                f"Terraform would send {size} bytes of key policy, `<`, `>` and `&` as six each; KMS takes {KEY_POLICY_BYTES}"
            )
            raise deployment.refuse("key-policy-too-long", message, "shorten it, or leave out the format terraform")


def files(module: Module) -> Iterator[Artifact]:
    """Yield the files of a module."""
    for name in FILES:
        text = TEMPLATES.get_template(f"{name}.j2").render(module=module)
        yield Artifact(f"{module.folder}/{name}", text, FORMAT, "module", account=module.account, region=module.region)


# --- the module of the key's account ------------------------------------------------------------------------------------


def _main(deployment: Deployment) -> Module:
    new_key = deployment.new_key
    own = _own_key(deployment, new_key) if new_key else _existing_keys(deployment)
    given = grants.of(deployment, own.reference.id if isinstance(own.reference, KeyReference) else None)
    earlier = carried(deployment)
    policies = _policies(deployment, deployment.account)
    return own._replace(
        moved={**earlier.moved, **moved_policies(deployment, FOLDER, policies)},
        removed=(*earlier.removed, *_attachments_left(deployment, FOLDER, policies), *_deployers_left(deployment)),
        region=deployment.region if new_key or given or deployment.governed_keys() else "",
        policies=policies,
        grants=given,
    )


def _own_key(deployment: Deployment, access: KeyAccess) -> Module:
    """Return the key's module: it creates the key or, where the provider cannot, takes its ARN as a variable."""
    if key_type := creating_type(access):
        return _creating(access, key_type, Module(FOLDER, deployment.name, deployment.account))
    return Module(
        FOLDER,
        deployment.name,
        deployment.account,
        alias=creation_of(access).alias,
        given=GIVEN_KEY,
        reference=_given_key(access),
        puts_out_key=True,
        key_policies=(KeyPolicyResource("this", ID_OF_GIVEN_KEY, access.policy),),
    )


def _creating(access: KeyAccess, key_type: str, module: Module) -> Module:
    """Return the module with a resource of this type, which creates the key or a replica of it."""
    return module._replace(
        created=access,
        key_type=key_type,
        alias=creation_of(access).alias,
        reference=KeyReference(access.key.arn, Expression(f"{key_type}.this.arn"), Expression(f"{key_type}.this.id")),
        puts_out_key=True,
    )


def _given_key(access: KeyAccess) -> KeyReference:
    return KeyReference(access.key.arn, Expression(f"var.{GIVEN_KEY}"), ID_OF_GIVEN_KEY)


def _existing_keys(deployment: Deployment) -> Module:
    """Return the module with an aws_kms_key_policy for each key that exists."""
    resources = (
        KeyPolicyResource(policy_label(one.key.arn, deployment), key_id(one.key.arn), one.policy)
        for one in deployment.governed_keys()
    )
    return Module(FOLDER, deployment.name, deployment.account, key_policies=tuple(resources))


def _policies(deployment: Deployment, account: str) -> tuple[IdentityPolicy, ...]:
    found = identity_policies.of_account(deployment, account, resource_words, "_")
    moved = renamed(deployment, FOLDER if account == deployment.account else _of_account(account), found).values()
    another = bool(deployment.former.names)  # the names of policies begin with the intent's
    return tuple(policy._replace(renamed=another or policy.label in moved) for policy in found)


def _of_account(account: str) -> str:
    """Return the folder of the module of another account."""
    return f"{FOLDER}/account-{account}"


def _attachments_left(deployment: Deployment, folder: str, policies: tuple[IdentityPolicy, ...]) -> tuple[str, ...]:
    """Return the addresses of attachments of an earlier render that stay, and are no more Terraform's: nobody loses access."""
    if deployment.attaches or not deployment.history.attached:
        return ()
    before = {label: name for name, label in renamed(deployment, folder, policies).items()}
    kinds = ((attachable_kind(policy.holder.principal), before.get(policy.label, policy.label)) for policy in policies)
    return tuple(f"aws_iam_{kind}_policy_attachment.{label}" for kind, label in kinds if kind)


def _deployers_left(deployment: Deployment) -> tuple[str, ...]:
    """Return the addresses of the deployer's policy in the module of an earlier render: it is let go, and stays as it is."""
    arns = dict.fromkeys(arn for arn in (deployment.history.deployer, deployment.deployer) if arn)
    if deployment.history.deployer_apart or not deployment.deployer_policies():
        return ()
    held = deployer.labels_within(deployment, arns, resource_words).items()
    kinds = (f"aws_iam_{attachable_kind(arn)}_policy_attachment.{label}" for label, arn in held if attachable_kind(arn))
    return (*(f"aws_iam_policy.{label}" for label, _ in held), *kinds)


def _deployer(deployment: Deployment) -> Module:
    """Return the module of the deployer's own IAM policies, which the modules that it applies do not hold."""
    another = bool(deployment.former.names)
    policies = tuple(one._replace(renamed=another) for one in deployer.policies(deployment, resource_words))
    return Module(deployer.FOLDER, deployment.name, deployment.account, policies=policies)


# --- the modules of replicas and of other accounts ----------------------------------------------------------------------


def _replicas(deployment: Deployment) -> Iterator[Module]:
    if (new_key := deployment.new_key) is not None:
        key_type = "aws_kms_replica_key" if new_key.key.origin == "AWS_KMS" else "aws_kms_replica_external_key"
        for replica in deployment.replicas:
            region = region_of(replica.key.arn)
            module = Module(f"{FOLDER}/replica-{region}", deployment.name, deployment.account, region, given=GIVEN_PRIMARY_KEY)
            made = grants.of(deployment, Expression(f"{key_type}.this.id"), region)
            yield _creating(replica, key_type, module)._replace(grants=made)


def _accounts(deployment: Deployment) -> Iterator[Module]:
    """Yield a module for each other account: the IAM policies that are its half of cross-account access."""
    accounts = dict.fromkeys(account_of(principal) or deployment.account for principal, _ in deployment.identity_policies())
    reference = _given_key(deployment.new_key) if deployment.new_key else None
    for account in accounts:
        if account != deployment.account:
            halves = _policies(deployment, account)
            given = GIVEN_KEY if any(refers(half.document) for half in halves) else ""
            folder, left = _of_account(account), _attachments_left(deployment, _of_account(account), halves)
            module = Module(folder, deployment.name, account, given=given, reference=reference, policies=halves, removed=left)
            yield module._replace(moved=moved_policies(deployment, folder, halves))


# --- what is said beside the files --------------------------------------------------------------------------------------


def _notes(modules: list[Module], by_call: list[GrantCall]) -> Iterator[str]:
    for module in modules:
        if module.folder not in (FOLDER, deployer.FOLDER):
            whose = f"Region {module.region}" if module.region else f"account {module.account}"
            yield f"terraform: `{module.folder}` is a module of its own, for a provider of {whose}"
        yield from (f"terraform: {note}" for note in identity_policies.unattached(module.policies))
    if by_call:
        names = ", ".join(dict.fromkeys(call.label for call in by_call))
        yield f"terraform: the provider cannot express these grants; they are calls in `{FOLDER}/grants.sh`: {names}"
