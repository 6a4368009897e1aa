"""The explicit denies that an intent can ask for by name."""

from __future__ import annotations

from kmsgen.catalogue.model import GuardRail

DENY = "deny"
"""The guard rail that says itself what it denies, and when; a file may have several."""

GUARD_RAILS: dict[str, GuardRail] = {
    row.name: row
    for row in (
        GuardRail(
            "deny-delete",
            "nobody but the exceptions disables the key, schedules its deletion or deletes imported key material",
            "each makes every ciphertext unreadable; deletion for good",
        ),
        GuardRail(
            "deny-outside-organization",
            "nobody outside scope.organization but the exceptions; AWS services that act for members keep working",
            "an allow written by mistake for a foreign principal stays without effect",
        ),
        GuardRail(
            "deny-everyone-else",
            "nobody whom the intent does not name, whatever IAM policies say",
            "closes the key against every other kms:* in the account; AWS services that act for the named keep working",
        ),
        GuardRail(
            "deny-direct-use",
            "cryptographic operations only through AWS services (kms:ViaService), but for the exceptions",
            "a stolen credential then cannot decrypt outside the service that holds the data",
        ),
        GuardRail(
            "deny-without-encryption-context",
            "symmetric cryptographic operations only with an encryption context, but for the exceptions",
            "the context ties a ciphertext to its purpose, and shows in CloudTrail",
        ),
        GuardRail(
            "deny-grants-to-principals",
            "CreateGrant only by AWS services for their resources (kms:GrantIsForAWSResource), but for the exceptions",
            "whoever may create grants can give operations that they do not have themselves",
        ),
        GuardRail(
            "deny-lockout-bypass",
            "PutKeyPolicy never with BypassPolicyLockoutSafetyCheck",
            "only AWS Support can open a key that nobody can administer",
        ),
        GuardRail(
            "deny-insecure-transport",
            "only requests over TLS (aws:SecureTransport)",
            "defence in depth, asked for by compliance rules; the endpoints of KMS take TLS only",
        ),
        GuardRail(
            DENY,
            "its `actions` (none: every action) under its `when` (none: always), but for the exceptions",
            "what no other guard rail says, such as no deletion without MFA",
        ),
    )
}
