"""What grants can hold.

Source: KMS Developer Guide, grants, create-grant-overview, symm-asymm-compare; CreateGrant and GrantConstraints (API
reference).
"""

from __future__ import annotations

import re
from functools import cache

from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.key_specs import KEY_TYPES
from kmsgen.catalogue.model import Values

OPERATIONS: Values = tuple(name for name, action in ACTIONS.items() if action.grantable)
IGNORE_ENCRYPTION_CONTEXT = frozenset({"DescribeKey", "RetireGrant"})
"""Operations that a grant allows whatever its encryption-context constraint says (create-grant-overview)."""

NAME = re.compile(r"[a-zA-Z0-9:/_-]{1,256}\Z")
SOURCE_ARN = re.compile(r"(?=.{20,512}\Z)arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+\Z", re.DOTALL)
MAX_CONTEXT_PAIRS = 8
MAX_CONTEXT_CHARACTERS = 384
MAX_TOKENS_PER_REQUEST = 10


@cache
def operations(key_type: str) -> frozenset[str]:
    """Return the operations that a grant on a key of that type can list; nothing for an unknown type.

    No page tabulates ML-KEM keys (S9): what fits each of the five tabulated types is taken to fit them too.
    """
    if key_type not in KEY_TYPES:
        return frozenset()
    return frozenset(name for name in OPERATIONS if key_type in (ACTIONS[name].key_types or ()))


def takes_encryption_context(key_type: str) -> bool:
    """Return whether a grant on a key of that type can have an encryption-context constraint."""
    return key_type == "symmetric"
