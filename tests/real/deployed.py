"""What was deployed to the moto server, read back through the AWS API, compared with the bundle that was proved."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from kmsgen.arn import account_of, parse_arn
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import format_grant
from kmsgen.policy.json_form import format_document
from kmsgen.render import deployer
from kmsgen.render.deployment import Deployment, creation_of, key_id
from kmsgen.render.names import holders
from tests.real.id_tag import ID_TAG, RAISED
from tests.real.servers import Moto

Policy = dict[str, Any]


def prepare(moto: Moto, deployment: Deployment) -> None:
    """Create what the rendered files take for granted: roles and users, and keys that are not to be created."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    for holder in holders(policies(deployment), deployment.account).values():
        iam = moto.client("iam", iam_region(deployment), holder.account)
        try:
            if holder.kind == "role":
                iam.create_role(RoleName=holder.name, AssumeRolePolicyDocument=trust)
            if holder.kind == "user":
                iam.create_user(UserName=holder.name)
        except iam.exceptions.EntityAlreadyExistsException:
            continue
    for access in deployment.bundle.keys:
        arn = parse_arn(access.key.arn)
        if access.creation is None and arn and "*" not in access.key.arn:
            kms = moto.client("kms", arn.region, arn.account)
            tags = [{"TagKey": ID_TAG, "TagValue": arn.name}]
            kms.create_key(KeySpec=access.key.spec, KeyUsage=access.key.usage, Tags=tags)


def raise_quotas(moto: Moto, deployment: Deployment) -> None:
    """Raise IAM's quota of attached policies in a deployment's accounts: a test puts into one what belongs to many."""
    for account in {holder.account for holder in holders(policies(deployment), deployment.account).values()}:
        moto.client("iam", iam_region(deployment), account).create_account_alias(AccountAlias=RAISED)


def policies(deployment: Deployment) -> dict[str, tuple[Document, ...]]:
    """Return the IAM policies of every principal, the deployer's among them."""
    return {**dict(deployment.identity_policies()), **deployer.documents(deployment)}


def iam_region(deployment: Deployment) -> str:
    """Return a Region of the partition: moto keeps an IAM per partition."""
    return {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[deployment.partition]


def expected_policy(document: Document, deployment: Deployment, real_arn: str) -> Policy:
    """Return a policy of the bundle as plain data, with the id that the key got."""
    text = json.dumps(format_document(document), ensure_ascii=False)
    if deployment.new_key is not None:
        text = text.replace(key_id(deployment.new_key.key.arn), key_id(real_arn))
    return comparable(json.loads(text))


def comparable(policy: str | Policy) -> Policy:
    """Return a policy as data without the differences that have no meaning: Unicode forms and the order of keys."""
    data = json.loads(policy) if isinstance(policy, str) else policy
    return json.loads(unicodedata.normalize("NFC", json.dumps(data, sort_keys=True, ensure_ascii=False)))


def assert_key(moto: Moto, deployment: Deployment, access: KeyAccess, real_arn: str) -> None:
    """Assert that a key has the policy of the bundle and, where it was created, the properties too."""
    arn = parse_arn(real_arn)
    assert arn is not None, f"{deployment.name}: no ARN came out: {real_arn}"
    kms = moto.client("kms", arn.region, arn.account)
    policy = kms.get_key_policy(KeyId=real_arn, PolicyName="default")["Policy"]
    assert comparable(policy) == expected_policy(access.policy, deployment, real_arn), f"{deployment.name}: key policy"
    if access.creation is not None:
        assert_properties(kms, deployment, access, real_arn)


def assert_properties(kms: Any, deployment: Deployment, access: KeyAccess, real_arn: str) -> None:
    """Assert spec, usage, description, tags, rotation and alias of a key that was created."""
    creation, key = creation_of(access), access.key
    found = kms.describe_key(KeyId=real_arn)["KeyMetadata"]
    wanted = (unicodedata.normalize("NFC", creation.description), key.spec, key.usage, key.multi_region, key.origin)
    told = (found["Description"], found["KeySpec"], found["KeyUsage"], bool(found.get("MultiRegion")), found["Origin"])
    assert told == wanted, f"{deployment.name}: properties"
    tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=real_arn)["Tags"]}
    normal = {unicodedata.normalize("NFC", name): unicodedata.normalize("NFC", value) for name, value in creation.tags}
    assert tags == normal, f"{deployment.name}: tags"
    rotation = kms.get_key_rotation_status(KeyId=real_arn) if is_primary(found) else {}
    if is_primary(found):
        assert rotation.get("RotationPeriodInDays") == creation.rotation_days, f"{deployment.name}: rotation"
    aliases = [alias["AliasName"] for alias in kms.list_aliases(KeyId=real_arn)["Aliases"]]
    assert aliases == ([creation.alias] if creation.alias else []), f"{deployment.name}: alias"


