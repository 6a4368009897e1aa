"""Addresses of keys in Terraform: each depends on its key alone, and what is out there under another one is never destroyed.

Source: Terraform, "Refactor modules" (`moved`) and "removed block reference"; destroying an aws_kms_key_policy puts KMS's default
policy, which lets the whole account use the key, in its place (hashicorp/aws, aws_kms_key_policy).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from kmsgen.arn import account_of, region_of
from kmsgen.policy.bundle import KeyAccess
from kmsgen.render import grant_calls
from kmsgen.render.deployment import PLACEHOLDERS, Deployment, key_id
from kmsgen.render.history import TOOLS, History, rendered_keys
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.names import words
from kmsgen.render.terraform import grants

# What creates a key, by the origin of its material, and the key specs that it takes, as of hashicorp/aws 5.100.
CREATED: Mapping[str, tuple[str, frozenset[str]]] = {
    "AWS_KMS": ("aws_kms_key", frozenset((
        "SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "RSA_2048", "RSA_3072", "RSA_4096",
        "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "SM2",
    ))),
    "EXTERNAL": ("aws_kms_external_key", frozenset(("SYMMETRIC_DEFAULT",))),
}  # fmt: skip
ALIAS = "aws_kms_alias.this"
_ONE_EACH = ("aws_kms_key_policy.", "aws_kms_grant.")
ONLY_POLICY = "aws_kms_key_policy.this"


class Carried(NamedTuple):
    """What is out there under an address that is no more: where it goes to, and what is let go as it is."""

    moved: Mapping[str, str]
    removed: tuple[str, ...]


def creating_type(access: KeyAccess) -> str:
    """Return the resource type that creates such a key; an empty text where the provider has none."""
    key_type, specs = CREATED.get(access.key.origin, ("", frozenset()))
    return key_type if access.key.spec in specs else ""


def policy_label(arn: str, deployment: Deployment) -> str:
    """Return the label of the aws_kms_key_policy of a key that exists; a replica elsewhere has its Region in it."""
    elsewhere = "" if region_of(arn) == deployment.region else f" {region_of(arn)}"
    return f"key_{words(key_id(arn) + elsewhere)}"


def declared(deployment: Deployment) -> dict[str, str]:
    """Return the addresses of the key's module that hold a key, its policy or alias, with the key's id, and of grants."""
    return {**_of_keys(deployment), **grants.held(deployment)}


def _of_keys(deployment: Deployment) -> dict[str, str]:
    if (new_key := deployment.new_key) is not None:
        held = f"{creating_type(new_key)}.this" if creating_type(new_key) else ONLY_POLICY
        names = [held, ALIAS] if new_key.creation and new_key.creation.alias else [held]
        return dict.fromkeys(names, key_id(new_key.key.arn))
    return _of_policies(tuple(access.key.arn for access in deployment.governed_keys()), deployment)


def _of_policies(arns: tuple[str, ...], deployment: Deployment) -> dict[str, str]:
    return {f"aws_kms_key_policy.{policy_label(arn, deployment)}": key_id(arn) for arn in arns}


def carried(deployment: Deployment) -> Carried:
    """Return what happens to each earlier address that is none now: nothing is destroyed but the alias of a key that stays."""
    now = declared(deployment)
    homes = {held: address for address, held in now.items() if address.startswith(_ONE_EACH)}
    moved: dict[str, str] = {}
    removed: list[str] = []
    for address, held in _earlier(deployment).items():
        home = homes.get(held, "")
        if address in now or (address == ALIAS and deployment.new_key):
            continue
        if home and held not in PLACEHOLDERS and home not in moved.values():
            moved[address] = home
        elif not address.startswith("aws_kms_grant."):  # a grant that is gone is to be revoked
            removed.append(address)
    return Carried(moved, tuple(removed))


def renamed(deployment: Deployment, folder: str, policies: Iterable[IdentityPolicy]) -> dict[str, str]:
    """Return the labels of IAM policies of a module by what kmsgen 0.1 called them, where that differs."""
    now: dict[str, list[str]] = {}
    for policy in policies:
        now.setdefault(policy.holder.principal, []).append(policy.label)
    found: dict[str, str] = {}
    for arn, labels in now.items():
        held = deployment.history.policies.items()
        earlier = [place.rpartition("/")[2] for place, who in held if who == arn and place.rpartition("/")[0] == folder]
        gone, new = ([one for one in these if one not in those] for these, those in ((earlier, labels), (labels, earlier)))
        found |= dict(zip(gone, new, strict=False))
    return found


def moved_policies(deployment: Deployment, folder: str, policies: Iterable[IdentityPolicy]) -> dict[str, str]:
    """Return the addresses of renamed IAM policies and of their attachments by what they were before."""
    policies = tuple(policies)
    kinds = {policy.label: policy.holder.kind for policy in policies}
    moved: dict[str, str] = {}
    for before, label in renamed(deployment, folder, policies).items():
        types = ["aws_iam_policy", *([f"aws_iam_{kinds[label]}_policy_attachment"] if kinds[label] else [])]
        moved |= {f"{one}.{before}": f"{one}.{label}" for one in types}
    return moved


def history_after(deployment: Deployment, formats: Collection[str] = ()) -> History:
    """Return what the manifest of this render keeps: its keys, and every address at which something may be by now."""
    keys = rendered_keys(deployment.bundle.keys) if deployment.new_key or deployment.key_policies else ()
    deployer = deployment.deployer if keys else None
    attached = deployment.history.attached or deployment.attaches
    apart = deployment.history.deployer_apart
    addresses = {**_earlier(deployment), **declared(deployment)}
    delegation = deployment.delegation if deployment.governed_keys() else None if deployment.key_policies else "iam"
    former = deployment.former._replace(grants=grant_calls.gone(deployment), changed=grant_calls.changed(deployment))
    told = History(
        keys, addresses, deployer, attached, deployment.attaches, apart, delegation, grant_calls.held(deployment), former
    )
    tools = tuple(tool.value for tool in TOOLS if tool in formats) or deployment.history.tools
    return told._replace(policies=deployment.history.policies, contents=grant_calls.contents(deployment), tools=tools)


def _earlier(deployment: Deployment) -> Mapping[str, str]:
    """Return the earlier addresses in their order: those of the last manifest or, without one, all that there may be."""
    found = deployment.history.addresses if deployment.history.known else _possible(deployment)
    return dict(sorted(found.items()))


def _possible(deployment: Deployment) -> Mapping[str, str]:
    governed = [access.key.arn for access in deployment.governed_keys() if access.creation is None]
    kept = tuple(arn for arn in deployment.kept if account_of(arn) == deployment.account)
    if not governed and not kept:
        return {}
    # kmsgen 0.1 called the policy of an only key `this`
    only = key_id(governed[0]) if len(governed) == 1 else ""
    return {ONLY_POLICY: only, **_of_policies(kept, deployment), **(_only_grants(deployment, only) if only else {})}


def _only_grants(deployment: Deployment, only: str) -> dict[str, str]:
    """Return how kmsgen 0.1 called the grants of an only key: by their names alone."""
    named = (grant.name for access in deployment.bundle.keys for grant in access.grants)
    return {f"aws_kms_grant.{words(name)}": f"{only}/{name}" for name in named if name is not None}
