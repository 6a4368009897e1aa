"""The names that services have in kms:ViaService: `s3` in `s3.us-west-2.amazonaws.com`, in every partition.

Source: KMS Developer Guide, conditions-kms, table of services; the pages of the services that it lacks.
"""

from __future__ import annotations

from kmsgen.catalogue import _via_services

IN_TABLE: frozenset[str] = frozenset(_via_services.TABLE)
ON_SERVICE_PAGES_ONLY: frozenset[str] = frozenset(_via_services.ON_SERVICE_PAGES_ONLY)
"""Prefixes that a service's own page uses and the table of the KMS guide lacks."""
PREFIXES: frozenset[str] = IN_TABLE | ON_SERVICE_PAGES_ONLY
NOTES: dict[str, str] = _via_services.NOTES


def value(prefix: str, region: str) -> str:
    """Return the value of kms:ViaService for a service in a Region (`*` for any Region)."""
    return f"{prefix}.{region}.amazonaws.com"
