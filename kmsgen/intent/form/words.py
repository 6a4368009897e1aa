"""The words of fields that hold one of a few, and the form of an intent's name: for the JSON Schema and for the loader."""

from __future__ import annotations

import re

from kmsgen.catalogue import capabilities

VERSION = "1"
DELEGATIONS = ("key-policy", "iam", "both")
KEY_POLICIES = ("write", "keep")
IAM_WAYS = ("attach", "write")
ORIGINS = ("AWS_KMS", "EXTERNAL")
RESOURCE_TYPES = ("key", "alias")
CONSTRAINTS = {"equals": "EncryptionContextEquals", "subset": "EncryptionContextSubset"}
_DEVICES = r"(?:[Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|(?:[Cc][Oo][Mm]|[Ll][Pp][Tt])[0-9])(?![A-Za-z0-9_-])"
"""Names that Windows keeps for devices, whatever follows a dot. Source: Microsoft Learn, Naming Files, Paths, and Namespaces."""
NAME = re.compile(rf"(?!{_DEVICES})(?=.{{1,64}}\Z)[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?\Z")

_CARRIED = {action for word in capabilities.CAPABILITIES.values() for row in word.actions.values() for action in row}
OTHER_SERVICES = tuple(sorted(action for action in _CARRIED if not action.startswith("kms:")))
"""The actions of other services that capability words carry."""
