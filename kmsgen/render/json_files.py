"""Bundle to JSON: the key policy, the IAM policies a principal each, and grants as CreateGrant requests."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import region_of
from kmsgen.policy.document import Document
from kmsgen.render import deployer
from kmsgen.render.alias_condition import in_parts
from kmsgen.render.artifact import Artifact, Rendering
from kmsgen.render.deployment import Deployment, is_replica, key_label
from kmsgen.render.grant_calls import calls
from kmsgen.render.names import Holder, file_label, holders, parts
from kmsgen.render.text.json_text import policy_file, request_file

FORMAT = "json"


def render(deployment: Deployment) -> Rendering:
    """Write key policies, IAM policies and CreateGrant requests of a bundle as JSON.

    Raises InputError where an IAM policy would have to name a key that has neither an id nor an alias yet.
    """
    policies = (*_identity_policies(deployment), *_deployer(deployment))
    artifacts = (*_key_policies(deployment), *policies, *_grants(deployment))
    return Rendering(artifacts, tuple(_notes(deployment, artifacts)))


def _key_policies(deployment: Deployment) -> Iterator[Artifact]:
    governed = deployment.governed_keys()
    single = sum(not is_replica(access) for access in governed) == 1
    for access in governed:
        label = region_of(access.key.arn) if is_replica(access) else "" if single else file_label(key_label(access.key.arn))
        name = f"key-policy-{label}" if label else "key-policy"
        text = policy_file(access.policy)
        yield Artifact(f"json/{name}.json", text, FORMAT, "key-policy", account=deployment.account)


def _identity_policies(deployment: Deployment) -> Iterator[Artifact]:
    found = dict(deployment.identity_policies())
    for principal, holder in holders(found, deployment.account).items():
        documents = [part for document in found[principal] for part in in_parts(document, deployment)]
        for label, document in zip(parts(holder.label, len(documents), principal), documents, strict=True):
            yield _identity_policy(holder, label, document)


def _identity_policy(holder: Holder, label: str, document: Document) -> Artifact:
    text = policy_file(document)
    return Artifact(f"json/iam/{label}.json", text, FORMAT, "identity-policy", holder.principal, holder.account)


def _deployer(deployment: Deployment) -> Iterator[Artifact]:
    found = deployer.documents(deployment)
    for principal, holder in holders(found, deployment.account).items():
        own = "" if principal == deployment.deployer else f"-{holder.label}"
        for number, document in enumerate(found[principal], start=1):
            path = f"{deployer.FOLDER}/policy{own}{f'-{number}' if number > 1 else ''}.json"
            yield Artifact(path, policy_file(document), FORMAT, "identity-policy", principal, deployment.account)


def _grants(deployment: Deployment) -> Iterator[Artifact]:
    for call in calls(deployment):
        if call.of_replica:  # the request without a key is that for the primary
            continue
        text = request_file(call.request)
        yield Artifact(f"json/grants/{call.label}.json", text, FORMAT, "grant", call.grant.grantee, deployment.account)


def _notes(deployment: Deployment, artifacts: tuple[Artifact, ...]) -> Iterator[str]:
    creation = deployment.new_key.creation if deployment.new_key else None
    if creation is None:
        return
    kinds = {artifact.kind for artifact in artifacts}
    if "identity-policy" in kinds and creation.alias:
        yield f"json: the IAM policies name the key by its alias `{creation.alias}`: they take effect once the key carries it"
    if "grant" in kinds:
        yield "json: the grants are for a key that does not exist yet: pass its id with `--key-id`"
