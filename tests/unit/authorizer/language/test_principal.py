"""Who asks, and how a Principal element names it."""

from __future__ import annotations

import pytest

from kmsgen.authorizer.language.principal import (
    ACCOUNT,
    DIRECT,
    DOUBT,
    NOT_NAMED,
    ROLE,
    CallerKind,
    Naming,
    arns_under_paths,
    caller_of,
    named,
    not_spared,
)
from kmsgen.policy.bundle import PrincipalPolicies
from kmsgen.policy.document import Document, Principal

A = "arn:aws:iam::111122223333"
STS = "arn:aws:sts::111122223333"
ROLE_IN_PATH = f"{A}:role/ops/app"


@pytest.mark.parametrize(
    ("principal", "kind"),
    [
        (f"{A}:user/x/bob", CallerKind.USER),
        (f"{A}:role/app", CallerKind.ROLE),
        (f"{STS}:assumed-role/app/s", CallerKind.SESSION),
        (f"{STS}:federated-user/f", CallerKind.FEDERATED),
        (f"{A}:root", CallerKind.ROOT),
        ("111122223333", CallerKind.ROOT),
        ("logs.us-west-2.amazonaws.com", CallerKind.SERVICE),
        ("*", CallerKind.ANONYMOUS),
        (f"{A}:group/admins", CallerKind.UNKNOWN),
        (f"{A}:role/", CallerKind.UNKNOWN),
        (f"{A}:roots", CallerKind.UNKNOWN),
        (f"{STS}:assumed-role/app", CallerKind.UNKNOWN),
        (f"{STS}:assumed-role/app/s/t", CallerKind.UNKNOWN),
        ("AROAEXAMPLE", CallerKind.UNKNOWN),
        ("arn:aws:iam::1:role/app", CallerKind.UNKNOWN),
        ("", CallerKind.UNKNOWN),
    ],
)
def test_kind(principal: str, kind: CallerKind) -> None:
    """A principal's form tells what it is; no other form can call."""
    assert caller_of(principal, {}).kind is kind


NAMINGS = [
    (f"{A}:user/bob", "111122223333", ACCOUNT),
    (f"{A}:user/bob", f"{A}:root", ACCOUNT),
    (f"{A}:user/bob", "arn:aws-cn:iam::111122223333:root", NOT_NAMED),
    (f"{A}:user/bob", f"{A}:user/bob", DIRECT),
    (f"{A}:user/bob", f"{A}:user/Bob", NOT_NAMED),
    (f"{A}:user/bob", f"{A}:user/*", DOUBT),
    (f"{A}:user/bob", "AIDAEXAMPLE", NOT_NAMED),
    (f"{A}:user/bob", f"{A}:group/admins", NOT_NAMED),
    (f"{A}:user/bob", "*", DIRECT),
    (f"{A}:root", f"{A}:root", DIRECT),
    (f"{A}:root", "111122223333", DIRECT),
    (f"{A}:role/app", f"{A}:role/app", ROLE),
    (f"{A}:role/app", f"{STS}:assumed-role/app/s", NOT_NAMED),
    (f"{A}:role/app", f"{A}:role/ap?", DOUBT),
    (f"{A}:role/app", "AROAEXAMPLE", NOT_NAMED),
    (f"{STS}:assumed-role/app/s", f"{A}:role/app", ROLE),
    (f"{STS}:assumed-role/app/s", f"{STS}:assumed-role/app/s", DIRECT),
    (f"{STS}:assumed-role/app/s", f"{STS}:assumed-role/app/t", NOT_NAMED),
    (f"{STS}:assumed-role/app/s", ROLE_IN_PATH, ROLE),
    (f"{STS}:assumed-role/app/s", "arn:aws:iam::444455556666:role/ops/app", NOT_NAMED),
    (f"{A}:role/app", ROLE_IN_PATH, NOT_NAMED),
    (f"{STS}:assumed-role/app/s", f"{A}:role/ops/other", NOT_NAMED),
    (f"{STS}:federated-user/f", f"{STS}:federated-user/f", DIRECT),
    (f"{STS}:federated-user/f", f"{A}:user/f", DOUBT),
    (f"{STS}:federated-user/f", f"{A}:user/g", DOUBT),
    (f"{STS}:federated-user/f", "arn:aws:iam::444455556666:user/f", NOT_NAMED),
    (f"{STS}:federated-user/f", "*", ROLE),
    ("logs.amazonaws.com", f"{A}:root", NOT_NAMED),
    ("*", f"{A}:root", NOT_NAMED),
    ("*", "*", DIRECT),
]


@pytest.mark.parametrize(("principal", "value", "naming"), NAMINGS)
def test_aws_principal(principal: str, value: str, naming: int) -> None:
    """An `AWS` entry names an account, a role or exactly one caller; what is open is flagged."""
    assert named([Principal("AWS", value)], caller_of(principal, {})) == naming


@pytest.mark.parametrize(
    ("entry", "naming"),
    [
        (Principal("Service", "logs.us-west-2.amazonaws.com"), DIRECT),
        (Principal("Service", "logs.amazonaws.com"), NOT_NAMED),
        (Principal("Service", "*"), DOUBT),
        (Principal("*", "*"), DIRECT),
        (Principal("Federated", "cognito-identity.amazonaws.com"), NOT_NAMED),
        (Principal("CanonicalUser", "79a5"), DOUBT),
    ],
)
def test_service_caller(entry: Principal, naming: int) -> None:
    """A service is named by its exact name, or by everyone."""
    assert named([entry], caller_of("logs.us-west-2.amazonaws.com", {})) == naming


