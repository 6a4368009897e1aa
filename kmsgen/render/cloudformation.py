"""Bundle to CloudFormation: a template for the key's account, one for each other account, one for each replica's Region."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmsgen.arn import account_of, region_of
from kmsgen.errors import Location, input_error
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render import deployer, identity_policies, key_request
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.deployment import Deployment, creation_of, key_label
from kmsgen.render.grant_calls import calls, gone, script
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.names import file_label, resource_camel
from kmsgen.render.references import KeyReference, KeyReferences
from kmsgen.render.text import yaml_text
from kmsgen.render.text.environment import environment
from kmsgen.render.text.json_text import policy_file, refuse_escapes

FORMAT = "cloudformation"
# CloudFormation resolves it wherever it stands, and knows no escape for it (User Guide, dynamic-references).
DYNAMIC_REFERENCE = "{{resolve:"
# What AWS::KMS::Key does not know, as of cfn-lint 1.58.
NOT_CREATED_SPECS = ("ML_KEM_",)
# CreateStack takes longer ones from S3 alone (CloudFormation API reference, TemplateBody).
TEMPLATE_BODY_BYTES = 51200
GIVEN_KEY = "KeyArn"
GIVEN_PRIMARY_KEY = "PrimaryKeyArn"


def key_reference(access: KeyAccess, arn: Mapping[str, object]) -> KeyReference:
    """Return a key's reference: `arn` is an intrinsic function that gives its ARN, and the id is cut out of that."""
    return reference_of(access.key.arn, arn)


def reference_of(key_arn: str, arn: Mapping[str, object]) -> KeyReference:
    """Return the reference of the key for which an ARN stands."""
    return KeyReference(key_arn, arn, {"Fn::Select": [1, {"Fn::Split": ["/", arn]}]})


def policy(document: Document, reference: KeyReference | KeyReferences | None = None) -> str:
    """Write a policy as YAML (`policy` in templates), with the reference wherever it names the key."""
    data = format_document(document)
    return yaml_text.dump(reference.applied(data, lambda parts: {"Fn::Join": ["", parts]}) if reference else data)


TEMPLATES = environment("cloudformation", {"yaml": yaml_text.scalar, "policy": policy})


class Template(NamedTuple):
    """A CloudFormation template: what is in it, not how it looks. `reference` is how the IAM policies name the key."""

    path: str
    description: str
    account: str
    region: str
    created: KeyAccess | None = None  # the key, or the one that it is a replica of
    key_type: str = ""  # the resource type that creates it
    alias: str | None = None
    given: str = ""  # the parameter that tells of a key that the stack does not create
    reference: KeyReference | KeyReferences | None = None
    policies: tuple[IdentityPolicy, ...] = ()
    given_keys: tuple[tuple[str, str], ...] = ()  # parameters that tell of keys of several intents, each with its intent

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to create."""
        return not (self.created or self.alias or self.policies)

    @property
    def unattached(self) -> tuple[IdentityPolicy, ...]:
        """The IAM policies that the stack attaches to nobody: their ARNs are outputs."""
        return tuple(policy for policy in self.policies if not policy.holder.kind)

    @property
    def capability(self) -> str:
        """The capability that the stack needs: it creates IAM policies, and names those that it attaches to nobody.

        Source: CloudFormation API reference, CreateStack, Capabilities.
        """
        if not self.policies:
            return ""
        return "CAPABILITY_NAMED_IAM" if self.unattached else "CAPABILITY_IAM"

    @property
    def has_outputs(self) -> bool:
        """Whether the stack has outputs."""
        return bool(self.created or self.unattached)


def render(deployment: Deployment) -> Rendering:
    """Write CloudFormation templates of a bundle; what has no resource there comes beside them, and a note says so.

    Raises InputError for a text that CloudFormation cannot pass on.
    """
    refuse_escapes(deployment, deployment.documents(), "CloudFormation")
    templates = [
        one
        for one in (_main(deployment), *_replicas(deployment), *_accounts(deployment), _deployer(deployment))
        if not one.is_empty
    ]
    artifacts = [artifact(template, deployment.name, Location(deployment.path)) for template in templates]
    artifacts += _key_policies_by_call(deployment)
    artifacts += [key_request.artifact(deployment, one, FORMAT) for one in _given_keys(deployment)]
    artifacts += script(deployment, calls(deployment), FORMAT, gone(deployment))
    return Rendering(tuple(artifacts), (*_notes(deployment, templates), *long_templates(artifacts)))


def artifact(template: Template, intent: str, place: Location) -> Artifact:
    """Return a template's file. Raises InputError at a place for a text that CloudFormation would resolve."""
    text = TEMPLATES.get_template("template.yaml.j2").render(template=template, intent=intent)
    if DYNAMIC_REFERENCE in text:
        message = f"CloudFormation would resolve the text `{DYNAMIC_REFERENCE}...` as a dynamic reference"
        raise input_error(place, "cloudformation-cannot", message, "change the text, or leave out `--format cloudformation`")
    return Artifact(template.path, text, FORMAT, "template", account=template.account, region=template.region)