def is_primary(metadata: dict[str, Any]) -> bool:
    """Return whether a key is not a replica."""
    return metadata.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType") != "REPLICA"


def assert_identity_policies(moto: Moto, deployment: Deployment, real_arn: str) -> None:
    """Assert that each principal has the policies of the bundle attached, and no other; what is only written is there."""
    found = policies(deployment)
    for principal, holder in holders(found, deployment.account).items():
        if not holder.kind:
            continue
        iam = moto.client("iam", iam_region(deployment), holder.account)
        own = f"kmsgen, intent {deployment.name}: "
        listed = attached(iam, holder.kind, holder.name) if deployment.attaches else written(iam, principal)
        held = [policy for policy in listed if policy[0].startswith(own)]
        wanted = [expected_policy(document, deployment, real_arn) for document in found[principal]]
        assert sorted(held_documents(held)) == sorted(map(json.dumps, wanted)), f"{deployment.name}: policies of {principal}"


def attached(iam: Any, kind: str, name: str) -> list[tuple[str, Policy]]:
    """Return the description and the document of each managed policy attached to a role or a user."""
    listed = iam.list_attached_role_policies(RoleName=name) if kind == "role" else iam.list_attached_user_policies(UserName=name)
    return described(iam, [policy["PolicyArn"] for policy in listed["AttachedPolicies"]])


def written(iam: Any, principal: str) -> list[tuple[str, Policy]]:
    """Return the description and the document of each policy that is for a principal, and attached to nobody."""
    listed = iam.list_policies(Scope="Local", MaxItems=1000)["Policies"]
    found = described(iam, [policy["Arn"] for policy in listed if policy["AttachmentCount"] == 0])
    return [one for one in found if one[0].endswith(f" {principal}")]


def described(iam: Any, arns: list[str]) -> list[tuple[str, Policy]]:
    """Return the description and the document of each policy."""
    policies = [iam.get_policy(PolicyArn=arn)["Policy"] for arn in arns]
    return [
        (
            policy.get("Description", ""),
            iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]["Document"],
        )
        for policy in policies
    ]


def held_documents(held: list[tuple[str, Policy]]) -> list[str]:
    """Return the documents in a comparable form."""
    return [json.dumps(comparable(document)) for _, document in held]


def assert_grants(moto: Moto, access: KeyAccess, real_arn: str, grants: list[Grant]) -> None:
    """Assert that a key has these grants and no other."""
    kms = moto.client("kms", str(parse_arn(real_arn).region), account_of(real_arn) or "")
    found = [without_ids(grant) for grant in kms.list_grants(KeyId=real_arn)["Grants"]]
    wanted = [comparable(format_grant(grant)) for grant in grants]
    assert sorted(map(dumps, found)) == sorted(map(dumps, wanted)), f"{access.key.arn}: grants"


def without_ids(grant: dict[str, Any]) -> dict[str, Any]:
    """Return a listed grant without what KMS adds, its operations in order."""
    return {name: value for name, value in grant.items() if name not in ("KeyId", "GrantId", "CreationDate", "IssuingAccount")}


def dumps(grant: dict[str, Any]) -> str:
    """Return a grant in a comparable form: operations are a set."""
    return json.dumps({**grant, "Operations": sorted(grant["Operations"])}, sort_keys=True)
