"""Rules of reading a policy with unknown values: once as it gives the most access, once as it gives the least."""

from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Request
from kmsgen.errors import InputError
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document, nowhere
from kmsgen.sources.unknown.readings import read_policy
from kmsgen.sources.unknown.unknown import ABSENT, OneOf, Text, Unknown, text_of

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = "arn:aws:iam::111122223333:role/app"
U = Unknown("x, known after apply")
ROLE = Text(("arn:aws:iam::111122223333:role/", U))


def policy(*statements: Any) -> dict[str, Any]:
    """Return a policy of some statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(**more: Any) -> dict[str, Any]:
    """Return an Allow for a role, with further or other elements."""
    return {"Effect": "Allow", "Principal": {"AWS": APP}, "Action": "kms:Decrypt", "Resource": "*", **more}


def deny(**more: Any) -> dict[str, Any]:
    """Return a Deny for a role, with further or other elements."""
    return allow(Effect="Deny", **more)


def statements(document: Document) -> list[Any]:
    """Return the statements of a policy as plain data."""
    return format_document(document)["Statement"]


def read(data: object) -> tuple[list[Any], list[Any]]:
    """Return the statements as they give the most access, and the least."""
    readings = read_policy(data, nowhere, "required")
    return statements(readings.most.document), statements(readings.least.document)


WIDEST = [
    pytest.param({"Principal": U}, [{"Principal": "*"}], id="a principal: everybody"),
    pytest.param({"Principal": {"AWS": [APP, U]}}, [{}, {"Principal": "*"}], id="one principal of several: everybody too"),
    pytest.param({"Principal": {"Service": U}}, [{"Principal": "*"}], id="a service: everybody"),
    pytest.param(
        {"Principal": {"AWS": ROLE}},
        [{"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}}],
        id="a role of a known account: every role of it, with no need of an IAM policy",
    ),
    pytest.param(
        {"Principal": {"AWS": Text(("arn:aws:iam::111122223333:", U))}},
        [{"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalAccount": "111122223333"}}}],
        id="a principal of a known account: everybody there",
    ),
    pytest.param({"Principal": {"AWS": Text(("arn:aws:iam::", U, ":root"))}}, [{"Principal": "*"}], id="an unknown account"),
    pytest.param({"Action": ["kms:Decrypt", U]}, [{"Action": ["kms:Decrypt", "*"]}], id="an action: every action"),
    pytest.param({"Action": Text(("kms:", U))}, [{"Action": "kms:*"}], id="a part of an action: a pattern"),
    pytest.param({"Resource": U}, [{}], id="a resource: every resource"),
    pytest.param({"Condition": U}, [{}], id="all conditions: none"),
    pytest.param({"Condition": {"StringEquals": {"aws:PrincipalTag/a": U}}}, [{}], id="a value: no test"),
    pytest.param({"Condition": {"StringEquals": {"aws:PrincipalTag/a": ["v", U]}}}, [{}], id="one value of several: no test"),
    pytest.param({"Condition": {"StringNotEquals": {"aws:PrincipalTag/a": U}}}, [{}], id="a value that must not be: no test"),
    pytest.param(
        {"Condition": {"StringNotEquals": {"aws:PrincipalTag/a": ["v", U]}}},
        [{"Condition": {"StringNotEquals": {"aws:PrincipalTag/a": "v"}}}],
        id="one of several that must not be: the others stay",
    ),
    pytest.param(
        {"Condition": {"ArnEquals": {"aws:PrincipalArn": ROLE}}},
        [{"Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}}],
        id="a part of a value: a pattern",
    ),
    pytest.param(
        {"Condition": {"StringEquals": {"aws:PrincipalTag/a": OneOf(("v", "w"), "the condition Prod")}}},
        [{"Condition": {"StringEquals": {"aws:PrincipalTag/a": one}}} for one in "vw"],
        id="one of two values: either",
    ),
    pytest.param(
        {"Condition": OneOf(({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, ABSENT), "the condition Prod")},
        [{"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, {}],
        id="an element that may be absent: with it and without",
    ),
    pytest.param({"Sid": U}, [{}], id="a Sid that is not known matters to nobody"),
]


@pytest.mark.parametrize(("written", "expected"), WIDEST)
def test_an_allow_is_as_wide_as_it_may_be_for_the_most(written: Any, expected: Any) -> None:
    """For the most access an Allow matches whatever it matches with any value of its unknown parts."""
    assert read(policy(allow(**written)))[0] == [allow(**one) for one in expected]


@pytest.mark.parametrize(("written", "expected"), WIDEST)
def test_a_deny_is_as_wide_as_it_may_be_for_the_least(written: Any, expected: Any) -> None:
    """For the least access a Deny matches whatever it matches with any value of its unknown parts."""
    assert read(policy(deny(**written)))[1] == [deny(**one) for one in expected]


NARROWEST = [
    pytest.param({"Principal": U}, None, id="a principal: nobody"),
    pytest.param({"Principal": {"AWS": [APP, U]}}, {"Principal": {"AWS": APP}}, id="one of several principals: the others"),
    pytest.param({"NotPrincipal": {"AWS": [APP, U]}, "Principal": None}, None, id="whom a statement spares: it spares all"),
    pytest.param({"Action": ["kms:Decrypt", U]}, {"Action": "kms:Decrypt"}, id="one of several actions: the others"),
    pytest.param({"NotAction": ["kms:Decrypt", U], "Action": None}, None, id="actions that are left out: all may be"),
    pytest.param({"Condition": {"StringEquals": {"aws:PrincipalTag/a": U}}}, None, id="a value: no request surely has it"),
    pytest.param(
        {"Condition": {"StringEquals": {"aws:PrincipalTag/a": ["v", U]}}},
        {"Condition": {"StringEquals": {"aws:PrincipalTag/a": "v"}}},
        id="one value of several: the others",
    ),
    pytest.param({"Condition": {"StringNotEquals": {"aws:PrincipalTag/a": ["v", U]}}}, None, id="a value that must not be"),
    pytest.param({"Condition": {"Null": {"aws:PrincipalTag/a": U}}}, None, id="whether a key must be absent"),
    pytest.param({"Principal": {"AWS": ROLE}}, None, id="a part of a principal: nobody"),
]


@pytest.mark.parametrize(("written", "expected"), NARROWEST)
def test_an_allow_is_as_narrow_as_it_may_be_for_the_least(written: Any, expected: Any) -> None:
    """For the least access an Allow matches only what it matches whatever its unknown parts are; else it goes."""
    written = {name: value for name, value in allow(**written).items() if value is not None}
    assert read(policy(written, allow(Sid="other")))[1][:-1] == ([allow(**expected)] if expected else [])


def test_a_deny_with_unknown_parts_denies_nothing_for_the_most() -> None:
    """For the most access a Deny whose principal is not known goes away."""
    assert read(policy(allow(), deny(Principal=U)))[0] == [allow()]


@pytest.mark.parametrize(
    "data", [U, {"Version": "2012-10-17", "Statement": U}, {"Version": U, "Statement": [allow(Resource="${x}")]}]
)
def test_a_policy_that_is_not_known_allows_everybody_everything_or_denies_it(data: Any) -> None:
    """A policy that is not known allows everything to everybody for the most, and denies it for the least."""
    for effect, found in zip(("Allow", "Deny"), read(data), strict=True):
        assert found == [{"Effect": effect, "Principal": "*", "Action": "*", "Resource": "*"}]


def test_one_of_two_policies_allows_and_denies_what_either_does_or_what_both_do() -> None:
    """Of two policies that may be, the most has every Allow and the Denies of both, the least the other way round."""
    both = (allow(Sid="both"), deny(Sid="both too"))
    either = OneOf((policy(*both, allow(), deny(Sid="a")), policy(*both, allow(Sid="b"))), "the condition Prod")
    most, least = read(either)
    assert [one.get("Sid") for one in most] == ["both", None, "both", "b", "both too"]
    assert [one.get("Sid") for one in least] == ["both too", "a", "both too", "both"]


def test_what_is_unknown_is_named_once_and_only_where_it_decides_something() -> None:
    """A policy's unknown values are named, each once; of a Sid or an Id nothing is said."""
    data = {**policy(allow(Principal=U, Sid=Unknown("sid")), allow(Principal={"AWS": U})), "Id": Unknown("id")}
    assert read_policy(data, nowhere, "required").unknown == (U,)


