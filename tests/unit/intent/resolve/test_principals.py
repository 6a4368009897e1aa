"""Who is meant by a shorthand or an ARN."""

from __future__ import annotations

import pytest

from kmsgen.intent.files.problems import Problems
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Who, resolve_pattern, resolve_principal
from kmsgen.intent.resolve.wide_principals import resolve_wide_principal
from kmsgen.reading import parse

OWN, OTHER = "111122223333", "444455556666"

FORMS = {
    "user/alice": f"arn:aws:iam::{OWN}:user/alice",
    "user/division/alice": f"arn:aws:iam::{OWN}:user/division/alice",
    "role/app": f"arn:aws:iam::{OWN}:role/app",
    "role/service-role/app": f"arn:aws:iam::{OWN}:role/service-role/app",
    "account": f"arn:aws:iam::{OWN}:root",
    OTHER: f"arn:aws:iam::{OTHER}:root",
    f"account/{OTHER}": f"arn:aws:iam::{OTHER}:root",
    f"arn:aws:iam::{OTHER}:root": f"arn:aws:iam::{OTHER}:root",
    f"arn:aws:iam::{OTHER}:role/x": f"arn:aws:iam::{OTHER}:role/x",
    "assumed-role/app/session": f"arn:aws:sts::{OWN}:assumed-role/app/session",
    f"arn:aws:sts::{OTHER}:assumed-role/app/s@x": f"arn:aws:sts::{OTHER}:assumed-role/app/s@x",
    "federated-user/bob": f"arn:aws:sts::{OWN}:federated-user/bob",
}
PATTERNS = {
    "*": ("*",),
    "s3.amazonaws.com": ("s3.amazonaws.com",),
    "role/app": (f"arn:aws:iam::{OWN}:role/app",),
    "role/contractor-*": (f"arn:aws:iam::{OWN}:role/contractor-*",),
    "arn:aws:iam::*:role/x": ("arn:aws:iam::*:role/x",),
    "account": (f"arn:aws:iam::{OWN}:*", f"arn:aws:sts::{OWN}:*"),
    f"account/{OTHER}": (f"arn:aws:iam::{OTHER}:*", f"arn:aws:sts::{OTHER}:*"),
    "account/*": (f"arn:aws:iam::{OWN}:*", f"arn:aws:sts::{OWN}:*"),
    f"account/{OTHER}/*": (f"arn:aws:iam::{OTHER}:*", f"arn:aws:sts::{OTHER}:*"),
    "account/4444*": ("arn:aws:iam::4444*:*", "arn:aws:sts::4444*:*"),
}
NO_PRINCIPALS = {
    "": "principal-syntax",
    "role": "principal-syntax",
    "role/": "principal-syntax",
    "role//x": "principal-syntax",
    "role/a/../b": "principal-syntax",
    "role/sp ace": "principal-syntax",
    f"role/{'x' * 65}": "principal-syntax",
    "assumed-role/app": "principal-syntax",
    "arn:aws:iam::111122223333:role": "principal-syntax",
    "arn:aws:iam:us-west-2:111122223333:role/x": "principal-syntax",
    "arn:aws:s3:::bucket": "account-id",
    "arn:aws:iam::1111:role/x": "account-id",
    "arn:aws-cn:iam::111122223333:role/x": "wrong-partition",
    "arn:aws-xx:iam::111122223333:role/x": "unknown-partition",
    "group/x": "principal-group",
    "arn:aws:iam::111122223333:group/x": "principal-group",
    "arn:aws:iam::111122223333:saml-provider/x": "principal-kind",
    "role/x*": "principal-wildcard",
    "role/x?": "principal-wildcard",
    "AIDAEXAMPLEID12345678": "principal-unique-id",
    "ou-1234-abcdefgh": "principal-organization",
    "ec2.amazonaws.com": "principal-service",
}


@pytest.fixture
def context() -> Context:
    """Return what is known of an account in the partition aws."""
    known = Context(Problems(parse("x", "x.yaml")))
    known.account = OWN
    return known


@pytest.mark.parametrize(("text", "arn"), FORMS.items())
def test_forms_of_principals(text: str, arn: str, context: Context) -> None:
    """Each shorthand and ARN becomes the ARN of its principal."""
    who = resolve_principal(text, (), context)
    assert who is not None
    assert who.arn == arn
    assert context.problems.found == []


@pytest.mark.parametrize(("text", "code"), NO_PRINCIPALS.items())
def test_what_is_no_principal(text: str, code: str, context: Context) -> None:
    """What names no principal is refused, and the code says why."""
    assert resolve_principal(text, (), context) is None
    assert [problem.code for problem in context.problems.found] == [code]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("app", "did you mean `role/app` or `user/app`?"),
        ("arn:aws:iam::role/app", "such as arn:aws:iam::111122223333:role/app"),
        ("arn:aws:iam:111122223333:role/app", "such as arn:aws:iam::111122223333:role/app"),
        ("roles/app", "did you mean `role`?"),
    ],
)
def test_what_is_nearly_a_principal(text: str, hint: str, context: Context) -> None:
    """A bare name, and an ARN with a part too few, are told what they lack."""
    assert resolve_principal(text, (), context) is None
    assert [problem.hint for problem in context.problems.found] == [hint]


