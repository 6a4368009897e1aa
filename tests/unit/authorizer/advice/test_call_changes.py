"""Changes of a call: each makes a condition come out as asked, as the authorizer itself sees the changed call."""

from __future__ import annotations

import pytest

from kmsgen.authorizer import Request
from kmsgen.authorizer.advice.asked import Asked
from kmsgen.authorizer.advice.call_changes import changes, for_grant
from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Condition
from kmsgen.policy.grant import Grant, GrantConstraints
from tests.unit.authorizer.worlds import APP, KEY

CONTEXT = "kms:EncryptionContext:"
ASKED = Asked(Request(APP, "kms:Decrypt", (KEY,), {"app": "pay"}, context={"aws:sourcevpce": ("vpce-9",)}), Bundle(()))

ALIKE = [
    ("StringEquals", "aws:SourceVpce", ("vpce-1",)),
    ("StringNotEquals", "aws:SourceVpce", ("vpce-9",)),
    ("StringLike", "kms:ViaService", ("s3.*.amazonaws.com",)),
    ("StringLike", "kms:RequestAlias", ("alias/a?",)),
    ("ArnLike", "aws:SourceArn", ("arn:aws:s3:::bucket",)),
    ("NumericLessThan", "aws:MultiFactorAuthAge", ("300",)),
    ("NumericLessThanEquals", "aws:MultiFactorAuthAge", ("300",)),
    ("NumericGreaterThan", "aws:MultiFactorAuthAge", ("300",)),
    ("NumericGreaterThanEquals", "aws:MultiFactorAuthAge", ("300",)),
    ("NumericEquals", "aws:MultiFactorAuthAge", ("300",)),
    ("NumericNotEquals", "aws:MultiFactorAuthAge", ("300",)),
    ("DateLessThan", "aws:CurrentTime", ("2030-01-01T00:00:00Z",)),
    ("DateGreaterThan", "aws:CurrentTime", ("2030-01-01",)),
    ("DateEquals", "aws:EpochTime", ("1893456000",)),
    ("DateNotEquals", "aws:TokenIssueTime", ("2030-01-01T00:00:00Z",)),
    ("IpAddress", "aws:SourceIp", ("10.0.0.0/8",)),
    ("NotIpAddress", "aws:SourceIp", ("10.0.0.0/8", "2001:db8:1::/48")),
    ("Bool", "aws:MultiFactorAuthPresent", ("true",)),
    ("Bool", "aws:SecureTransport", ("FALSE",)),
    ("Null", "aws:SourceVpce", ("true",)),
    ("Null", "aws:SourceVpc", ("false",)),
]


def seen(call: Request, key: str) -> tuple[str, ...] | None:
    """Return what a call holds of a key that its context tells."""
    return next((values for name, values in call.context.items() if name.lower() == key.lower()), None)


@pytest.mark.parametrize(
    ("operator", "key", "values", "holds"),
    [(*one, holds) for one in ALIKE for holds in (True, False) if holds or one[0] != "ArnLike"],
)
def test_some_change_makes_a_condition_come_out_as_asked(
    operator: str, key: str, values: tuple[str, ...], *, holds: bool
) -> None:
    """Of the calls that are proposed the condition holds, or fails, whichever was asked: such advice helps."""
    condition = Condition(operator, key, values)
    test = compile_condition(condition, deny=False, modern=True)
    assert holds in [
        test.check(seen(one.after.request, key), lambda _key: None) for one in changes(condition, ASKED, holds=holds)
    ]


UNHEARD = [
    ("an operator that is none", Condition("Sounds", "aws:SourceIp", ("10.0.0.1",))),
    ("a key that no caller chooses", Condition("StringEquals", "aws:PrincipalOrgID", ("o-1",))),
    ("a number that is none", Condition("NumericLessThan", "aws:MultiFactorAuthAge", ("soon",))),
    ("an address that is none", Condition("IpAddress", "aws:SourceIp", ("here",))),
    ("a value that a variable gives", Condition("StringEquals", "aws:SourceVpce", ("${aws:PrincipalTag/vpce}",))),
]