def test_a_policy_without_unknown_values_is_read_once() -> None:
    """Where everything is known both readings are the policy as it is written."""
    readings = read_policy(policy(allow(), deny()), nowhere, "required")
    assert readings.most == readings.least
    assert readings.unknown == ()


VALUES = {
    "principal": (APP, "arn:aws:iam::111122223333:role/team/app", "arn:aws:iam::111122223333:root", "*", "222233334444"),
    "context": ("v", "w", "${aws:username}", "*"),
}


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize(
    "operator", ["StringEquals", "StringLike", "StringNotEquals", "StringNotLikeIfExists", "ForAnyValue:StringEquals"]
)
def test_any_value_gives_access_between_the_readings(effect: Any, operator: Any) -> None:
    """Whatever value an unknown part turns out to have: what the least allows is allowed, what is allowed the most allows."""

    def of(who: Any, value: Any) -> dict[str, Any]:
        condition = {operator: {"aws:PrincipalTag/a": ["x", value]}}
        return policy(allow(Principal={"AWS": "*"}), allow(Principal={"AWS": who}, Effect=effect, Condition=condition))

    readings = read_policy(of(U, U), nowhere, "required")
    least, most = allowed(readings.least.document), allowed(readings.most.document)
    for who in VALUES["principal"]:
        for value in VALUES["context"]:
            between = allowed(read_policy(of(who, value), nowhere, "required").most.document)
            assert least <= between <= most


