"""What must hold of decisions on any policies at all."""

from __future__ import annotations

import os
import re
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kmsgen.authorizer import Authorizer, Decision, Outcome, Request
from kmsgen.authorizer.language.wildcards import arn_pattern, glob, pieces_of
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.policy.json_form import format_document, parse_document

ACCOUNT, OTHER = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CALLERS = (
    f"arn:aws:iam::{ACCOUNT}:role/app",
    f"arn:aws:iam::{ACCOUNT}:role/ops/app",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one",
    f"arn:aws:iam::{ACCOUNT}:user/bob",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
    f"arn:aws:iam::{OTHER}:role/partner",
    "logs.us-west-2.amazonaws.com",
    "*",
)
ACTIONS = ("kms:Decrypt", "kms:Encrypt", "kms:CreateGrant", "kms:DescribeKey", "kms:ListKeys", "kms:RetireGrant", "kms:Sign")
TESTS = (
    Condition("StringEquals", "kms:EncryptionContext:app", ("pay",)),
    Condition("StringNotEquals", "kms:EncryptionContext:App", ("pay",)),
    Condition("StringLikeIfExists", "kms:ViaService", ("s3.*",)),
    Condition("ForAllValues:StringEquals", "kms:EncryptionContextKeys", ("app",)),
    Condition("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", ("app", "${aws:username}")),
    Condition("Bool", "aws:ViaAWSService", ("false",)),
    Condition("Null", "kms:EncryptionContext:app", ("true",)),
    Condition("ArnLike", "aws:PrincipalArn", (f"arn:aws:iam::{ACCOUNT}:role/*",)),
    Condition("ArnNotLike", "aws:PrincipalArn", (f"arn:aws:iam::{ACCOUNT}:role/ops/*",)),
    Condition("IpAddress", "aws:SourceIp", ("10.0.0.0/8", "garbage")),
    Condition("NumericLessThan", "aws:MultiFactorAuthAge", ("many",)),
    Condition("StringEquals", "aws:ResourceTag/env", ("prod",)),
    Condition("StringEquals", "kms:CallerAccount", (ACCOUNT,)),
)
NAMES = st.sampled_from(
    [
        *(Principal("AWS", caller) for caller in CALLERS if caller.startswith("arn")),
        Principal("AWS", "*"),
        Principal("AWS", ACCOUNT),
        Principal("AWS", f"arn:aws:iam::{OTHER}:root"),
        Principal("AWS", f"arn:aws:iam::{ACCOUNT}:role/*"),
        Principal("AWS", "AROAEXAMPLEID"),
        Principal("Service", "logs.us-west-2.amazonaws.com"),
        Principal("CanonicalUser", "79a5"),
    ]
)
PATTERNS = st.sampled_from(["*", "kms:*", "kms:Decrypt", "KMS:de*", "kms:?ncrypt", "kms:CreateGrant", "kms:RetireGrant", "s3:*"])
RESOURCES = st.sampled_from(
    ["*", KEY, f"arn:aws:kms:*:{ACCOUNT}:key/*", "arn:aws:kms:*", "arn:aws:*:us-west-2:*:key/*", KEY[:-1]]
)


def several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """One to three different values."""
    return st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def statements(draw: st.DrawFn, *, principals: bool, effect: Effect | None = None) -> Statement:
    """Any statement, of a key policy or of an IAM policy."""
    conditions = draw(st.lists(st.sampled_from(TESTS), max_size=2, unique_by=lambda test: (test.operator, test.key)))
    return Statement(
        effect=effect or draw(st.sampled_from(Effect)),
        actions=draw(several(PATTERNS)),
        resources=draw(several(RESOURCES)),
        principals=draw(several(NAMES)) if principals else None,
        conditions=tuple(conditions),
        sid=draw(st.sampled_from([None, "A", "B", "C"])),
        not_principal=principals and draw(st.booleans()) and draw(st.booleans()),
        not_action=draw(st.sampled_from([False, False, True])),
        not_resource=draw(st.sampled_from([False, False, False, True])),
    )


def documents(*, principals: bool) -> st.SearchStrategy[Document]:
    """Any policy."""
    versions = st.sampled_from(["2012-10-17", "2008-10-17"])
    return st.builds(Document, st.lists(statements(principals=principals), min_size=1, max_size=4).map(tuple), version=versions)


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    """Any grant."""
    pairs = st.sampled_from([None, (("app", "pay"),), (("App", "pay"),), ()])
    return Grant(
        id=draw(st.sampled_from(["g1", "g2", "g3"])),
        grantee=draw(st.sampled_from(CALLERS[:-1])),
        operations=draw(several(st.sampled_from(["Decrypt", "Encrypt", "CreateGrant", "RetireGrant", "DescribeKey"]))),
        constraints=GrantConstraints(draw(pairs), None),
        retiring=draw(st.sampled_from([None, *CALLERS[:5]])),
        propagated=draw(st.booleans()),
    )