def _main(deployment: Deployment) -> Template:
    template = Template(
        f"{FORMAT}/template.yaml",
        f"Access that the intent {deployment.name} gives",
        deployment.account,
        deployment.region,
        policies=_policies(deployment, deployment.account),
    )
    new_key = deployment.new_key
    if new_key is None:
        return template
    alias = creation_of(new_key).alias
    if not creates_key(new_key):
        return template._replace(alias=alias, given=GIVEN_KEY, reference=_given_key(deployment))
    arn = {"Fn::GetAtt": ["Key", "Arn"]}
    return template._replace(created=new_key, key_type="aws-kms-key", alias=alias, reference=key_reference(new_key, arn))


def creates_key(access: KeyAccess) -> bool:
    """Return whether AWS::KMS::Key can create such a key."""
    return not access.key.spec.startswith(NOT_CREATED_SPECS)


def _given_key(deployment: Deployment) -> KeyReference | None:
    new_key = deployment.new_key
    return key_reference(new_key, {"Ref": GIVEN_KEY}) if new_key else None


def _replicas(deployment: Deployment) -> Iterator[Template]:
    for replica in deployment.replicas:
        region = region_of(replica.key.arn)
        yield Template(
            f"{FORMAT}/template-replica-{region}.yaml",
            f"Replica in {region} of the key of the intent {deployment.name}",
            deployment.account,
            region,
            created=replica,
            key_type="aws-kms-replicakey",
            alias=creation_of(replica).alias,
            given=GIVEN_PRIMARY_KEY,
        )


def _accounts(deployment: Deployment) -> Iterator[Template]:
    """Yield a template for each other account: the IAM policies that are its half of cross-account access."""
    accounts = dict.fromkeys(account_of(principal) or deployment.account for principal, _ in deployment.identity_policies())
    for account in accounts:
        if account != deployment.account:
            yield Template(
                f"{FORMAT}/template-{account}.yaml",
                f"Half of account {account} of the access that the intent {deployment.name} gives",
                account,
                deployment.region,
                given=GIVEN_KEY if deployment.new_key else "",
                reference=_given_key(deployment),
                policies=_policies(deployment, account),
            )


def _deployer(deployment: Deployment) -> Template:
    """Return the template of the deployer's own IAM policies, which its stacks do not hold."""
    return Template(
        f"{deployer.FOLDER}/template.yaml",
        f"What deploying the intent {deployment.name} takes of IAM",
        deployment.account,
        deployment.region,
        policies=deployer.policies(deployment, label),
    )


def _policies(deployment: Deployment, account: str) -> tuple[IdentityPolicy, ...]:
    return identity_policies.of_account(deployment, account, label, "x")


def label(text: str) -> str:
    """Return the logical id of a policy."""
    return f"Policy{resource_camel(text)}"


def _put_by_call(deployment: Deployment) -> list[KeyAccess]:
    """Return the keys whose policies no stack puts: those that exist, and the one that a call creates."""
    given = _given_keys(deployment)
    return [access for access in deployment.governed_keys() if access.creation is None or access in given]


def _key_policies_by_call(deployment: Deployment) -> Iterator[Artifact]:
    """Yield key policies of keys that no stack creates, as JSON: no resource of CloudFormation can set one."""
    governed = _put_by_call(deployment)
    for access in governed:
        name = "key-policy" if len(governed) == 1 else f"key-policy-{file_label(key_label(access.key.arn))}"
        text = policy_file(access.policy)
        yield Artifact(f"{FORMAT}/{name}.json", text, FORMAT, "key-policy", account=deployment.account)


def _given_keys(deployment: Deployment) -> list[KeyAccess]:
    """Return the key to create where CloudFormation cannot create it."""
    new_key = deployment.new_key
    return [new_key] if new_key and not creates_key(new_key) else []


def long_templates(artifacts: list[Artifact]) -> Iterator[str]:
    """Yield what is to be done with templates that no call holds."""
    for artifact in artifacts:
        size = len(artifact.text.encode())
        if artifact.kind == "template" and size > TEMPLATE_BODY_BYTES:
            hint = f"more than the {TEMPLATE_BODY_BYTES:,} that a call holds: put it into S3, and deploy it by its URL"
            yield f"cloudformation: `{artifact.path}` has {size:,} bytes, {hint}"


def _notes(deployment: Deployment, templates: list[Template]) -> Iterator[str]:
    for template in templates:
        if template.path not in (f"{FORMAT}/template.yaml", f"{deployer.FOLDER}/template.yaml"):
            whose = "another account" if template.account != deployment.account else "another Region"
            yield f"cloudformation: `{template.path}` is a stack of {whose}: {template.description.lower()}"
        yield from (f"cloudformation: {note}" for note in identity_policies.unattached(template.policies))
    if _given_keys(deployment):
        yield "cloudformation: " + key_request.note("CloudFormation", FORMAT, "KeyArn")
    if calls(deployment):
        yield f"cloudformation: grants have no CloudFormation resource; they are calls in `{FORMAT}/grants.sh`"
    if _put_by_call(deployment):
        yield "cloudformation: no resource sets the policy of a key that exists; use `aws kms put-key-policy` on the JSON file"