def allowed(document: Document) -> set[int]:
    """Return which of some requests a key policy allows."""
    authorizer = Authorizer(Bundle((KeyAccess(Key(KEY), document),)))
    requests = [
        Request(who, "kms:Decrypt", (KEY,), context={"aws:PrincipalTag/a": (value,)} if value else {})
        for who in (APP, "arn:aws:iam::222233334444:user/u", "arn:aws:iam::111122223333:root")
        for value in ("", "v", "x", "z")
    ]
    return {number for number, one in enumerate(requests) if authorizer.decide(one).outcome == "allowed"}


def test_a_text_of_known_parts_is_known() -> None:
    """Parts that are known together make a plain text; what stands beside an unknown part stays in order."""
    assert text_of(["a", "", "b"]) == "ab"
    assert text_of([U]) == U
    assert text_of(["a", U, "b", "c"]) == Text(("a", U, "bc"))


@pytest.mark.parametrize("data", [[Unknown("x")], [[Unknown("x")]], [{"Statement": Unknown("x")}]])
def test_what_is_no_policy_is_refused_whatever_is_unknown_in_it(data: object) -> None:
    """A list is no policy: read as one without statements it would seem to allow nothing."""
    with pytest.raises(InputError):
        read_policy(data, nowhere, "required")


def test_an_option_that_is_no_policy_may_allow_anything() -> None:
    """Of several policies one that cannot be read counts as unknown."""
    found = read_policy(OneOf(({"Version": "2012-10-17", "Statement": []}, ABSENT), "If"), nowhere, "required")
    assert [one.actions for one in found.most.document.statements] == [("*",)]


def test_a_version_of_another_form_stands_in_no_policy() -> None:
    """A policy that may have no statement is a value that can be compared, whatever its version is."""
    data = {"Version": {}, "Statement": [OneOf(("1", ABSENT), "x")]}
    readings = read_policy(data, nowhere, "required")
    assert hash(readings.most.document) == hash(Document((), "2008-10-17"))