@st.composite
def beside(draw: st.DrawFn) -> PrincipalPolicies:
    """Anything that can stand beside a principal."""
    policy = documents(principals=False)
    return PrincipalPolicies(
        identity_policies=tuple(draw(st.lists(policy, max_size=2))),
        boundary=draw(st.one_of(st.none(), policy)),
        session_policies=tuple(draw(st.lists(policy, max_size=1))),
        scps=tuple(draw(st.lists(st.lists(policy, min_size=1, max_size=2).map(tuple), max_size=2))),
    )


@st.composite
def worlds(draw: st.DrawFn) -> Bundle:
    """Any bundle of one key."""
    key = Key(KEY, tags=(("env", "prod"),))
    access = KeyAccess(key, draw(documents(principals=True)), tuple(draw(st.lists(grants(), max_size=2))))
    described = draw(st.dictionaries(st.sampled_from(CALLERS[:7]), beside(), max_size=3))
    rcps = draw(st.lists(documents(principals=True), max_size=1))
    endpoints = draw(st.dictionaries(st.just("vpce-1"), documents(principals=True), max_size=1))
    return Bundle((access,), described, ((*rcps,),) if rcps else (), endpoints)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Any request on the key."""
    context = {
        "kms:ViaService": ("s3.us-west-2.amazonaws.com",),
        "aws:SourceIp": ("10.0.0.1",),
        "aws:SourceVpce": ("vpce-1",),
        "aws:MultiFactorAuthPresent": ("true",),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(context))))
    return Request(
        draw(st.sampled_from(CALLERS)),
        draw(st.sampled_from(ACTIONS)),
        encryption_context=draw(st.sampled_from([{}, {"app": "pay"}, {"App": "pay", "x": "y"}, {"app": "web"}])),
        context={name: context[name] for name in chosen},
        grant_tokens=draw(st.sampled_from([(), ("g1",)])),
        grant_id=draw(st.sampled_from([None, "g1"])),
        create_grant=draw(st.sampled_from([None, Grant("", CALLERS[0], ("Decrypt",))])),
    )


def decide(world: Bundle, request: Request) -> Decision:
    """Decide once, with a new authorizer."""
    return Authorizer(world).decide(request)


def with_policy(world: Bundle, change: Any) -> Bundle:
    """Return the bundle with its key policy's statements changed."""
    access = world.keys[0]
    policy = access.policy._replace(statements=tuple(change(list(access.policy.statements))))
    return world._replace(keys=(access._replace(policy=policy),))


def lets(decision: Decision) -> bool:
    """Return whether authorization lets a request through, whatever KMS says afterwards."""
    return decision.outcome in (Outcome.ALLOWED, Outcome.ERROR)


EXAMPLES = 2000 if os.environ.get("KMSGEN_LONG") else 25
quick = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(worlds(), requests(), statements(principals=True, effect=Effect.DENY), st.integers(0, 4))
def test_a_deny_never_widens(world: Bundle, request: Request, extra: Statement, place: int) -> None:
    """One more Deny in the key policy lets nothing through that was not let through before."""
    more = with_policy(world, lambda found: [*found[:place], extra, *found[place:]])
    assert lets(decide(world, request)) or not lets(decide(more, request))


@quick
@given(worlds(), requests(), statements(principals=True, effect=Effect.ALLOW), st.integers(0, 4))
def test_an_allow_never_takes_away(world: Bundle, request: Request, extra: Statement, place: int) -> None:
    """One more Allow in the key policy takes no access away."""
    more = with_policy(world, lambda found: [*found[:place], extra, *found[place:]])
    assert not lets(decide(world, request)) or lets(decide(more, request))


@quick
@given(worlds(), requests(), grants())
def test_a_grant_never_takes_away(world: Bundle, request: Request, extra: Grant) -> None:
    """One more grant takes no access away."""
    access = world.keys[0]
    assume(all(grant.id != extra.id for grant in access.grants))
    more = world._replace(keys=(access._replace(grants=(*access.grants, extra)),))
    assert not lets(decide(world, request)) or lets(decide(more, request))


@quick
@given(worlds(), requests(), st.randoms(use_true_random=False))
def test_order_of_statements_never_matters(world: Bundle, request: Request, random: Any) -> None:
    """The outcome is the same for statements in any order."""

    def shuffled(found: list[Statement]) -> list[Statement]:
        random.shuffle(found)
        return found

    first, second = decide(world, request), decide(with_policy(world, shuffled), request)
    assert (first.outcome, first.error) == (second.outcome, second.error)