@pytest.mark.parametrize(("note", "condition"), UNHEARD)
def test_what_no_call_can_bring_about_is_not_advised(note: str, condition: Condition) -> None:
    """Where nothing that a caller does can help, nothing is said."""
    assert list(changes(condition, ASKED, holds=True)) == [], note


PAIRS = [
    ("a pair to pass", Condition("StringEquals", f"{CONTEXT}app", ("other",)), True, {"app": "other"}),
    ("a pair of another name", Condition("StringEquals", f"{CONTEXT}team", ("x",)), True, {"app": "pay", "team": "x"}),
    ("a pair to leave out", Condition("Null", f"{CONTEXT}App", ("true",)), True, {}),
    ("no pairs at all", Condition("Null", "kms:EncryptionContextKeys", ("true",)), True, {}),
    ("some pair", Condition("Null", "kms:EncryptionContextKeys", ("false",)), True, {"app": "pay", "example": "example"}),
]


@pytest.mark.parametrize(("note", "condition", "holds", "wanted"), PAIRS)
def test_a_pair_of_the_encryption_context_is_passed_or_left_out(
    note: str, condition: Condition, wanted: dict[str, str], *, holds: bool
) -> None:
    """The names of pairs ignore the case in a condition, and other pairs stay."""
    found = [dict(one.after.request.encryption_context) for one in changes(condition, ASKED, holds=holds)]
    assert wanted in found, (note, found)


def test_a_call_without_encryption_context_is_given_none() -> None:
    """An action that takes none cannot pass one."""
    asked = ASKED._replace(request=ASKED.request._replace(action="kms:Sign"))
    assert list(changes(Condition("StringEquals", f"{CONTEXT}app", ("x",)), asked, holds=True)) == []


def test_a_parameter_is_given_in_the_call() -> None:
    """A condition key that tells a parameter of the API comes with that parameter."""
    asked = ASKED._replace(request=ASKED.request._replace(action="kms:Sign"))
    condition = Condition("StringEquals", "kms:SigningAlgorithm", ("ECDSA_SHA_256",))
    (change,) = changes(condition, asked, holds=True)
    assert change.after.request.parameters == {"SigningAlgorithm": "ECDSA_SHA_256"}
    assert change.text == "give the parameter SigningAlgorithm = ECDSA_SHA_256"


GRANTS = [
    ("nothing", Grant("g", APP, ("Decrypt",)), {"app": "pay"}, ()),
    ("its token", Grant("g", APP, ("Decrypt",), propagated=False, tokens=("t",)), {"app": "pay"}, ("t",)),
    ("its id for a token", Grant("g", APP, ("Decrypt",), propagated=False), {"app": "pay"}, ("g",)),
    (
        "pairs beside others",
        Grant("g", APP, ("Decrypt",), GrantConstraints(encryption_context_subset=(("a", "b"),))),
        {"app": "pay", "a": "b"},
        (),
    ),
    ("pairs alone", Grant("g", APP, ("Decrypt",), GrantConstraints(encryption_context_equals=(("a", "b"),))), {"a": "b"}, ()),
    ("no pairs", Grant("g", APP, ("Decrypt",), GrantConstraints(encryption_context_equals=())), {}, ()),
]


@pytest.mark.parametrize(("note", "grant", "context", "tokens"), GRANTS)
def test_what_a_grant_asks_for_is_added_to_the_call(
    note: str, grant: Grant, context: dict[str, str], tokens: tuple[str, ...]
) -> None:
    """After the last change the call carries the token and the pairs that the grant wants."""
    *_, last = ASKED, *(one.after for one in for_grant(grant, ASKED))
    assert (dict(last.request.encryption_context), last.request.grant_tokens) == (context, tokens), note
