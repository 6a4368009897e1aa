"""The names of services in kms:ViaService."""

from __future__ import annotations

import re

from kmsgen.catalogue import via_services


def test_every_service_has_one_source_and_a_name_of_a_host() -> None:
    """A name is in the table of the KMS guide, or on the service's own page alone; a note is about a name that there is."""
    assert not via_services.IN_TABLE & via_services.ON_SERVICE_PAGES_ONLY
    assert [name for name in via_services.PREFIXES if not re.fullmatch(r"[a-z0-9.-]+", name)] == []
    assert via_services.NOTES.keys() <= via_services.PREFIXES


def test_a_value_names_service_and_region() -> None:
    """In every partition alike."""
    assert via_services.value("s3", "cn-north-1") == "s3.cn-north-1.amazonaws.com"
