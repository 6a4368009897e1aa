"""Rendered files, read back: what was written must be the bundle that was proved.

JSON files and CloudFormation templates are read here, from their text alone. Terraform evaluates its own language: there the test
suite asks Terraform.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kmsgen.arn import region_of
from kmsgen.errors import Diagnostic, InputError, Location, RefusedError
from kmsgen.policy.document import Document, Statement
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import parse_grant
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import parse
from kmsgen.render import deployer
from kmsgen.render.alias_condition import by_alias
from kmsgen.render.artifact import Artifact
from kmsgen.render.deployment import Deployment, is_replica

KEY_POLICY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
INTRINSICS = frozenset({"Ref", "Fn::GetAtt", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub"})
IDENTITY_POLICY_TYPE = "AWS::IAM::ManagedPolicy"


def confirm(deployment: Deployment, artifacts: Iterable[Artifact]) -> None:
    """Compare rendered files with the bundle. Raises RefusedError, naming each file that says anything else."""
    artifacts = tuple(artifacts)
    try:
        comparisons = (_wrong_json, _wrong_templates, _wrong_requests)
        wrong = sorted({name for compare in comparisons for name in compare(deployment, artifacts)})
    except (InputError, ValueError) as error:
        wrong = [str(error)]
    if wrong:
        message = f"the rendering does not say what was proved: {', '.join(wrong)}"
        hint = "please report this as a defect of kmsgen"
        raise RefusedError([Diagnostic(Location(deployment.path), "read-back", message, hint)])


def same(left: Iterable[Document], right: Iterable[Document]) -> bool:
    """Return whether policies hold the same statements in the same order; how they are divided does not matter."""
    return _statements(left) == _statements(right)


def _statements(documents: Iterable[Document]) -> list[Statement]:
    return [_ordered(statement) for document in documents for statement in document.statements]


def _ordered(statement: Statement) -> Statement:
    """Return the statement with principals and conditions in one order: JSON groups them by kind and by operator."""
    principals = statement.principals
    return statement._replace(
        principals=None if principals is None else tuple(sorted(principals, key=lambda one: (one.kind, one.value))),
        conditions=tuple(sorted(statement.conditions, key=lambda one: (one.operator, one.key, one.values))),
    )


def _wrong_json(deployment: Deployment, artifacts: tuple[Artifact, ...]) -> Iterator[str]:
    files = [artifact for artifact in artifacts if artifact.format == "json"]
    if not files:
        return
    by_kind: dict[str, list[Artifact]] = {}
    for artifact in files:
        by_kind.setdefault(artifact.kind, []).append(artifact)
    keys = zip(_documents(by_kind.get("key-policy", [])), deployment.governed_keys(), strict=True)
    if not all(same([read], [access.policy]) for read, access in keys):
        yield "json/key-policy.json"
    for principal, documents in deployment.identity_policies():
        held = [artifact for artifact in by_kind.get("identity-policy", []) if artifact.principal == principal]
        if not same(_documents(held), [by_alias(document, deployment) for document in documents]):
            yield f"json/iam of {principal}"
    for principal, own in deployer.documents(deployment).items():
        held = [artifact for artifact in by_kind.get("identity-policy", []) if artifact.principal == principal]
        if not same(_documents(held), own):
            yield f"{deployer.FOLDER}/policy.json"
    grants = [grant for access in deployment.bundle.keys if not is_replica(access) for grant in access.grants]
    for artifact, grant in zip(by_kind.get("grant", []), grants, strict=True):
        if parse_grant(json.loads(artifact.text)) != _as_requested(grant):
            yield artifact.path


def _documents(artifacts: Iterable[Artifact]) -> list[Document]:
    return [parse_document(json.loads(artifact.text)) for artifact in artifacts]


def _as_requested(grant: Grant) -> Grant:
    """Return the grant without what only KMS can add to it."""
    return grant._replace(id="", issuing_account=None, tokens=(), propagated=True, parent=None)


def _wrong_templates(deployment: Deployment, artifacts: tuple[Artifact, ...]) -> Iterator[str]:
    templates = [artifact for artifact in artifacts if artifact.kind == "template"]
    if not templates:
        return
    new_key = deployment.new_key
    policies = {region_of(one.key.arn): one.policy for one in deployment.bundle.keys if one.creation is not None}
    found: dict[str, list[Document]] = {}
    for artifact in templates:
        for kind, properties in _resources(artifact):
            if kind in KEY_POLICY_TYPES:
                read = [parse_document(properties["KeyPolicy"])]
                if not same(read, [policies[artifact.region or ""]]):
                    yield artifact.path
            if kind == IDENTITY_POLICY_TYPE:
                own = resolved(properties["PolicyDocument"], {"KeyArn": new_key.key.arn} if new_key else {})
                found.setdefault(_described_principal(properties), []).append(parse_document(own))
    if not deployment.merged:
        yield from _wrong_identity_policies(deployment, found)


def _wrong_identity_policies(deployment: Deployment, found: Mapping[str, list[Document]]) -> Iterator[str]:
    """Yield the principals whose IAM policies in templates are not the bundle's."""
    for principal, documents in deployment.identity_policies():
        if not same(found.get(principal, []), documents):
            yield f"cloudformation policies of {principal}"
    for principal, own in deployer.documents(deployment).items():
        if not same(found.get(principal, []), own):
            yield f"{deployer.FOLDER}/template.yaml"


def _wrong_requests(deployment: Deployment, artifacts: tuple[Artifact, ...]) -> Iterator[str]:
    """Yield CreateKey requests whose key policy is not the bundle's."""
    for artifact in artifacts:
        if artifact.kind == "key-request" and deployment.new_key is not None:
            read = parse_document(json.loads(json.loads(artifact.text)["Policy"]))
            if not same([read], [deployment.new_key.policy]):
                yield artifact.path


def _resources(artifact: Artifact) -> Iterator[tuple[str, Mapping[str, Any]]]:
    template = parse(artifact.text, artifact.path).data
    for resource in template["Resources"].values():
        yield resource["Type"], resource["Properties"]


def _described_principal(properties: Mapping[str, Any]) -> str:
    return str(properties["Description"]).rpartition(" ")[2]


def resolved(data: Any, arns: Mapping[str, str]) -> Any:  # noqa: ANN401 - any plain data
    """Return a policy with each reference to a key as the ARN that stands for it; `arns` are those of parameters by name.

    `KeyArn` is the key of the template too. Raises ValueError for a function that gives nothing of a key.
    """
    if isinstance(data, dict):
        if data.keys() & INTRINSICS:
            return _reference(data, arns)
        return {name: resolved(item, arns) for name, item in data.items()}
    return [resolved(item, arns) for item in data] if isinstance(data, list) else data


def _reference(data: Mapping[str, Any], arns: Mapping[str, str]) -> str:
    """Evaluate intrinsic functions that give a key's ARN or id. Raises ValueError for any other."""
    match data:
        case {"Fn::GetAtt": ["Key", "Arn"]} if "KeyArn" in arns and len(data) == 1:
            return arns["KeyArn"]
        case {"Ref": str(name)} if name in arns and len(data) == 1:
            return arns[name]
        case {"Fn::Join": ["", list(pieces)]} if len(data) == 1:
            return "".join(piece if isinstance(piece, str) else _reference(piece, arns) for piece in pieces)
        case {"Fn::Select": ["1" | 1, {"Fn::Split": ["/", {} as whole]}]} if len(data) == 1:
            return _reference(whole, arns).split("/")[1]
    raise ValueError(f"an unexpected reference {json.dumps(data)}")