def test_service_entry_names_no_role() -> None:
    """A `Service` entry names services only."""
    assert named([Principal("Service", "*")], caller_of(f"{A}:role/app", {})) == NOT_NAMED


def test_described_role_tells_its_path() -> None:
    """A session of a role that is described has that role's path; another role of its name there cannot be."""
    caller = caller_of(f"{STS}:assumed-role/app/s", {ROLE_IN_PATH: PrincipalPolicies()})
    assert (caller.role, caller.path_known) == (ROLE_IN_PATH, True)
    assert named([Principal("AWS", ROLE_IN_PATH)], caller) == ROLE
    assert named([Principal("AWS", f"{A}:role/app")], caller) == ROLE


def test_session_is_described_by_itself_then_by_its_role() -> None:
    """A session's own description comes before its role's."""
    own, role = PrincipalPolicies(tags=(("a", "1"),)), PrincipalPolicies(tags=(("a", "2"),))
    described = {f"{A}:role/app": role, f"{STS}:assumed-role/app/s": own}
    assert caller_of(f"{STS}:assumed-role/app/s", described).policies is own
    assert caller_of(f"{STS}:assumed-role/app/t", described).policies is role


@pytest.mark.parametrize(
    ("principal", "linked"),
    [
        (f"{A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", True),
        (f"{A}:role/AWSServiceRoleForX", False),
        (f"{A}:role/team/aws-service-role/x", False),
        (f"{STS}:assumed-role/AWSServiceRoleForX/s", False),
    ],
)
def test_service_linked(principal: str, linked: bool) -> None:  # noqa: FBT001 - a case
    """Only the path makes a role service-linked; a name that looks so does not."""
    assert caller_of(principal, {}).service_linked is linked


def entries(*values: str) -> list[Principal]:
    """Return `AWS` entries."""
    return [Principal("AWS", value) for value in values]


@pytest.mark.parametrize(
    ("principal", "listed", "left_out"),
    [
        (f"{A}:user/bob", (f"{A}:user/bob", f"{A}:root"), True),
        (f"{A}:user/bob", (f"{A}:user/bob", "111122223333"), True),
        (f"{A}:user/bob", (f"{A}:user/bob",), False),
        (f"{A}:user/bob", (f"{A}:root",), False),
        (f"{A}:user/bob", ("*",), False),
        (f"{A}:root", (f"{A}:root",), True),
        (f"{A}:role/app", (f"{A}:role/app", f"{A}:root"), False),
        (f"{STS}:assumed-role/app/s", (f"{STS}:assumed-role/app/s", f"{A}:role/app", f"{A}:root"), True),
        (f"{STS}:assumed-role/app/s", (f"{STS}:assumed-role/app/s", f"{A}:root"), False),
        (f"{STS}:assumed-role/app/s", (f"{A}:role/app", f"{A}:root"), False),
        (f"{STS}:assumed-role/app/s", (f"{STS}:assumed-role/app/t", f"{A}:role/app", f"{A}:root"), False),
        (f"{STS}:assumed-role/app/s", (f"{STS}:assumed-role/app/s", f"{A}:role/ops/app", f"{A}:root"), True),
    ],
)
def test_not_principal(principal: str, listed: tuple[str, ...], left_out: bool) -> None:  # noqa: FBT001 - a case
    """NotPrincipal leaves a caller out only if it lists the caller and the account, of a session its role too."""
    assert (not_spared(entries(*listed), caller_of(principal, {})) == NOT_NAMED) is left_out


@pytest.mark.parametrize(
    ("principal", "listed", "how"),
    [
        (f"{A}:user/eve", (f"{A}:user/bob", f"{A}:root"), DIRECT),
        (f"{A}:role/app", (f"{A}:user/bob", "111122223333"), DIRECT),
        (f"{STS}:assumed-role/app/s", (f"{A}:role/other", f"{A}:root"), DIRECT),
        (f"{A}:user/eve", (f"{A}:root",), DOUBT),
        (f"{A}:user/eve", ("arn:aws:iam::444455556666:user/bob", f"{A}:root"), DOUBT),
        (f"{A}:role/app", (f"{STS}:assumed-role/app/s", f"{A}:root"), DOUBT),
        (f"{STS}:federated-user/f", (f"{A}:user/bob", f"{A}:root"), DOUBT),
    ],
)
def test_not_principal_lists_an_account_for_the_sake_of_others(principal: str, listed: tuple[str, ...], how: Naming) -> None:
    """An account that is listed beside a principal of it spares nobody else; listed alone it leaves that open (S11)."""
    assert not_spared(entries(*listed), caller_of(principal, {})) == how


def test_not_principal_never_spares_who_has_a_boundary() -> None:
    """A Deny with NotPrincipal always denies a principal with a permissions boundary."""
    described = {f"{A}:user/bob": PrincipalPolicies(boundary=Document(()))}
    assert not_spared(entries(f"{A}:user/bob", f"{A}:root"), caller_of(f"{A}:user/bob", described))


def test_paths_that_a_pattern_tells_apart() -> None:
    """Of a role whose path is not known, the ARNs under each path that a pattern speaks of are tried."""
    caller = caller_of(f"{STS}:assumed-role/app/s", {})
    found = arns_under_paths(caller, ["arn:aws:iam::*:role/ops/*", f"{A}:role/app"])
    assert f"{A}:role/app" in found
    assert f"{A}:role/ops/app" in found
