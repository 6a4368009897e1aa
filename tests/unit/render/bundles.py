"""Bundles made by hand, for the renderers."""

from __future__ import annotations

from kmsgen.arn import in_region
from kmsgen.policy.bundle import NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID, Bundle, Creation, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant
from kmsgen.render.artifact import Rendering
from kmsgen.render.deployment import Deployment

ACCOUNT, OTHER = "111122223333", "444455556666"
NEW_ARN = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{NEW_KEY_ID}"
OLD_ARN = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


WITH_ALIAS = Creation("alias/app")


def role(name: str, account: str = ACCOUNT) -> str:
    """Return the ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


def allow(*actions: str, who: str | None = None, on: tuple[str, ...] = ("*",), when: tuple[Condition, ...] = ()) -> Statement:
    """Return an Allow; without `who`, one of an identity policy."""
    principals = None if who is None else (Principal("AWS", who),)
    return Statement(Effect.ALLOW, actions, on, principals, when, "Statement")


def document(*statements: Statement) -> Document:
    """Return a policy."""
    return Document(statements)


def deployment(
    *policies: tuple[str, Document],
    creation: Creation | None = WITH_ALIAS,
    key_policy: Document | None = None,
    grants: tuple[Grant, ...] = (),
) -> Deployment:
    """Return a deployment with one key, to create unless `creation` is None, and these identity policies."""
    policy = key_policy or document(allow("kms:PutKeyPolicy", who=role("KmsAdmin")))
    key = Key(NEW_ARN if creation else OLD_ARN)
    principals: dict[str, PrincipalPolicies] = {}
    for principal, identity in policies:
        held = principals.get(principal, PrincipalPolicies()).identity_policies
        principals[principal] = PrincipalPolicies((*held, identity))
    bundle = Bundle((KeyAccess(key, policy, grants, creation),), principals)
    return Deployment("app", "intent.yaml", bundle, ACCOUNT, "aws", ("us-west-2",))


def with_replicas(given: Deployment, *regions: str) -> Deployment:
    """Return the deployment of a multi-Region key, with a replica in each of these Regions."""
    primary = given.bundle.keys[0]
    arn = primary.key.arn.replace(NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID)
    primary = primary._replace(key=primary.key._replace(arn=arn, multi_region=True, multi_region_key_type="PRIMARY"))
    copies = (
        primary._replace(
            key=primary.key._replace(arn=in_region(arn, region), multi_region_key_type="REPLICA"),
            creation=(primary.creation or Creation())._replace(replica_of=arn),
        )
        for region in regions
    )
    return given._replace(bundle=given.bundle._replace(keys=(primary, *copies)))


def texts(rendering: Rendering) -> dict[str, str]:
    """Return the text of each file by its path."""
    return {artifact.path: artifact.text for artifact in rendering.artifacts}
