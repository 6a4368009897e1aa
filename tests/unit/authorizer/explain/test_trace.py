"""The trace, what came nearest, and what would change the answer."""

from __future__ import annotations

from kmsgen.authorizer import Authorizer, Decision, Request
from kmsgen.authorizer.advice.explanation import Explanation, explain
from kmsgen.authorizer.explain.silences import SILENCES, describe
from kmsgen.policy.bundle import Bundle
from tests.unit.authorizer.worlds import APP, BOB, ROOT, allow, bundle, deny, having, iam

CONDITION = {"StringEquals": {"kms:EncryptionContext:app": "pay"}}


def traced(world: Bundle, principal: str = APP, action: str = "kms:Decrypt", **more: object) -> tuple[Decision, Explanation]:
    """Decide with a trace, and explain."""
    request = Request(principal, action, **more)  # type: ignore[arg-type]
    decision = Authorizer(world).decide(request, trace=True)
    return decision, explain(request, decision, world)


def test_every_statement_and_grant_is_traced() -> None:
    """The trace holds each statement that applies, matched or not, and each grant of the key."""
    grants = ({"GrantId": "g", "GranteePrincipal": BOB, "Operations": ["Decrypt"]},)
    world = bundle(allow("A", APP), deny("B", BOB), grants=grants, principals={APP: having(iam(), scps=((iam(),),))})
    decision, _why = traced(world)
    assert [trace.source for trace in decision.trace] == [
        "key-policy/A",
        "key-policy/B",
        "identity-policy/Iam",
        "scp/Iam",
        "grant/g",
    ]


def test_elements_say_what_failed_and_on_what() -> None:
    """A condition that fails tells the key, what was wanted, and what was found."""
    decision, why = traced(bundle(allow("A", APP, Condition=CONDITION)), encryption_context={"app": "x"})
    failed = [element for element in decision.trace[0].elements if not element.matched]
    assert [element.element for element in failed] == ["Condition"]
    assert failed[0].because == "StringEquals kms:EncryptionContext:app `pay`: it is `x`"
    assert why.nearest[0].source == "key-policy/A"


def test_trace_agrees_with_the_outcome() -> None:
    """Allowed means that each statement named as the reason matched."""
    decision, _why = traced(bundle(allow("A", APP, Condition=CONDITION)), encryption_context={"app": "pay"})
    assert [trace.source for trace in decision.trace if trace.matched] == list(decision.reason)


def test_unnamed_statements_are_counted_over_their_layer() -> None:
    """A statement without a Sid is told by its number, counted over all statements of its layer."""
    first, second = iam(), iam({"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"})
    decision, _why = traced(bundle(allow("A", ROOT), principals={APP: having(first, second)}))
    assert decision.reason == ("identity-policy/#2",)


def test_iam_alone_is_not_enough() -> None:
    """Where IAM allows and the key policy does not delegate, the explanation says so."""
    _decision, why = traced(bundle(allow("A", BOB), principals={APP: having(iam())}))
    assert "does not delegate kms:Decrypt to the account" in why.why[0]
    assert "the IAM policy alone is not enough" in why.why[0]


def test_nearest_is_the_statement_that_fails_on_least() -> None:
    """Of several statements, the one that names the caller and the action came nearest."""
    world = bundle(allow("Other", BOB), allow("Action", APP, "kms:Sign"), allow("Near", APP, Condition=CONDITION))
    _decision, why = traced(world)
    assert [miss.source for miss in why.nearest] == ["key-policy/Near"]


def test_a_grant_that_nearly_fits_is_told() -> None:
    """Where the key policy does not allow, the nearest grant is told too."""
    grants = (
        {
            "GrantId": "g",
            "GranteePrincipal": APP,
            "Operations": ["Decrypt"],
            "Constraints": {"EncryptionContextEquals": {"a": "1"}},
        },
    )
    _decision, why = traced(bundle(allow("A", BOB), grants=grants))
    assert why.nearest[-1].source == "grant/g"
    assert [element.element for element in why.nearest[-1].failed] == ["Constraint"]
    assert any("grant" in text for text in why.change)


def test_what_would_change_an_explicit_deny() -> None:
    """Against an explicit Deny no Allow helps."""
    _decision, why = traced(bundle(allow("A", APP), deny("B", "*")))
    assert why.why == ("denied by key-policy/B",)
    assert "no Allow helps" in why.change[0]


def test_no_grant_is_advised_for_what_no_grant_gives() -> None:
    """A grant is no advice for an operation that grants cannot hold."""
    _decision, why = traced(bundle(allow("A", BOB)), action="kms:PutKeyPolicy")
    assert not any("grant" in text for text in why.change)


def test_every_silence_has_a_text() -> None:
    """Each note has its sentence; a note with a detail shows it."""
    assert all(describe(name) for name in SILENCES)
    assert describe("P9:kms:CreateAlias on the alias").endswith("kms:CreateAlias on the alias")


def test_half_of_a_call_is_noted() -> None:
    """Permission on one of two resources is no permission for the whole call, and a note says what else is needed."""
    decision, _why = traced(bundle(allow("A", APP)), action="kms:CreateAlias")
    assert decision.notes == ("P9:kms:CreateAlias on the alias",)