@pytest.mark.parametrize(("text", "patterns"), PATTERNS.items())
def test_patterns_of_principals(text: str, patterns: tuple[str, ...], context: Context) -> None:
    """A pattern may hold wildcards; an account means each of its principals, not its root ARN alone."""
    assert resolve_pattern(text, (), context) == patterns
    assert context.problems.found == []


@pytest.mark.parametrize(
    "text", ["contractor-*", "group/*", "arn:aws:kms:us-west-2:*:key/*", "arn:aws:iam::x*:role/y", "account/x", "user/*\n"]
)
def test_what_is_no_pattern(text: str, context: Context) -> None:
    """A pattern that could match no principal is refused: proving it impossible would prove nothing."""
    assert resolve_pattern(text, (), context) == ()
    assert len(context.problems.found) == 1


@pytest.mark.parametrize(
    ("text", "can_have"),
    [
        ("role/x", True),
        ("user/x", True),
        ("account", False),
        ("federated-user/bob", False),
        ("assumed-role/x/yy", False),
        ("role/aws-service-role/a.amazonaws.com/X", False),
    ],
)
def test_who_can_have_iam_policies(text: str, can_have: bool, context: Context) -> None:  # noqa: FBT001 - a case
    """IAM policies can be written for users and for roles that are not service-linked."""
    who = resolve_principal(text, (), context)
    assert who is not None
    assert who.has_identity_policies is can_have


WIDE = {
    "role/app-*": ("pattern", f"arn:aws:iam::{OWN}:role/app-*", OWN),
    "role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Analyst_*": (
        "pattern",
        f"arn:aws:iam::{OWN}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Analyst_*",
        OWN,
    ),
    f"arn:aws:iam::{OTHER}:role/ci-*": ("pattern", f"arn:aws:iam::{OTHER}:role/ci-*", OTHER),
    "user/op-?": ("pattern", f"arn:aws:iam::{OWN}:user/op-?", OWN),
    "account/*": ("everyone", f"account/{OWN}/*", OWN),
    f"account/{OTHER}/*": ("everyone", f"account/{OTHER}/*", OTHER),
    "organization": ("organization", "organization/o-exampleorgid", "o-exampleorgid"),
    "organization/o-otherorgid1": ("organization", "organization/o-otherorgid1", "o-otherorgid1"),
    "organization/o-otherorgid1/r-ab12/ou-ab12-11111111": (
        "organization",
        "organization/o-otherorgid1/r-ab12/ou-ab12-11111111",
        "o-otherorgid1",
    ),
    "role/app": ("role", f"arn:aws:iam::{OWN}:role/app", OWN),
}
NOT_WIDE = {
    "*": "principal-everyone",
    "arn:aws:iam::*:role/x": "principal-wildcard",
    f"arn:aws:iam::{OWN}:*": "principal-wildcard",
    f"arn:aws:sts::{OWN}:assumed-role/app/*": "principal-wildcard",
    "account/4444*": "principal-wildcard",
    "account/4444/*": "account-id",
    "account/*/*": "account-id",
    "group/x*": "principal-group",
    "arn:aws-cn:iam::111122223333:role/x*": "wrong-partition",
    "organization/x": "organization-id",
    "organization/o-exampleorgid/ou-ab12-11111111": "organization-id",
    "organization/o-exampleorgid/r-ab12": "organization-id",
    "o-exampleorgid": "principal-organization",
}


def of_a_line(text: str, *, organization: str | None = "o-exampleorgid") -> tuple[Who | None, list[str]]:
    """Return the principal of a line, and the codes of what was reported."""
    problems = Problems(parse("x: 1", "x.yaml"))
    context = Context(problems)
    context.account, context.organization = OWN, organization
    return resolve_wide_principal(text, ("x",), context), [diagnostic.code for diagnostic in problems.found]


@pytest.mark.parametrize(("text", "found"), WIDE.items(), ids=list(WIDE))
def test_a_line_may_be_about_many(text: str, found: tuple[str, str, str]) -> None:
    """A line is about a principal, a pattern of one account's users or roles, an organization, or a unit of one."""
    who, codes = of_a_line(text)
    assert codes == []
    assert who is not None
    assert (who.kind, who.arn, who.account) == found
    assert who.has_identity_policies is (who.kind == "role")


@pytest.mark.parametrize(("text", "code"), NOT_WIDE.items(), ids=list(NOT_WIDE))
def test_what_is_no_pattern_of_a_line(text: str, code: str) -> None:
    """Whoever could be of any account, and what is no path of an organization, is refused."""
    assert of_a_line(text) == (None, [code])


def test_the_organization_must_be_told() -> None:
    """`organization` alone is that of the scope."""
    assert of_a_line("organization", organization=None) == (None, ["organization-missing"])
