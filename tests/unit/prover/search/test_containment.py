"""Who has every Allow of one bundle in the other, and no further Deny there, is not searched for what is gained."""

from __future__ import annotations

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant
from kmsgen.prover.problem import Budget, Meter
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.universe import Universe

ACCOUNT = "111122223333"
KEY = Key(f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab")
APP, ADMIN = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("app", "admin"))
TLS = Condition("Bool", "aws:SecureTransport", ("true",))
USE = Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), (Principal("AWS", APP),), sid="Use")
RUN = Statement(Effect.ALLOW, ("kms:PutKeyPolicy",), ("*",), (Principal("AWS", ADMIN),), sid="Run")
DENY = Statement(Effect.DENY, ("kms:*",), ("*",), (Principal("AWS", APP),), sid="Deny")
IN_IAM = Statement(Effect.ALLOW, ("kms:Encrypt",), ("*",))


def bundle(*statements: Statement, iam: tuple[Statement, ...] = (), **more: object) -> Bundle:
    """Return a bundle of a key; `more` are fields of the key, or its grants."""
    grants = more.pop("grants", ())
    beside = {APP: PrincipalPolicies((Document(iam),) if iam else ()), ADMIN: PrincipalPolicies()}
    return Bundle((KeyAccess(KEY._replace(**more), Document(statements), grants),), beside)  # type: ignore[arg-type]


def searched(new: Bundle, old: Bundle) -> set[str]:
    """Return which of two roles are searched for what the new bundle gives beyond the old one."""
    universe = Universe([new, old], Scope(), Meter(Budget()))
    return {str(one) for one in universe.may_differ([APP, ADMIN])}


@pytest.mark.parametrize(
    ("new", "old", "who"),
    [
        (bundle(USE, RUN), bundle(USE, RUN), set()),
        (bundle(RUN, USE._replace(sid="Other")), bundle(USE, RUN), set()),
        (bundle(USE, RUN), bundle(RUN), {APP}),
        (bundle(RUN), bundle(USE, RUN), set()),
        (bundle(USE, RUN, DENY), bundle(USE, RUN), set()),
        (bundle(USE, RUN), bundle(USE, RUN, DENY), {APP}),
        (bundle(USE), bundle(USE._replace(conditions=(TLS,))), {APP}),
        (bundle(USE._replace(conditions=(TLS,))), bundle(USE), {APP}),
        (bundle(USE, iam=(IN_IAM,)), bundle(USE), {APP}),
        (bundle(USE), bundle(USE, iam=(IN_IAM,)), set()),
    ],
    ids=[
        "the same", "other order and Sid", "one more Allow", "one Allow less", "one more Deny", "one Deny less",
        "a condition less", "a condition more", "one more in IAM", "one less in IAM",
    ],
)  # fmt: skip
def test_only_those_who_may_gain_are_searched(new: Bundle, old: Bundle, who: set[str]) -> None:
    """An Allow that stands in both gives nothing new, unless a Deny of the old one is gone; a changed condition may."""
    assert searched(new, old) == who


@pytest.mark.parametrize(
    "more",
    [{"tags": (("team", "a"),)}, {"aliases": ("alias/a",)}, {"spec": "RSA_2048"}, {"grants": (Grant("g", APP, ("Decrypt",)),)}],
    ids=["tags", "aliases", "spec", "grants"],
)
def test_where_more_than_policies_differs_everybody_is(more: dict[str, object]) -> None:
    """Conditions read the key and its grants too: the same statement may then come out otherwise."""
    assert searched(bundle(USE, RUN, **more), bundle(USE, RUN)) == {APP, ADMIN}
