"""What a request decides: whatever the authorizer leaves open of a key, or a proof would leave out what the key can hold."""

from __future__ import annotations

import pytest

from kmsgen.authorizer import Request
from kmsgen.authorizer.context.lookup import lookup
from kmsgen.authorizer.language.open_value import OpenValue
from kmsgen.catalogue.condition_keys import CONDITION_KEYS
from kmsgen.prover.problem import Budget, Meter
from kmsgen.prover.requests.building import decides
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.universe import Universe
from tests.unit.prover.test_prove import APP, BOB, ROOT, allow, bundle

LINKED = "arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
CALLERS = (
    *(APP, BOB, ROOT, LINKED, "s3.amazonaws.com"),
    *("arn:aws:sts::111122223333:assumed-role/app/one", "arn:aws:sts::111122223333:federated-user/guest"),
)
KEYS = tuple(name.lower() + ("x" if name.endswith(("/", ":")) else "") for name in CONDITION_KEYS)


@pytest.mark.parametrize("action", ["Decrypt", "Sign", "CreateGrant", "ScheduleKeyDeletion", "TagResource", "ReplicateKey"])
@pytest.mark.parametrize("caller", CALLERS)
def test_a_request_decides_what_is_open_where_it_tells_nothing(caller: str, action: str) -> None:
    """A condition key that the authorizer leaves open for a caller, each request decides: none is taken for surely absent."""
    side = Universe([bundle(allow(APP))], Scope(), Meter(Budget())).sides[0]
    untold, whole = (side.view(Request(caller, f"kms:{action}", complete=complete)) for complete in (False, True))
    left_open = [key for key in KEYS if isinstance(lookup(untold, key), OpenValue)]
    assert [key for key in left_open if not decides(key, whole)] == []