def split(found: list[Statement]) -> list[Statement]:
    """Split each statement by its actions, resources and principals, as far as that keeps its meaning."""
    parts: list[Statement] = []
    for item in found:
        pieces = [item] if item.not_action else [item._replace(actions=(action,)) for action in item.actions]
        if not item.not_resource:
            pieces = [piece._replace(resources=(resource,)) for piece in pieces for resource in piece.resources]
        if item.principals and not item.not_principal:
            pieces = [piece._replace(principals=(name,)) for piece in pieces for name in piece.principals or ()]
        parts += pieces
    return parts


@quick
@given(worlds(), requests())
def test_splitting_never_matters(world: Bundle, request: Request) -> None:
    """The outcome is the same for statements split into one action, one resource, one principal each."""
    first, second = decide(world, request), decide(with_policy(world, split), request)
    assert (first.outcome, first.error) == (second.outcome, second.error)


@quick
@given(worlds(), requests())
def test_reasons_name_what_is_there(world: Bundle, request: Request) -> None:
    """The reason of an access or a Deny names statements and grants that matched; of another deny, a layer or a rule.

    The root user needs no Allow for what is no key.
    """
    decision = Authorizer(world).decide(request, trace=True)
    matched = {trace.source for trace in decision.trace if trace.matched}
    denying = {trace.source for trace in decision.trace if trace.matched and trace.effect is Effect.DENY}
    assert decision.reason
    if decision.outcome is Outcome.ALLOWED:
        needs_none = request.principal.endswith(":root") and request.action == "kms:ListKeys"
        assert set(decision.reason) <= matched or (needs_none and decision.reason == ("root-user",))
        assert not denying
    elif decision.outcome is Outcome.EXPLICIT_DENY:
        assert set(decision.reason) == denying
    else:
        assert not denying
        assert all("/" not in reason for reason in decision.reason)


@quick
@given(worlds(), requests())
def test_trace_changes_nothing(world: Bundle, request: Request) -> None:
    """A decision with its trace is the same decision."""
    assert Authorizer(world).decide(request, trace=True)._replace(trace=()) == decide(world, request)


@quick
@given(worlds(), requests())
def test_json_in_and_out(world: Bundle, request: Request) -> None:
    """A policy written as JSON and read again decides alike."""
    access = world.keys[0]
    again = parse_document(format_document(access.policy))
    assert decide(world._replace(keys=(access._replace(policy=again),)), request) == decide(world, request)


@quick
@given(worlds(), requests(), st.lists(requests(), max_size=4))
def test_memory_changes_nothing(world: Bundle, request: Request, before: list[Request]) -> None:
    """What was asked before never changes an answer."""
    authorizer = Authorizer(world)
    for other in before:
        authorizer.decide(other)
    assert authorizer.decide(request) == decide(world, request)


SHORT = st.text("ab*?", max_size=8)


@settings(max_examples=500, deadline=None)
@given(SHORT, st.text("ab", max_size=10))
def test_wildcards_agree_with_a_regular_expression(pattern: str, text: str) -> None:
    """`*` and `?` match as `.*` and `.` do."""
    expected = re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.DOTALL)
    assert glob(pieces_of(pattern))(text) is (expected is not None)


PARTS = st.lists(st.text("ab*", min_size=1, max_size=3), min_size=6, max_size=6)


@settings(max_examples=500, deadline=None)
@given(PARTS, st.lists(st.text("ab", max_size=3), min_size=6, max_size=6))
def test_arn_patterns_agree_with_parts_matched_alone(pattern: list[str], parts: list[str]) -> None:
    """An ARN pattern surely matches where each of its six parts does, and may match where it does as a whole."""
    result = arn_pattern(pieces_of(":".join(pattern)))(":".join(parts))
    each = all(glob(pieces_of(wanted))(part) for wanted, part in zip(pattern, parts, strict=True))
    whole = glob(pieces_of(":".join(pattern)))(":".join(parts))
    assert result is (True if each else None if whole else False)


@settings(quick, max_examples=4 * EXAMPLES)
@given(worlds(), requests())
def test_what_could_not_be_allowed_never_is(world: Bundle, request: Request) -> None:
    """A bound from principal, action and resource alone holds of every request for them, whatever else it tells."""
    authorizer = Authorizer(world)
    bound = authorizer.could_allow(Request(request.principal, request.action, request.resources))
    assert bound or not lets(authorizer.decide(request, whole=False))
