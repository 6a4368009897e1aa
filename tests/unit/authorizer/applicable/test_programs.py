"""What a request decides about a statement."""

from __future__ import annotations

import pytest

from tests.unit.authorizer.worlds import APP, KEY, ROOT, allow, bundle, decide, having, iam

ID = KEY.rpartition("/")[2]
OF_A_TAG, OF_A_CLIENT = (KEY.replace(ID, f"${{{name}}}") for name in ("aws:PrincipalTag/key", "aws:UserAgent"))


@pytest.mark.parametrize(
    ("resource", "told", "outcome", "notes"),
    [
        (OF_A_TAG, {"aws:PrincipalTag/key": (ID,)}, "allowed", ()),
        (OF_A_TAG, {"aws:PrincipalTag/key": ("another",)}, "implicitDeny", ()),
        (OF_A_TAG, {"aws:PrincipalTag/key": ()}, "implicitDeny", ()),
        (OF_A_TAG, {"aws:PrincipalTag/key": ("*",)}, "implicitDeny", ("P3",)),
        (OF_A_CLIENT, {"aws:UserAgent": (ID,)}, "allowed", ()),
        (OF_A_CLIENT, {}, "implicitDeny", ("P11:aws:UserAgent",)),
    ],
)
def test_an_allow_does_not_count_on_a_resource_that_is_open(
    resource: str, told: dict[str, tuple[str, ...]], outcome: str, notes: tuple[str, ...]
) -> None:
    """A policy variable in a Resource is open where nothing tells it, or where its value holds a wildcard; a note says why."""
    world = bundle(allow("Account", ROOT), principals={APP: having(iam(Resource=resource))})
    decision = decide(world, APP, context=told)
    assert (decision.outcome, decision.notes) == (outcome, notes)
