"""KMS keys in a plan or state.

Source: Terraform AWS provider, aws_kms_key, aws_kms_external_key, aws_kms_replica_key.
"""

from __future__ import annotations

from kmsgen.policy.bundle import Key
from kmsgen.sources.terraform.resources import PlannedResource


def key_of(resource: PlannedResource, arn: str) -> Key:
    """Return a key; unknown properties get KMS's defaults, which are right where the configuration sets none."""
    replica = "replica" in resource.type
    multi_region = resource.value("multi_region") is True or replica
    spec, usage = resource.text("customer_master_key_spec", "key_spec"), resource.text("key_usage")
    tags = resource.known_mapping("tags_all") or resource.known_mapping("tags")
    return Key(
        arn,
        spec=spec if isinstance(spec, str) else "SYMMETRIC_DEFAULT",
        usage=usage if isinstance(usage, str) else "ENCRYPT_DECRYPT",
        origin=_origin(resource),
        multi_region=multi_region,
        multi_region_key_type=("REPLICA" if replica else "PRIMARY") if multi_region else None,
        tags=tuple(sorted(tags.items())),
    )


def _origin(resource: PlannedResource) -> str:
    if "external" in resource.type:
        return "EXTERNAL"
    if resource.value("xks_key_id"):
        return "EXTERNAL_KEY_STORE"
    return "AWS_CLOUDHSM" if resource.value("custom_key_store_id") else "AWS_KMS"
