"""The words of fields that hold one of a few, and the form of an intent's name: for the JSON Schema and for the loader."""

from __future__ import annotations

import re

from kmsgen.catalogue import capabilities

VERSION = "1"
DELEGATIONS = ("key-policy", "iam", "both")
KEY_POLICIES = ("write", "keep")
ORIGINS = ("AWS_KMS", "EXTERNAL")
RESOURCE_TYPES = ("key", "alias")
CONSTRAINTS = {"equals": "EncryptionContextEquals", "subset": "EncryptionContextSubset"}
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\Z")

_CARRIED = {action for word in capabilities.CAPABILITIES.values() for row in word.actions.values() for action in row}
OTHER_SERVICES = tuple(sorted(action for action in _CARRIED if not action.startswith("kms:")))
"""The actions of other services that capability words carry."""
