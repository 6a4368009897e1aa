"""Bundle to CloudFormation: a template for the key's account, one for each other account, one for each replica's Region."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kmsgen.arn import account_of
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.json_form import format_document
from kmsgen.render import key_request, yaml_text
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.deployment import Deployment, creation_of, key_id
from kmsgen.render.environment import environment
from kmsgen.render.grant_calls import calls, script
from kmsgen.render.json_text import policy_file, refuse_escapes
from kmsgen.render.names import Holder, camel, file_label, holders, numbered, unique
from kmsgen.render.references import Mention, parts, replaced

FORMAT = "cloudformation"
TEMPLATES = environment("cloudformation", {"yaml": yaml_text.dump})
# CloudFormation resolves it wherever it stands, and knows no escape for it (User Guide, dynamic-references).
DYNAMIC_REFERENCE = "{{resolve:"
# What AWS::KMS::Key does not know, as of cfn-lint 1.58.
NOT_CREATED_SPECS = ("ML_KEM_",)
GIVEN_KEY = {"KeyArn": {"Type": "String", "Description": "ARN of the key"}}
GIVEN_ARN = {"Ref": "KeyArn"}
GET_ARN = {"Fn::GetAtt": ["Key", "Arn"]}


class Template(NamedTuple):
    """What one template holds: parameters, resources and outputs as CloudFormation has them."""

    path: str
    description: str
    account: str
    region: str
    parameters: Mapping[str, Any]
    resources: Mapping[str, Any]
    outputs: Mapping[str, Any]

    @property
    def sections(self) -> dict[str, Mapping[str, Any]]:
        """The parts of the template that are not empty, in their order."""
        parts = {"Parameters": self.parameters, "Resources": self.resources, "Outputs": self.outputs}
        return {name: part for name, part in parts.items() if part}


def render(deployment: Deployment) -> Rendering:
    """Write a bundle as templates; what has no resource in CloudFormation comes beside them, and a note says so."""
    refuse_escapes(deployment, deployment.documents(), "CloudFormation")
    templates = [one for one in (_main(deployment), *_replicas(deployment), *_accounts(deployment)) if one.resources]
    artifacts = [_artifact(deployment, template) for template in templates]
    artifacts += _existing_key_policies(deployment)
    artifacts += [key_request.artifact(deployment, one, FORMAT) for one in _given_keys(deployment)]
    grants = calls(deployment)
    if grants:
        artifacts += script(deployment, grants, FORMAT)
    return Rendering(tuple(artifacts), tuple(_notes(deployment, templates)))


def _artifact(deployment: Deployment, template: Template) -> Artifact:
    text = TEMPLATES.get_template("template.yaml.j2").render(template=template, intent=deployment.name)
    if DYNAMIC_REFERENCE in text:
        raise deployment.refuse(
            "cloudformation-cannot",
            f"CloudFormation would resolve the text `{DYNAMIC_REFERENCE}...` as a dynamic reference",
            "change the text, or leave out `--format cloudformation`",
        )
    return Artifact(template.path, text, FORMAT, "template", account=template.account, region=template.region)


def _main(deployment: Deployment) -> Template:
    new_key = deployment.new_key
    creates = new_key is not None and creates_key(new_key)
    reference = GET_ARN if creates else GIVEN_ARN
    resources = {**(_key_resources(new_key) if new_key else {}), **_policies(deployment, deployment.account, reference)}
    outputs = _key_outputs(new_key) if new_key and creates else {}
    parameters = GIVEN_KEY if new_key and resources and not creates else {}
    what = f"Access that the intent {deployment.name} gives"
    return Template(f"{FORMAT}/template.yaml", what, deployment.account, deployment.region, parameters, resources, outputs)


def creates_key(access: KeyAccess) -> bool:
    """Return whether AWS::KMS::Key can create such a key."""
    return not access.key.spec.startswith(NOT_CREATED_SPECS)


def _key_resources(access: KeyAccess) -> dict[str, Any]:
    if not creates_key(access):
        return _alias(access, GIVEN_ARN)
    key, creation = access.key, creation_of(access)
    properties: dict[str, Any] = {"Description": creation.description} if creation.description else {}
    properties |= {"KeySpec": key.spec, "KeyUsage": key.usage, "MultiRegion": key.multi_region}
    if key.origin != "AWS_KMS":
        properties["Origin"] = key.origin
    if creation.rotation_days is not None:
        properties |= {"EnableKeyRotation": True, "RotationPeriodInDays": creation.rotation_days}
    return {"Key": _retained("AWS::KMS::Key", properties | _common(access)), **_alias(access, {"Ref": "Key"})}


def _common(access: KeyAccess) -> dict[str, Any]:
    """Return the properties that a key and its replicas have alike."""
    creation = creation_of(access)
    properties: dict[str, Any] = {}
    if creation.deletion_window_days is not None:
        properties["PendingWindowInDays"] = creation.deletion_window_days
    properties["KeyPolicy"] = format_document(access.policy)
    if creation.tags:
        properties["Tags"] = [{"Key": name, "Value": value} for name, value in creation.tags]
    return properties


def _retained(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource that outlives its stack: what a deleted key encrypted is lost."""
    return {"Type": kind, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": properties}


def _alias(access: KeyAccess, key: Mapping[str, Any]) -> dict[str, Any]:
    alias = creation_of(access).alias
    properties = {"AliasName": alias, "TargetKeyId": key}
    return {"Alias": {"Type": "AWS::KMS::Alias", "Properties": properties}} if alias else {}


def _key_outputs(access: KeyAccess) -> dict[str, Any]:
    alias = (
        {"AliasName": {"Description": "Name of the key's alias", "Value": {"Ref": "Alias"}}} if creation_of(access).alias else {}
    )
    return {
        "KeyArn": {"Description": "ARN of the key", "Value": GET_ARN},
        "KeyId": {"Description": "Id of the key", "Value": {"Ref": "Key"}},
        **(alias if creation_of(access).alias else {}),
    }


def _replicas(deployment: Deployment) -> Iterator[Template]:
    if (new_key := deployment.new_key) is not None:
        for replica in creation_of(new_key).replicas:
            yield _replica(deployment, new_key, replica.region)


def _replica(deployment: Deployment, access: KeyAccess, region: str) -> Template:
    description = creation_of(access).description
    own = {"Description": description} if description else {}
    properties = {**own, "PrimaryKeyArn": {"Ref": "PrimaryKeyArn"}, **_common(access)}
    return Template(
        f"{FORMAT}/template-replica-{region}.yaml",
        f"Replica in {region} of the key of the intent {deployment.name}",
        deployment.account,
        region,
        {"PrimaryKeyArn": {"Type": "String", "Description": "ARN of the primary key, an output of its stack"}},
        {"Key": _retained("AWS::KMS::ReplicaKey", properties), **_alias(access, {"Ref": "Key"})},
        _key_outputs(access),
    )


def _accounts(deployment: Deployment) -> Iterator[Template]:
    """Yield a template for each other account whose principals get their half of cross-account access."""
    accounts = dict.fromkeys(account_of(principal) or deployment.account for principal, _ in deployment.identity_policies())
    key = GIVEN_KEY if deployment.new_key else {}
    for account in accounts:
        if account != deployment.account:
            resources = _policies(deployment, account, GIVEN_ARN)
            what = f"Half of account {account} of the access that the intent {deployment.name} gives"
            yield Template(f"{FORMAT}/template-{account}.yaml", what, account, deployment.region, key, resources, {})


def _policies(deployment: Deployment, account: str, reference: Mapping[str, Any]) -> dict[str, Any]:
    """Return the managed policies of an account's principals, by logical id."""
    found = dict(deployment.identity_policies())
    held = [
        (holder, label, document)
        for principal, holder in holders(found, deployment.account).items()
        if holder.account == account
        for label, document in zip(numbered(holder.own_label, len(found[principal])), found[principal], strict=True)
    ]
    ids = unique((f"Policy{camel(label)}" for _, label, _ in held), "x")
    return {
        name: _policy(deployment, holder, _referring(format_document(document), deployment, reference))
        for name, (holder, _, document) in zip(ids, held, strict=True)
    }


def _policy(deployment: Deployment, holder: Holder, document: object) -> dict[str, Any]:
    description = f"kmsgen, intent {deployment.name}: access of {holder.principal}"
    attached = {f"{holder.kind.capitalize()}s": [holder.name]} if holder.kind else {}
    properties = {"Description": description, "PolicyDocument": document, **attached}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


def _referring(document: object, deployment: Deployment, reference: Mapping[str, Any]) -> object:
    arn = deployment.new_key.key.arn if deployment.new_key else ""
    return replaced(document, lambda text: _reference(text, arn, reference))


def _reference(text: str, arn: str, reference: Mapping[str, Any]) -> object:
    """Return a text with each mention of the key to create as what CloudFormation puts in its place."""
    pieces = parts(text, arn)
    if all(isinstance(piece, str) for piece in pieces):
        return text
    if pieces == [Mention.ARN]:
        return reference
    key = {"Fn::Select": [1, {"Fn::Split": ["/", reference]}]}
    return {
        "Fn::Join": ["", [piece if isinstance(piece, str) else reference if piece is Mention.ARN else key for piece in pieces]]
    }


def _existing_key_policies(deployment: Deployment) -> Iterator[Artifact]:
    """Yield the policies of keys that exist: no resource of CloudFormation can set one."""
    governed = [access for access in deployment.governed_keys() if access.creation is None]
    for access in governed:
        name = "key-policy" if len(governed) == 1 else f"key-policy-{file_label(key_id(access.key.arn))}"
        text = policy_file(access.policy)
        yield Artifact(f"{FORMAT}/{name}.json", text, FORMAT, "key-policy", account=deployment.account)


def _given_keys(deployment: Deployment) -> list[KeyAccess]:
    """Return the key to create where CloudFormation cannot create it."""
    new_key = deployment.new_key
    return [new_key] if new_key and not creates_key(new_key) else []


def _notes(deployment: Deployment, templates: list[Template]) -> Iterator[str]:
    for template in templates:
        if template.path != f"{FORMAT}/template.yaml":
            whose = "another account" if template.account != deployment.account else "another Region"
            yield f"cloudformation: `{template.path}` is a stack of {whose}: {template.description.lower()}"
    if _given_keys(deployment):
        yield "cloudformation: " + key_request.note("CloudFormation", FORMAT, "KeyArn")
    if calls(deployment):
        yield f"cloudformation: grants have no CloudFormation resource; they are calls in `{FORMAT}/grants.sh`"
    if any(access.creation is None for access in deployment.governed_keys()):
        yield "cloudformation: no resource sets the policy of a key that exists; use `aws kms put-key-policy` on the JSON file"
